import assert from 'node:assert/strict'
import { startTestCompany, type TestCompany } from '../../support/company.ts'
import { enrolWithManager } from '../../support/enrol.ts'
import { look, readBlocks } from '../../support/slack-look.ts'
import { type SlackSide, slackSide, until } from './slack-side.ts'

const many = 50

describe('many at once in Slack', function () {
  this.timeout(180_000)
  let company: TestCompany
  let slack: SlackSide
  /** Accounts of people who may use the bot, and of whom no other test knows. */
  let people: readonly string[]

  before(async () => {
    company = await startTestCompany()
    slack = slackSide(company)
    const cast = new Set((['ada', 'ravi', 'helen', 'lucas'] as const).map(slack.account))
    const members = slack.client.people().filter((one) => !one.is_restricted && !cast.has(one.id))
    const enabled = members.filter(
      ({ directoryId }) => company.company.tenant.company.user(directoryId ?? '', 'latest')?.accountEnabled,
    )
    people = enabled.map(({ id }) => id).slice(0, many)
    assert.equal(people.length, many, 'the company is too small for this test')
  })
  after(() => company.close())

  const buttonsOf = (user: string) => slack.client.messagesOf(user).map(look)
  const countOf = (user: string, words: string) => buttonsOf(user).filter(({ text }) => text.includes(words)).length

  it('200 events of 50 people are each taken, and each has its one answer, however often a slow machine makes Slack deliver it', async () => {
    const sent = await Promise.all(
      people.flatMap((user) => ['help', 'thanks', 'hello', 'menu'].map((words) => slack.client.say(user, words))),
    )
    const outcomes = await Promise.all(sent.map(({ delivered }) => delivered))
    assert.equal(outcomes.length, 200)
    assert.deepEqual(
      outcomes.map((one) => one?.status).filter((status) => status !== 200),
      [],
    )
    for (const user of people) {
      await until('all four are answered', () => countOf(user, 'What can I do for you?') === 3)
      assert.equal(countOf(user, 'Always glad to help'), 1)
    }
  })

  it('the same 200 delivered again change nothing', async () => {
    const before = people.map((user) => slack.client.messagesOf(user).length)
    const ids = slack.client.eventIds()
    assert.ok(ids.length >= 200)
    // What a slow machine does not acknowledge in time is delivered once more still.
    await Promise.all(
      ids.map((id) => until('it is taken', async () => (await slack.client.redeliver(id))?.status === 200)),
    )
    // A word of each comes after all of its redeliveries: when it is answered, so were they.
    await Promise.all(people.map(async (user) => (await slack.client.say(user, 'thanks')).delivered))
    for (const user of people)
      await until('the last word is answered', () => countOf(user, 'Always glad to help') === 2)
    assert.deepEqual(
      people.map((user) => slack.client.messagesOf(user).length),
      before.map((count) => count + 2),
    )
  })

  it('50 people who press at the same moment are each answered, and each gets what they pressed', async () => {
    const pressed = await Promise.all(
      people.map((user) => {
        const menu = buttonsOf(user).findLast(({ buttons }) => buttons.includes('My requests'))
        assert.ok(menu)
        const chat = slack.client.directMessageOf(user)
        return slack.client.press(user, chat, menu.id, { text: 'My requests' })
      }),
    )
    assert.deepEqual(
      pressed.filter(({ acknowledged, status }) => !acknowledged || status !== 200),
      [],
    )
    for (const user of people)
      await until(`${user} is answered`, () => countOf(user, 'You have asked for nothing yet') === 1)
    const { n } = await company.database
      .selectFrom('dialogs')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('name', '=', 'my-tickets')
      .executeTakeFirstOrThrow()
    assert.equal(Number(n), many)
  })

  it('a button pressed twice in the same moment starts one dialog', async () => {
    const ada = company.person('ada', 'slack')
    await ada.say('help')
    const menu = await ada.sees('What can I do for you?')
    const press = () =>
      slack.client.press(slack.account('ada'), slack.client.directMessageOf(slack.account('ada')), menu.id, {
        text: 'Set up my authenticator app',
      })
    const both = await Promise.all([press(), press()])
    assert.ok(both.every(({ acknowledged }) => acknowledged))
    await ada.hasSeen('Set up your authenticator app')
    assert.equal(await slack.dialogsOf('ada'), 1)
    assert.equal(countOf(slack.account('ada'), 'Set up your authenticator app'), 1)
    await ada.say('cancel')
    await ada.sees('Cancelled')
  })

  it('a double click on "Show my temporary password" makes one password, and it is the one that signs in', async () => {
    const ada = company.person('ada', 'slack')
    const user = slack.account('ada')
    const phone = await enrolWithManager(company, ada, company.person('maya', 'slack'))
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    await ada.press('Check the code', { code: phone.code(1) })
    const { id } = await ada.sees('I know it is you')
    const shown = new Set<string>()
    const stop = slack.client.subscribe((event) => {
      if (event.type !== 'view' || event.user !== user || !event.view) return
      const [found] = readBlocks(event.view.blocks).text.match(/^(?=.*\d)[A-Z][A-Za-z0-9-]{13,}$/m) ?? []
      if (found) shown.add(found)
    })
    const chat = slack.client.directMessageOf(user)
    const press = () => slack.client.press(user, chat, id, { text: 'Show my temporary password' })
    const both = await Promise.all([press(), press()])
    assert.ok(both.every(({ acknowledged, status }) => acknowledged && status === 200))
    await ada.hasSeen('Sign in with the temporary password now')
    await until('a password is shown', () => shown.size > 0)
    // Whatever the second click still does is done when this is answered.
    await ada.say('thanks')
    await ada.sees('glad to help')
    stop()
    assert.equal(shown.size, 1, 'two passwords were shown')
    const [password = ''] = shown
    company.used('password', password)
    assert.equal(await company.signIn('ada', password), 'must-change')
    const operations = await company.database
      .selectFrom('operations')
      .select(['name', 'state'])
      .where('target_id', '=', ada.id)
      .execute()
    assert.deepEqual(operations, [{ name: 'reset-password', state: 'done' }])
    assert.equal((await slack.auditOf('ada', 'reset-password')).length, 2, 'one intent and one outcome')
  })
})
