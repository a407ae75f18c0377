import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CastKey } from '../../infra/practice/company/cast.ts'
import { startTestCompany, type TestCompany, testChannel } from '../support/company.ts'
import { enrolWithManager, numberIn } from '../support/enrol.ts'
import { linkedSince } from '../support/linked-since.ts'
import type { Phone } from '../support/phone.ts'
import type { Talker } from '../support/talker.ts'

const password = /^[A-Z][A-Za-z0-9-]{13,}$/m
const byNumber = 'They match a number in their own chat'
const show = 'Show it to me'
const unknown = 'I do not know about this'
const labels = {
  tomas: 'Tomáš Dvořák · Financial Analyst, Finance',
  ada: 'Ada Lindqvist · Account Executive, Sales',
  q: 'Q · Buyer, Operations',
  zoe: 'Zoë van der Berg · Independent Quality Auditor, Operations',
  padraig: "Pádraig O'Brien · Account Manager, Sales",
} as const

interface Event {
  readonly kind: string
  readonly action: string
  readonly actor: string
  readonly target: string
  readonly outcome?: string
  readonly detail?: Readonly<Record<string, string>>
}

describe('where the policy shows a temporary password to the manager', () => {
  let company: TestCompany
  let folder: string
  let sam: Talker
  let hugo: Talker
  let tomas: Talker
  let samsPhone: Phone

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'policy-'))
    const file = join(folder, 'policy.yaml')
    const text = readFileSync(new URL('../../bot/policy/default.yaml', import.meta.url), 'utf8')
    const changed = text.replace('showTo: starter', 'showTo: manager')
    assert.notEqual(changed, text)
    writeFileSync(file, changed)
    company = await startTestCompany({ HELPBOT_POLICY: file })
    sam = company.person('sam')
    hugo = company.person('financeManager')
    tomas = company.person('tomas')
    samsPhone = await enrolWithManager(company, sam, company.person('itManager'))
  })
  after(async () => {
    await company.close()
    rmSync(folder, { recursive: true })
  })

  async function events(action: string): Promise<Event[]> {
    const rows = await company.database.selectFrom('audit').selectAll().orderBy('seq').execute()
    return rows.map((row) => row.event as unknown as Event).filter((event) => event.action === action)
  }

  const intents = async () => (await events('reset-password-for')).filter(({ kind }) => kind === 'intent').length

  /** Sam of IT helps somebody, and both prove themselves; a new day, so that no limit is in the way. */
  async function samHelps(key: CastKey & keyof typeof labels): Promise<void> {
    const person = company.person(key)
    await sam.say('cancel')
    company.company.clock.advance(25 * 3_600_000)
    await sam.say('help somebody else')
    await sam.sees('Whom shall we help?')
    await sam.press('Find them', { text: person.name })
    await sam.sees('Is this the one?')
    await sam.press(labels[key])
    await sam.sees('make sure that it is you')
    await sam.press('A code from my authenticator app')
    await sam.sees('Enter the code')
    await sam.press('Check the code', { code: samsPhone.code() })
    await sam.sees(`Now ${person.name} must prove`)
    await sam.press(byNumber)
    const { text } = await sam.sees(`Tell ${person.name} this number`)
    await person.hasSeen('Did you ask Sam Whitfield for help?')
    await person.press(numberIn(text))
  }

  it('the manager reads it out, and whoever started it never sees it', async () => {
    await samHelps('tomas')
    const { text, buttons } = await sam.sees('I have asked Hugo Ferreira, their manager, to read it out')
    assert.match(text, /shown to Hugo Ferreira alone/)
    assert.deepEqual(buttons, ['Cancel'])
    const card = await hugo.hasSeen('Will you read something to Tomáš Dvořák?')
    assert.match(card.text, /Sam Whitfield of IT helps Tomáš Dvořák to sign in, and you are their manager/)
    assert.match(card.text, /I make a temporary password and show it to you once/)
    assert.deepEqual(card.buttons, [show, unknown])
    const kept = hugo.mischief.keep(card)

    const stolen = await sam.mischief.open(kept, show)
    assert.match(stolen.text, /not meant for you/)
    assert.equal(await intents(), 0)

    if (testChannel === 'slack') {
      await linkedSince(company.database, hugo.id, company.now())
      const refused = await hugo.mischief.open(kept, show)
      assert.match(refused.text, /Slack account was linked to you only lately.*Nothing is shown before/)
      assert.equal(await intents(), 0)
      await linkedSince(company.database, hugo.id, null)
    }
    const window = await hugo.open(show)
    const [shown] = window.text.match(password) ?? []
    assert.ok(shown, window.text)
    assert.match(window.text, /A temporary password for Tomáš Dvořák/)
    const again = await hugo.mischief.open(kept, show)
    assert.ok(again.text.includes(shown), 'a second click shows the same')
    company.company.clock.advance(60_000)
    const later = await hugo.mischief.open(kept, show)
    assert.match(later.text, /shown to you already/)
    assert.equal(await intents(), 1)

    const told = await sam.hasSeen('Hugo Ferreira reads it to Tomáš Dvořák')
    assert.match(told.text, /Tomáš Dvořák’s password is changed.*you started this and that it was shown to Hugo/)
    assert.equal(await company.signIn('tomas', shown), 'must-change')
    for (const chat of [sam.chat(), hugo.chat(), tomas.chat()])
      assert.ok(!JSON.stringify(chat).includes(shown), 'no chat keeps a password')
  })

  it('the person is told who started it and to whom it was shown, and so is the audit', async () => {
    const { text, buttons } = await tomas.hasSeen('Sam Whitfield reset your password')
    assert.match(text, /Sam Whitfield \(IT\) had HelpBot set a temporary password for your account/)
    assert.match(text, /It was shown to Hugo Ferreira \(your manager\), and to nobody else/)
    assert.deepEqual(buttons, ["This wasn't me"])
    const [intent, outcome] = await events('reset-password-for')
    assert.deepEqual([intent?.kind, outcome?.outcome], ['intent', 'done'])
    assert.deepEqual([intent?.actor, intent?.target], [sam.id, tomas.id])
    assert.deepEqual([intent?.detail?.['shown-to'], intent?.detail?.['shown-to-name']], [hugo.id, hugo.name])
  })

  it('"I do not know about this" makes nothing, and IT hears of it', async () => {
    const before = await intents()
    await samHelps('tomas')
    await sam.sees('I have asked Hugo Ferreira')
    const kept = hugo.mischief.keep(await newest(hugo, 'Will you read something'))
    assert.match(await hugo.press(unknown), /You said that you do not know about this/)
    const { text } = await sam.hasSeen('I cannot do that')
    assert.match(text, /Hugo Ferreira does not know about this\. I made nothing.*IT has been told: incident/)
    const head = await company.itChannelSees('A manager does not know about a request')
    assert.match(head, /Sam Whitfield[\s\S]*Tomáš Dvořák[\s\S]*Hugo Ferreira/)
    assert.match((await hugo.mischief.open(kept, show)).text, /This is over/)
    assert.equal(await intents(), before)
    const [denied] = await events('read-out')
    assert.deepEqual([denied?.actor, denied?.target, denied?.outcome], [hugo.id, tomas.id, 'refused'])
  })

  it('a manager who comes too late is shown nothing', async () => {
    const before = await intents()
    await samHelps('tomas')
    await sam.sees('I have asked Hugo Ferreira')
    const kept = hugo.mischief.keep(await newest(hugo, 'Will you read something'))
    company.company.clock.advance(15 * 60_000 + 20_000)
    // Whichever comes first, the press or the clock: both are a no.
    assert.doesNotMatch((await hugo.mischief.open(kept, show)).text, password)
    const { text } = await sam.sees('I cannot do that')
    assert.match(text, /proofs for this have run out|did not answer in time/)
    assert.equal(await intents(), before)
  })

  it('a manager who never comes is not waited for longer than the proofs last', async () => {
    await samHelps('tomas')
    await sam.sees('I have asked Hugo Ferreira')
    company.company.clock.advance(16 * 60_000)
    const { text } = await sam.sees('I cannot do that')
    assert.match(text, /Hugo Ferreira did not answer in time, and the proofs have run out\. I made nothing/)
    await hugo.hasSeen('Too late: this request has run out')
  })

  it('whoever started it may stop it', async () => {
    await samHelps('tomas')
    await sam.sees('I have asked Hugo Ferreira')
    const kept = hugo.mischief.keep(await newest(hugo, 'Will you read something'))
    await sam.press('Cancel')
    assert.match((await hugo.mischief.open(kept, show)).text, /This is over/)
  })

  it('a bot that dies meanwhile forgets nothing', async () => {
    await samHelps('tomas')
    await sam.sees('I have asked Hugo Ferreira')
    await company.restart('SIGKILL')
    assert.match((await hugo.open(show)).text, password)
    await sam.hasSeen('Hugo Ferreira reads it to Tomáš Dvořák')
    await samHelps('tomas')
    await sam.sees('I have asked Hugo Ferreira')
    // As if it had died between writing down the end and going on.
    const ended = { state: 'denied', sentence: 'I made nothing.' } as const
    await company.database.updateTable('read_outs').set(ended).where('state', '=', 'asked').execute()
    assert.match((await sam.sees('I cannot do that')).text, /Hugo Ferreira does not know about this.*incident/)
  })

  it('without a manager who may, nobody reads it out', async () => {
    await samHelps('zoe')
    const none = await sam.sees('I cannot do that')
    assert.match(none.text, /The directory names no manager for Zoë van der Berg.*must come to IT in person/)
    await samHelps('padraig')
    const blocked = await sam.sees('I cannot do that')
    assert.match(blocked.text, /The manager of Pádraig O'Brien cannot do anything here at the moment/)
    const { control } = company.company.tenant
    control.editUser(company.person('ada').id, { managerId: hugo.id })
    await samHelps('ada')
    const tooNew = await sam.sees('I cannot do that')
    assert.match(tooNew.text, /The manager of Ada Lindqvist has changed too recently/)
  })

  it('whoever is not the manager any more when they press is shown nothing', async () => {
    const before = await intents()
    const emre = company.person('operationsManager')
    await samHelps('q')
    await sam.sees('I have asked Emre Yıldız')
    await emre.hasSeen('Will you read something to Q?')
    const { control } = company.company.tenant
    control.editUser(company.person('q').id, { managerId: hugo.id })
    const window = await emre.open(show)
    assert.doesNotMatch(window.text, password)
    assert.match(window.text, /not the one whom the policy names/)
    await sam.sees('I cannot do that')
    assert.equal(await intents(), before)
  })

  it('a manager who starts it sees it as ever', async () => {
    const hugosPhone = await enrolWithManager(company, hugo, company.person('financeHead'))
    company.company.clock.advance(25 * 3_600_000)
    await hugo.say('help somebody else')
    await hugo.sees('Whom shall we help?')
    await hugo.say('Tomáš Dvořák')
    await hugo.sees('Is this the one?')
    await hugo.press(labels.tomas)
    await hugo.sees('make sure that it is you')
    await hugo.press('A code from my authenticator app')
    await hugo.sees('Enter the code')
    await hugo.press('Check the code', { code: hugosPhone.code() })
    await hugo.sees('Now Tomáš Dvořák must prove')
    await hugo.press(byNumber)
    const { text } = await hugo.sees('Tell Tomáš Dvořák this number')
    await tomas.hasSeen('Did you ask Hugo Ferreira for help?')
    await tomas.press(numberIn(text))
    await hugo.sees('I know it is Tomáš Dvořák')
    const [shown] = (await hugo.open(show)).text.match(password) ?? []
    assert.equal(await company.signIn('tomas', shown ?? ''), 'must-change')
    assert.match((await tomas.hasSeen('Hugo Ferreira reset your password')).text, /and was shown it/)
  })
})

