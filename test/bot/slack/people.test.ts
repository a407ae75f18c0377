import assert from 'node:assert/strict'
import type { CastKey } from '../../../infra/practice/company/cast.ts'
import { practice } from '../../../infra/practice/company.ts'
import type { ProfileChange } from '../../../infra/practice/slack/client.ts'
import { startTestCompany, type TestCompany } from '../../support/company.ts'
import { type SlackSide, slackSide, until } from './slack-side.ts'

describe('who is served in Slack', function () {
  this.timeout(180_000)
  let company: TestCompany
  let slack: SlackSide

  before(async () => {
    company = await startTestCompany()
    slack = slackSide(company)
  })
  after(() => company.close())

  const addressOf = (key: CastKey) => slack.client.people().find(({ id }) => id === slack.account(key))?.email ?? ''
  const changeProfile = (key: CastKey, change: ProfileChange) => slack.client.setProfile(slack.account(key), change)
  /** What was found out of the directory is good for a minute. */
  const aMinuteLater = () => company.company.clock.advance(2 * 60_000)

  it('serves a full member whose confirmed address is in the directory, and binds the ids', async () => {
    const ada = company.person('ada', 'slack')
    await ada.say('I forgot my password')
    await ada.sees('Ask your manager to confirm')
    await ada.say('cancel')
    assert.equal(await slack.dialogsOf('ada'), 1)
    const row = await company.database
      .selectFrom('slack_people')
      .selectAll()
      .where('user_id', '=', ada.id)
      .executeTakeFirstOrThrow()
    assert.deepEqual(
      [row.team_id, row.slack_user_id, row.tenant_id, row.email],
      [practice.slackTeamId, slack.account('ada'), practice.tenantId, addressOf('ada')],
    )
    const [bound, ...more] = await slack.auditOf('ada', 'bind-slack')
    assert.deepEqual(more, [])
    assert.deepEqual(bound?.detail, { 'slack-team': practice.slackTeamId, 'slack-user': slack.account('ada') })
  })

  describe('refuses, says what to do next and starts nothing for', () => {
    const refusals: readonly (readonly [string, CastKey, ProfileChange | undefined, RegExp])[] = [
      [
        'a guest of several channels',
        'zoe',
        { is_restricted: true },
        /not guests\. Please ask the IT help desk of your home/,
      ],
      ['a guest of one channel', 'noor', { is_ultra_restricted: true }, /not guests\. Please ask the IT help desk/],
      [
        'somebody of a connected organisation',
        'padraig',
        { is_stranger: true },
        /your own organisation’s IT help desk/,
      ],
      ['a bot', 'hostile', { is_bot: true }, /I only talk to people/],
      ['an unconfirmed address', 'tomas', { is_email_confirmed: false }, /Confirm it in your Slack profile/],
      ['somebody invited who never came', 'lucas', { is_invited_user: true }, /Confirm it in your Slack profile/],
      ['somebody without an address', 'operationsManager', { email: null }, /Confirm it in your Slack profile/],
      [
        'an address nobody has',
        'financeHead',
        { email: 'nobody@nordwind.example' },
        /IT help desk to check it, or write to me in Teams/,
      ],
      [
        'an address two people have',
        'legalManager',
        { email: 'contracts@nordwind.example' },
        /more than one account in our directory\. Please call/,
      ],
      ['a guest of the directory', 'gil', undefined, /not guests\. Please ask the IT help desk/],
      [
        'a guest of the directory whom Slack calls a member',
        'bjorn',
        { is_restricted: false },
        /not guests\. Please ask the IT help desk/,
      ],
      ['a blocked account', 'ines', undefined, /blocked[\s\S]*Please call the IT help desk/],
    ]
    for (const [who, key, change, words] of refusals)
      it(who, async () => {
        if (change) await changeProfile(key, change)
        const person = company.person(key, 'slack')
        await person.say('I forgot my password')
        await person.sees(words)
        assert.equal(person.chat().filter(({ text }) => words.test(text)).length, 1, 'it is said once')
        assert.doesNotMatch(JSON.stringify(person.chat()), /HelpBot\. I reset passwords/, 'and nobody was greeted')
        assert.equal(await slack.dialogsOf(key), 0)
        assert.ok(key === 'ines' || (await slack.boundTo(key)) === undefined, 'the account is bound to nobody')
        const { text, buttons } = await slack.home(key)
        assert.match(text, words)
        assert.deepEqual(buttons, [])
      })

    it('a deactivated account whose words come late', async () => {
      const late = slack.client.eventBody(slack.account('salesHead'), 'I forgot my password')
      const chat = slack.client.directMessageOf(slack.account('salesHead'))
      await changeProfile('salesHead', { deleted: true })
      const { status } = await slack.client.deliverRaw('events', late, slack.signed(late))
      assert.equal(status, 200)
      const heard = () => JSON.stringify(slack.client.transcript().find((one) => one.conversationId === chat))
      await until('the person is told', () => /deactivated[^"]*Please call the IT help desk/.test(heard()))
      assert.equal(await slack.dialogsOf('salesHead'), 0)
    })
  })

  it('leaves the words of another team alone, whatever they are', async () => {
    const q = company.person('q', 'slack')
    await q.hasSeen('I am HelpBot')
    await changeProfile('q', { team_id: 'T0ELSEWHERE' })
    const before = q.chat().length
    const { delivered } = await slack.client.say(slack.account('q'), 'I forgot my password')
    assert.equal((await delivered)?.status, 200)
    assert.equal(q.chat().length, before + 1, 'their own words and no answer')
    assert.equal(await slack.dialogsOf('q'), 0)
    assert.match((await slack.home('q')).text, /your own organisation’s IT help desk/)
  })

  it('a change that Slack announces takes effect at once', async () => {
    const helen = company.person('helen', 'slack')
    await helen.say('help')
    await helen.sees('What can I do for you?')
    assert.equal(await slack.boundTo('helen'), 'helen')
    await changeProfile('helen', { is_restricted: true })
    await helen.say('I forgot my password')
    await helen.sees('not guests')
    assert.equal(await slack.dialogsOf('helen'), 0)
    assert.equal(await slack.boundTo('helen'), undefined)
    assert.match((await slack.auditOf('helen', 'unbind-slack'))[0]?.why ?? '', /guest/)
    await changeProfile('helen', { is_restricted: false })
    await helen.say('help')
    await helen.sees('What can I do for you?')
  })

  describe('somebody’s Slack address becomes a colleague’s', () => {
    it('ends the binding, and the account is the colleague’s where it is free', async () => {
      const sam = company.person('sam', 'slack')
      await sam.say('help')
      await sam.sees('What can I do for you?')
      const { text: before } = await slack.home('sam')
      assert.match(before, /Hello Sam Whitfield/)
      await changeProfile('sam', { email: addressOf('kwame') })
      const { text } = await slack.home('sam')
      assert.match(text, /Hello Kwame Mensah/)
      assert.equal(await slack.boundTo('sam'), 'kwame')
      assert.equal((await slack.auditOf('sam', 'unbind-slack')).length, 1)
      assert.equal((await slack.auditOf('kwame', 'bind-slack')).length, 1)
    })

    it('but refuses it where the colleague’s own account holds it', async () => {
      const hugo = company.person('financeManager', 'slack')
      const dmitri = company.person('legalHead', 'slack')
      for (const person of [hugo, dmitri]) {
        await person.say('help')
        await person.sees('What can I do for you?')
      }
      await changeProfile('legalHead', { email: addressOf('financeManager') })
      await dmitri.say('I forgot my password')
      await dmitri.sees(/used by another account before[\s\S]*Please call the IT help desk/)
      assert.deepEqual(
        [await slack.boundTo('legalHead'), await slack.boundTo('financeManager')],
        [undefined, 'financeManager'],
      )
      assert.equal((await slack.auditOf('legalHead', 'unbind-slack')).length, 1)
      assert.equal((await slack.dialogsOf('financeManager')) + (await slack.dialogsOf('legalHead')), 0)
      await hugo.say('help')
      await hugo.sees('What can I do for you?')
    })
  })

  describe('somebody’s address in the directory becomes another', () => {
    const rename = (id: string, address: string) =>
      company.company.tenant.control.editUser(id, { mail: address, userPrincipalName: address })
    let old: string

    it('lets them in no more, and says what to do', async () => {
      const maya = company.person('maya', 'slack')
      await maya.say('help')
      await maya.sees('What can I do for you?')
      old = addressOf('maya')
      await changeProfile('maya', { email: old })
      rename(maya.id, 'maya.elsewhere@nordwind.example')
      aMinuteLater()
      await maya.say('I forgot my password')
      await maya.sees('Please ask the IT help desk to check it')
      assert.equal(await slack.dialogsOf('maya'), 0)
    })

    it('takes a newcomer who is given the old one for nobody, and their account neither', async () => {
      const yuki = company.person('itManager', 'slack')
      rename(yuki.id, old)
      await changeProfile('itManager', { email: old })
      for (const key of ['itManager', 'maya'] as const) {
        const person = company.person(key, 'slack')
        await person.say('I forgot my password')
        await person.sees(/used by another account before[\s\S]*Please call the IT help desk/)
        assert.doesNotMatch((await slack.home(key)).text, /My access/)
      }
      assert.equal((await slack.dialogsOf('itManager')) + (await slack.dialogsOf('maya')), 0)
      assert.equal(await slack.boundTo('maya'), 'maya', 'the row stays, so that the address is nobody else’s')
    })

    it('knows them again when IT has put it right', async () => {
      const maya = company.person('maya', 'slack')
      rename(company.person('itManager', 'slack').id, 'yuki.elsewhere@nordwind.example')
      rename(maya.id, old)
      await maya.say('help')
      await maya.sees('What can I do for you?')
      assert.match((await slack.home('maya')).text, /Hello Maya Okonkwo/)
    })
  })
})
