import assert from 'node:assert/strict'
import type { ChannelName } from '../../../bot/channels/chat.ts'
import { type CastKey, wellKnown } from '../../../infra/practice/company/cast.ts'
import { practice } from '../../../infra/practice/company.ts'
import { startTestCompany, type TestCompany } from '../../support/company.ts'
import { numberIn } from '../../support/enrol.ts'
import type { Talker } from '../../support/talker.ts'
import { until } from './slack-side.ts'

describe('Teams and Slack at once', function () {
  this.timeout(180_000)
  let company: TestCompany

  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  /** Sits somebody down and waits until the bot has noticed: looking at a chat counts as being there. */
  async function sits(key: CastKey, channel: ChannelName): Promise<Talker> {
    const talker = company.person(key, channel)
    const known = () =>
      company.database
        .selectFrom('conversations')
        .select('channel')
        .where('user_id', '=', wellKnown[key].id)
        .where('channel', '=', channel)
        .executeTakeFirst()
    await until(`${talker.name} is known in ${channel}`, async () => (await known()) !== undefined)
    return talker
  }
  /** Somebody who writes in this chat product last. */
  async function writesIn(key: CastKey, channel: ChannelName): Promise<Talker> {
    await sits(key, channel === 'teams' ? 'slack' : 'teams')
    const talker = await sits(key, channel)
    await talker.say('help')
    await talker.sees('What can I do for you?')
    return talker
  }
  const count = (talker: Talker, words: RegExp) => talker.chat().filter(({ text }) => words.test(text)).length
  const theCard = (asker: string) => new RegExp(`Is this really ${asker}`)

  for (const [employee, manager, employeeIn, managerIn, where] of [
    ['ada', 'maya', 'slack', 'teams', 'Slack'],
    ['tomas', 'financeManager', 'teams', 'slack', 'Microsoft Teams'],
  ] as const)
    it(`an employee in ${employeeIn} is confirmed by a manager in ${managerIn}, where they wrote last`, async () => {
      const boss = await writesIn(manager, managerIn)
      const elsewhere = company.person(manager, employeeIn)
      const talker = await sits(employee, employeeIn)
      await talker.say('I forgot my password')
      const { text } = await talker.sees('Ask your manager to confirm')
      const asked = await boss.hasSeen(theCard(talker.name))
      assert.match(asked.text, new RegExp(`their own chat in ${where}`))
      assert.equal(count(elsewhere, theCard(talker.name)), 0, 'the card is in one chat')
      assert.match(await boss.press(numberIn(text)), /You confirmed/)
      await talker.sees('I know it is you')
      const window = await talker.open('Show my temporary password')
      assert.match(window.text, /^[A-Z][A-Za-z0-9-]{13,}$/m)
      await talker.hasSeen('Your password was reset')
    })

  it('tells somebody things where they wrote last, and moves along with them there and back', async () => {
    const emre = 'operationsManager'
    const teams = await writesIn(emre, 'teams')
    const slack = await writesIn(emre, 'slack')
    const q = await sits('q', 'teams')
    const card = theCard('Q')
    await q.say('I forgot my password')
    await q.sees('Ask your manager to confirm')
    await slack.hasSeen(card)
    assert.equal(count(teams, card), 0)
    await q.say('cancel')
    await q.sees('Cancelled')

    await teams.say('help')
    await teams.sees('What can I do for you?')
    // The card of the request that was cancelled is closed in the chat where it stands.
    await until('the card in Slack is closed', () => count(slack, /Is this really Q[\s\S]*Not needed any more/) === 1)
    await q.say('I forgot my password')
    await q.sees('Ask your manager to confirm')
    await teams.hasSeen(card)
    assert.equal(count(slack, card), 1, 'no second card in Slack')
    await q.say('cancel')
    await q.sees('Cancelled')
  })

  it('a card pressed in Teams by somebody who has moved to Slack still works, and changes where it stands', async () => {
    const dmitri = await writesIn('legalHead', 'teams')
    const nia = await sits('legalManager', 'slack')
    await nia.say('I forgot my password')
    const { text } = await nia.sees('Ask your manager to confirm')
    const card = await dmitri.hasSeen(theCard('Nia Campbell'))
    const inSlack = await sits('legalHead', 'slack')
    await inSlack.say('help')
    await inSlack.sees('What can I do for you?')
    assert.match(await dmitri.press(numberIn(text)), /You confirmed/)
    await nia.sees('I know it is you')
    assert.match(dmitri.chat().find(({ id }) => id === card.id)?.text ?? '', /You confirmed/)
    assert.equal(count(inSlack, theCard('Nia Campbell')), 0)
  })

  it('one’s own question stands in Teams, is answered there after a word in Slack, and goes on in Teams', async () => {
    const olumide = await writesIn('hrHead', 'teams')
    await olumide.say('set up my authenticator')
    const question = await olumide.sees('Set up your authenticator app')
    const inSlack = await sits('hrHead', 'slack')
    await inSlack.say('hm, what was that again?')
    await inSlack.sees('still waiting for an answer to the card above')
    const window = await olumide.open('Show the key')
    assert.match(window.text, /^[A-Z2-7]{4}( [A-Z2-7]{4})+$/m)
    await olumide.press('Cancel')
    await olumide.sees('Cancelled')
    assert.deepEqual(olumide.chat().find(({ id }) => id === question.id)?.buttons, [])
    assert.equal(count(inSlack, /^Cancelled/), 0)
  })

  it('reaches somebody who never wrote anywhere in Teams', async () => {
    const benoit = await sits('salesHead', 'slack')
    await benoit.say('I forgot my password')
    await benoit.sees('Ask your manager to confirm')
    const heard = () => JSON.stringify(company.company.teams.client.chat(wellKnown.chief.id).messages)
    await until('the manager has the card in Teams', () => heard().includes('Is this really'))
    assert.equal(slackWords('chief'), '[]', 'and not in Slack')
    await benoit.say('cancel')
  })

  const slackWords = (key: CastKey) => {
    const user = company.company.slack.client.userOf(wellKnown[key].id)
    assert.ok(user)
    return JSON.stringify(company.company.slack.client.messagesOf(user))
  }

  it('reaches somebody in Slack who does not have HelpBot in Teams and cannot be given it there', async () => {
    const { control } = company.company.tenant
    const permission = 'TeamsAppInstallation.ReadWriteSelfForUser.All'
    company.company.teams.client.setState(wellKnown.itHead.id, { installed: false })
    control.setPermission(practice.appId, permission, false)
    try {
      const yuki = await sits('itManager', 'teams')
      await yuki.say('I forgot my password')
      const { text } = await yuki.sees('Ask your manager to confirm')
      const ingrid = company.person('itHead', 'slack')
      await ingrid.hasSeen(theCard('Yuki Tanaka'))
      assert.match(await ingrid.press(numberIn(text)), /You confirmed/)
      await yuki.sees('I know it is you')
    } finally {
      control.setPermission(practice.appId, permission, true)
      company.company.teams.client.setState(wellKnown.itHead.id, { installed: true })
    }
  })
})
