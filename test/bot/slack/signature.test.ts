import assert from 'node:assert/strict'
import { startTestCompany, type TestCompany } from '../../support/company.ts'
import { type SlackSide, slackSide } from './slack-side.ts'

const sixMinutes = 6 * 60

describe('requests that only say they come from Slack', function () {
  this.timeout(180_000)
  let company: TestCompany
  let slack: SlackSide

  before(async () => {
    company = await startTestCompany()
    slack = slackSide(company)
    await company.person('ada', 'slack').hasSeen('I am HelpBot')
  })
  after(() => company.close())

  const wish = () => slack.client.eventBody(slack.account('ada'), 'I forgot my password')
  /** A command, which Slack sends as a form. */
  const command = () =>
    new URLSearchParams({
      command: '/helpbot',
      text: 'reset',
      team_id: company.company.botEnvironment.SLACK_TEAM_ID ?? '',
      user_id: slack.account('ada'),
      channel_id: slack.client.directMessageOf(slack.account('ada')),
      trigger_id: `${Math.random()}.1`,
    }).toString()
  const without = (headers: Record<string, string>, name: string) =>
    Object.fromEntries(Object.entries(headers).filter(([one]) => one !== name))

  const lies: readonly (readonly [string, (body: string) => Record<string, string>])[] = [
    ['signed with another secret', (body) => ({ ...slack.signed(body), 'x-slack-signature': `v0=${'a'.repeat(64)}` })],
    ['signed for another body', (body) => slack.signed(`${body} `)],
    ['not signed', (body) => without(slack.signed(body), 'x-slack-signature')],
    ['without a time', (body) => without(slack.signed(body), 'x-slack-request-timestamp')],
    ['signed 6 minutes ago', (body) => slack.signed(body, -sixMinutes)],
    ['signed 6 minutes from now', (body) => slack.signed(body, sixMinutes)],
  ]
  for (const [what, headers] of lies)
    for (const [path, bodyOf] of [
      ['events', wish],
      ['commands', command],
      ['interactivity', () => `payload=${encodeURIComponent('{"type":"block_actions"}')}`],
    ] as const)
      it(`${what}: 401 at /slack/${path}, and nothing starts`, async () => {
        const body = bodyOf()
        const answer = await slack.client.deliverRaw(path, body, headers(body))
        assert.deepEqual(answer, { status: 401, body: undefined })
        assert.equal(await slack.dialogsOf('ada'), 0)
      })

  it('is refused before anything of it is read: what is no payload at all gets the same answer', async () => {
    const { status } = await slack.client.deliverRaw('events', '{"type":', slack.signed('something else'))
    assert.equal(status, 401)
    const body = '{"type":'
    assert.equal((await slack.client.deliverRaw('events', body, slack.signed(body))).status, 400)
  })

  it('starts one dialog for a request and its replay, which is refused', async () => {
    const ada = company.person('ada', 'slack')
    const body = wish()
    const headers = slack.signed(body)
    assert.equal((await slack.client.deliverRaw('events', body, headers)).status, 200)
    await ada.hasSeen('Ask your manager to confirm')
    const before = ada.chat().length
    assert.equal((await slack.client.deliverRaw('events', body, headers)).status, 401)
    assert.equal(ada.chat().length, before)
    assert.equal(await slack.dialogsOf('ada'), 1)
  })

  it('the same command replayed does nothing either', async () => {
    const body = command()
    const headers = { ...slack.signed(body), 'content-type': 'application/x-www-form-urlencoded' }
    assert.equal((await slack.client.deliverRaw('commands', body, headers)).status, 200)
    const before = company.person('ada', 'slack').chat().length
    assert.equal((await slack.client.deliverRaw('commands', body, headers)).status, 401)
    assert.equal(company.person('ada', 'slack').chat().length, before)
  })
})
