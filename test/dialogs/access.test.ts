import assert from 'node:assert/strict'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import type { Talker } from '../support/talker.ts'

const dashboard = 'Sales dashboard (read)'
const reports = 'Finance reports (read)'
const day = 86_400_000

describe('"I need access to the sales dashboard"', function () {
  this.timeout(240_000)
  let company: TestCompany
  let ada: Talker
  let maya: Talker

  before(async () => {
    company = await startTestCompany()
    ada = company.person('ada')
    maya = company.person('maya')
  })
  after(() => company.close())

  /** Everything up to the last card, with what is likely. */
  async function upToTheLastCard(who: Talker, words: string, title: string, duration: string): Promise<string> {
    await who.say('cancel')
    await who.say(words)
    await who.sees(/Is this what you mean|Which of these do you mean/)
    await who.press(title)
    await who.sees('Why do you need it?')
    await who.press('Go on', { text: 'Quarter end figures' })
    await who.sees('How long?')
    await who.say(duration)
    return (await who.sees('Shall I ask for this?')).text
  }

  it('says what it opens, until when and who will be asked, before it asks anybody', async () => {
    const text = await upToTheLastCard(ada, 'I need access to the sales dashboard', dashboard, '2 weeks')
    assert.match(text, /See the figures of the sales team/)
    assert.match(text, /Quarter end figures/)
    assert.match(text, /14 days/)
    assert.match(text, /Maya Okonkwo \(manager\)/)
    assert.ok(!maya.chat().some((message) => message.text.includes(dashboard)), 'nobody has been asked yet')
  })

  it('tells the number and for whom it waits; the manager is asked', async () => {
    await ada.press('Ask for it')
    const { text } = await ada.sees('I have asked for Sales dashboard')
    assert.match(text, /Request \d+: It waits for Maya Okonkwo \(manager\)/)
    await maya.hasSeen(dashboard)
  })

  it('shows where it stands', async () => {
    await ada.say('status of my requests')
    assert.match((await ada.sees('My requests')).text, /It waits for Maya Okonkwo/)
  })

  it('asked twice is asked once: the person hears that it waits', async () => {
    await ada.say('I need access to the sales dashboard')
    await ada.sees('Is this what you mean')
    await ada.press(dashboard)
    assert.match((await ada.sees('asked for it already')).text, /request \d+\. It waits for Maya Okonkwo.*withdraw/)
  })

  it('is taken back by whoever asked', async () => {
    await ada.say('withdraw my request')
    await ada.sees(/Withdraw request \d+\?/)
    await ada.press('Withdraw it')
    await ada.sees(/withdr/i)
    await ada.say('status of my requests')
    assert.doesNotMatch((await ada.sees('My requests')).text, /It waits for/)
  })

  it('a date that could mean two days is asked for again', async () => {
    await ada.say('I need access to the sales dashboard')
    await ada.sees('Is this what you mean')
    await ada.press(dashboard)
    await ada.sees('Why do you need it?')
    await ada.say('Quarter end figures')
    await ada.sees('How long?')
    await ada.say('3/4')
    assert.match((await ada.sees('How long?')).text, /could mean two days/)
    const until = new Date(company.now().getTime() + 20 * day).toISOString().slice(0, 10)
    await ada.press('Until this date', { day: until })
    await ada.sees('Shall I ask for this?')
  })

  it('may start later', async () => {
    await ada.press('Start later')
    await ada.sees('When shall it start?')
    await ada.say('tomorrow')
    const { text } = await ada.sees('Shall I ask for this?')
    assert.match(text, /Starts\n\d+ \w+ \d{4}/)
    await ada.say('cancel')
    await ada.sees('Cancelled')
  })

  it('lasts no longer than the catalogue lets it', async () => {
    await ada.say('I need access to the finance reports')
    await ada.sees(/Is this what you mean|Which of these/)
    await ada.press(reports)
    await ada.sees('Why do you need it?')
    await ada.say('Audit')
    const { buttons } = await ada.sees('How long?')
    assert.ok(!buttons.includes('For good'), JSON.stringify(buttons))
    await ada.say('a year')
    assert.match((await ada.sees('How long?')).text, /It can last 90 days at most/)
    await ada.say('for good')
    assert.match((await ada.sees('How long?')).text, /It cannot be given for good/)
    await ada.say('cancel')
    await ada.sees('Cancelled')
  })

  it('a reason that looks like a secret is not taken', async () => {
    await ada.say('I need access to the sales dashboard')
    await ada.sees('Is this what you mean')
    await ada.press(dashboard)
    await ada.sees('Why do you need it?')
    const shown = await ada.press('Go on', { text: 'my password is Tangerine-42-Harbour' })
    assert.match(shown, /looks like a password/)
    assert.ok(!company.chatHistory().includes('Tangerine-42-Harbour'))
    await ada.say('cancel')
    await ada.sees('Cancelled')
  })

  it('what may not be seen is not found, and IT can be asked', async () => {
    await ada.say('I need access to the personnel files')
    const { text } = await ada.sees('What do you need access to?')
    assert.doesNotMatch(text, /Read the files of employees/)
    await ada.press('Ask IT')
    await ada.sees(/Ticket \d+/)
    await company.itChannelSees('Somebody asks for access that I do not know')
  })

  it('a manager asks for a direct report, and for nobody else', async () => {
    await maya.say('I need access to the sales dashboard')
    await maya.sees('Is this what you mean')
    await maya.press(dashboard)
    await maya.sees('for whom?')
    await maya.say('Hugo Ferreira')
    assert.match((await maya.sees('for whom?')).text, /for your direct reports only/)
    await maya.say('Ada Lindqvist')
    await maya.sees('Why does Ada Lindqvist need it?')
    await maya.say('She covers for me')
    await maya.sees('How long?')
    await maya.press('7 days')
    const { text } = await maya.sees('Shall I ask for this?')
    assert.match(text, /For\nAda Lindqvist/)
    assert.match(text, /Benoît Lacroix/, 'she cannot approve what she asks for herself')
    await maya.say('cancel')
    await maya.sees('Cancelled')
  })

  it('what is given shows under "my access", with its end and who said yes', async () => {
    await upToTheLastCard(ada, 'I need access to the sales dashboard', dashboard, '30 days')
    await ada.press('Ask for it')
    await ada.sees('I have asked for')
    await maya.hasSeen('Quarter end figures')
    await maya.press('Approve')
    await granted(company, ada.id)
    await ada.say('my access')
    const { text } = await ada.sees('My access')
    assert.match(
      text,
      /Sales dashboard \(read\)\**\nSee the figures of the sales team\. Until \d+ \w+ \d{4}.*approved by Maya Okonkwo/,
    )
  })

  it('who has it already is told until when', async () => {
    await ada.say('I need access to the sales dashboard')
    await ada.sees('Is this what you mean')
    await ada.press(dashboard)
    assert.match((await ada.sees('You have it already')).text, /until \d+ \w+ \d{4}.*extend/)
  })

  it('is kept longer by a new yes, with the old reason filled in', async () => {
    await ada.say('extend my access to the sales dashboard')
    await ada.sees('Why do you need Sales dashboard (read) longer?')
    await ada.press('Go on', { text: 'The quarter is not over' })
    await ada.sees('How much longer')
    await ada.press('7 days')
    assert.match((await ada.sees('Shall I ask for this?')).text, /Ends now/)
    await ada.press('Ask for it')
    assert.match((await ada.sees('I have asked to extend')).text, /It waits for Maya Okonkwo/)
  })

  it('is given back at once', async () => {
    await ada.say('I want to hand back my access to the sales dashboard')
    await ada.sees('Give back Sales dashboard (read)?')
    await ada.press('Give it back')
    await ended(company, ada.id)
    await ada.say('my access')
    assert.doesNotMatch((await ada.sees('My access')).text, /Sales dashboard/)
  })
})

/** The grant is worked off by a job, a second or two after the approval. */
const granted = (company: TestCompany, person: string) => grantIs('active', company, person)
const ended = (company: TestCompany, person: string) => grantIs('ended', company, person)

async function grantIs(state: 'active' | 'ended', company: TestCompany, person: string): Promise<void> {
  for (let turn = 0; turn < 400; turn++) {
    const rows = await company.database
      .selectFrom('access_grants')
      .select('id')
      .where('person_id', '=', person)
      .where('state', '=', state)
      .execute()
    if (rows.length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail(`the grant was not ${state} within 20 seconds`)
}
