import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import type { Channel } from '../../../bot/channels/chat.ts'
import { DeliveryError } from '../../../bot/channels/chat.ts'
import { Bench, people } from './slack-stand-in.ts'

describe('what is sent to Slack', () => {
  let bench: Bench
  let channel: Channel & Awaited<ReturnType<Bench['start']>>
  beforeEach(async () => {
    bench = new Bench()
    channel = await bench.start()
  })
  afterEach(() => bench.close())

  const address = { channel: 'slack', conversation: 'D0ADA', serviceUrl: 'x' } as const
  const text = { text: 'Hello.' }
  const code = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    )
    assert.ok(error instanceof DeliveryError, String(error))
    assert.doesNotMatch(error.message, /xoxb-/)
    return error
  }

  it('is posted, below a message where the address names one, and never unfurled', async () => {
    const place = await channel.post({ ...address, thread: '1.5' }, 'post', {
      card: 'notice',
      data: { title: 'A', text: 'B' },
    })
    assert.deepEqual(place, { ...address, message: '1700000000.000001' })
    const [posted] = bench.slack.of('chat.postMessage')
    assert.deepEqual([posted?.channel, posted?.thread_ts], ['D0ADA', '1.5'])
    assert.deepEqual([posted?.unfurl_links, posted?.unfurl_media], [false, false])
    await channel.update(place, 'post', text)
    const [updated] = bench.slack.of('chat.update')
    assert.deepEqual([updated?.channel, updated?.ts, updated?.text], ['D0ADA', '1700000000.000001', 'Hello.'])
  })

  it('reaches somebody who never wrote, and says when they are not in Slack', async () => {
    const { tenant, id } = people.U0MAX ?? assert.fail()
    const reached = await channel.reach({ tenant, id })
    assert.deepEqual(reached, { channel: 'slack', conversation: 'D0MAX', serviceUrl: bench.slack.url })
    await channel.reach({ tenant, id })
    assert.equal(bench.slack.of('conversations.open').length, 1, 'a chat is opened once')
    const nobody = { tenant, id: '00000000-0000-4000-8000-0000000000ff' as typeof id }
    assert.equal((await code(channel.reach(nobody))).code, 'not-installed')
  })

  for (const [error, expected, fix] of [
    ['channel_not_found', 'gone', /./],
    ['is_archived', 'gone', /./],
    ['message_not_found', 'gone', /./],
    ['cant_update_message', 'gone', /./],
    ['user_not_found', 'blocked', /./],
    ['user_disabled', 'blocked', /./],
    ['cannot_dm_bot', 'blocked', /./],
    ['ratelimited', 'later', /./],
    ['internal_error', 'later', /./],
    ['not_in_channel', 'refused', /\/invite/],
    ['invalid_auth', 'refused', /SLACK_BOT_TOKEN/],
    ['token_revoked', 'refused', /SLACK_BOT_TOKEN/],
    ['account_inactive', 'refused', /SLACK_BOT_TOKEN/],
    ['missing_scope', 'refused', /add the scope chat:write/],
    ['invalid_blocks', 'refused', /invalid_blocks/],
  ] as const)
    it(`is answered ${error}: ${expected}`, async () => {
      bench.slack.answers.set('chat.postMessage', { ok: false, error, needed: 'chat:write' })
      const thrown = await code(channel.post(address, 'post', text))
      assert.equal(thrown.code, expected)
      assert.match(thrown.message, fix)
      assert.equal(bench.slack.of('chat.postMessage').length, 1, 'the outbox tries again, nobody else')
    })

  it('is answered 429: later, by as much as Slack says', async () => {
    bench.slack.answers.set('chat.postMessage', (response: ServerResponse) => {
      response.writeHead(429, { 'retry-after': '7' }).end()
    })
    const thrown = await code(channel.post(address, 'post', text))
    assert.deepEqual([thrown.code, thrown.retryAfterMilliseconds], ['later', 7_000])
    assert.equal(bench.slack.of('chat.postMessage').length, 1)
  })

  for (const [what, answer] of [
    ['503', (response: ServerResponse) => response.writeHead(503).end('down')],
    ['with something that is no JSON', (response: ServerResponse) => response.end('<html>')],
    ['by hanging up', (response: ServerResponse) => response.destroy()],
    [
      'with a redirect',
      (response: ServerResponse) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    ],
  ] as const)
    it(`is answered ${what}: later`, async () => {
      bench.slack.answers.set('chat.postMessage', (response) => void answer(response))
      assert.equal((await code(channel.post(address, 'post', text))).code, 'later')
      assert.equal(bench.slack.of('chat.postMessage').length, 1)
    })

  it('is not answered at all: later, after ten seconds', async () => {
    bench.slack.answers.set('chat.postMessage', () => undefined)
    const thrown = await code(channel.post(address, 'post', text))
    assert.equal(thrown.code, 'later')
    assert.match(thrown.message, /timeout|aborted/i)
  })

  it('is asked of a user: everything that Slack leaves out is undefined', async () => {
    bench.slack.answers.set('users.info', {
      user: {
        id: 'U0ADA',
        team_id: 'T0TEAM',
        is_bot: false,
        is_email_confirmed: true,
        profile: { email: 'ada@x.test' },
      },
    })
    assert.deepEqual(await channel.web.profile('U0ADA'), {
      id: 'U0ADA',
      teamId: 'T0TEAM',
      email: 'ada@x.test',
      isEmailConfirmed: true,
      isBot: false,
      isRestricted: undefined,
      isUltraRestricted: undefined,
      isStranger: undefined,
      isInvitedUser: undefined,
      deleted: undefined,
      enterpriseId: undefined,
      enterpriseUserId: undefined,
      realName: undefined,
    })
    bench.slack.answers.set('users.info', { user: { id: 'U0ADA', is_bot: 'no' } })
    assert.equal(await channel.web.profile('U0ADA'), undefined)
    bench.slack.answers.set('users.info', { ok: false, error: 'user_not_found' })
    assert.equal(await channel.web.profile('U0ADA'), undefined)
    bench.slack.answers.set('users.info', { ok: false, error: 'internal_error' })
    assert.equal((await code(channel.web.profile('U0ADA'))).code, 'later')
  })

  it('is asked for an e-mail address', async () => {
    bench.slack.answers.set('users.lookupByEmail', { user: { id: 'U0ADA' } })
    assert.equal(await channel.web.findByEmail('ada@x.test'), 'U0ADA')
    bench.slack.answers.set('users.lookupByEmail', { ok: false, error: 'users_not_found' })
    assert.equal(await channel.web.findByEmail('ada@x.test'), undefined)
  })

  it('is probed: the token must be of the workspace that is served', async () => {
    await channel.probe()
    bench.slack.answers.set('auth.test', { team_id: 'T0OTHER', user_id: 'U1' })
    assert.match((await code(channel.probe())).message, /SLACK_TEAM_ID is T0TEAM/)
  })

  it('leaves no token in the log', async () => {
    bench.slack.answers.set('chat.postMessage', { ok: false, error: 'invalid_auth' })
    await code(channel.post(address, 'post', text))
    assert.doesNotMatch(bench.lines.join(''), /xoxb-/)
  })
})