describe('where Slack asks for no second factor, and the policy shows a pass to the manager', () => {
  let company: TestCompany
  let folder: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'policy-'))
    const file = join(folder, 'policy.yaml')
    const text = readFileSync(new URL('../../bot/policy/default.yaml', import.meta.url), 'utf8')
    const passes = text.replace('deliver: temporary-password', 'deliver: temporary-access-pass')
    writeFileSync(file, passes.replace('showTo: starter', 'showTo: manager'))
    company = await startTestCompany({ HELPBOT_POLICY: file, SLACK_TRUST: '' })
  })
  after(async () => {
    await company.close()
    rmSync(folder, { recursive: true })
  })

  it('the manager sees nothing there, and a pass in Teams', async () => {
    const sam = company.person('sam', 'teams')
    const tomas = company.person('tomas', 'teams')
    const samsPhone = await enrolWithManager(company, sam, company.person('itManager', 'teams'))
    const tomasPhone = await enrolWithManager(company, tomas, company.person('financeManager', 'teams'))
    const help = async () => {
      company.company.clock.advance(60_000)
      await sam.say('help somebody else')
      await sam.sees('Whom shall we help?')
      await sam.press('Find them', { text: 'Tomáš Dvořák' })
      await sam.sees('Is this the one?')
      await sam.press(labels.tomas)
      await sam.sees('make sure that it is you')
      await sam.press('A code from my authenticator app')
      await sam.sees('Enter the code of your')
      await sam.press('Check the code', { code: samsPhone.code() })
      await sam.sees('Now Tomáš Dvořák must prove')
      await sam.press('They read me a code of their authenticator app')
      await sam.sees('Enter the code that Tomáš')
      await sam.press('Check their code', { code: tomasPhone.code() })
    }
    const inSlack = company.person('financeManager', 'slack')
    await inSlack.say('help')
    await inSlack.sees('What can I do for you?')
    await help()
    const refused = await sam.sees('I cannot do that')
    assert.match(refused.text, /The chat in which Hugo Ferreira, their manager, writes to me asks for no second factor/)
    await inSlack.hasSeen('Not needed any more')

    const inTeams = company.person('financeManager', 'teams')
    await inTeams.say('help')
    await inTeams.sees('What can I do for you?')
    await help()
    await sam.sees('I have asked Hugo Ferreira')
    const { text } = await inTeams.hasSeen('Will you read something to Tomáš Dvořák?')
    assert.match(text, /I make a Temporary Access Pass/)
    const window = await inTeams.open(show)
    assert.match(window.text, /A Temporary Access Pass for Tomáš Dvořák[\s\S]*within 60 minutes/)
    const [, pass] = window.text.split('\n')
    assert.ok(pass && pass.length >= 8, window.text)
    company.used('password', pass)
    assert.equal(company.company.tenant.control.useAccessPass(tomas.id, pass), true)
    await sam.hasSeen('Hugo Ferreira reads it to Tomáš Dvořák')
    const { text: notice } = await tomas.hasSeen('Somebody got a Temporary Access Pass for you')
    assert.match(notice, /It was shown to Hugo Ferreira \(your manager\), and to nobody else/)
  })
})

/** The newest message in somebody's chat that holds the words and still has buttons. */
async function newest(talker: Talker, words: string) {
  for (let turn = 0; turn < 200; turn++) {
    const found = talker.chat().findLast(({ text, buttons }) => text.includes(words) && buttons.length > 0)
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  assert.fail(`${talker.name} does not see ${words} with buttons`)
}
