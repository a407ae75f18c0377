import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CastKey, wellKnown } from '../../infra/practice/company/cast.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrol, enrolWithManager, numberIn } from '../support/enrol.ts'
import type { Phone } from '../support/phone.ts'
import type { Talker } from '../support/talker.ts'

const password = /^[A-Z][A-Za-z0-9-]{13,}$/m
const adaButton = 'Ada Lindqvist · Account Executive, Sales'
const byCode = 'They read me a code of their authenticator app'
const byNumber = 'They match a number in their own chat'
const nobody = 'I find nobody of that name whom you may help here.'

interface Event {
  readonly kind: string
  readonly action: string
  readonly actor: string
  readonly target: string
  readonly outcome?: string
  readonly proofs?: readonly { readonly method: string }[]
  readonly detail?: Readonly<Record<string, string>>
}

describe('"My report is locked out, can you help her?"', () => {
  let company: TestCompany
  let maya: Talker
  let ada: Talker
  let mayasPhone: Phone
  let adasPhone: Phone

  before(async () => {
    company = await startTestCompany()
    maya = company.person('maya')
    ada = company.person('ada')
    mayasPhone = await enrolWithManager(company, maya, company.person('salesHead'))
    adasPhone = await enrolWithManager(company, ada, maya)
  })
  after(() => company.close())

  async function events(action: string): Promise<Event[]> {
    const rows = await company.database.selectFrom('audit').selectAll().orderBy('seq').execute()
    return rows.map((row) => row.event as unknown as Event).filter((event) => event.action === action)
  }

  /** Maya chooses Ada and proves herself with a code; a new day, so that no limit is in the way. */
  async function helpAda(): Promise<void> {
    await maya.say('cancel')
    company.company.clock.advance(25 * 3_600_000)
    await maya.say('my report Ada is locked out, can you help her')
    await maya.sees('Whom shall we help?')
    await maya.press(adaButton)
    await maya.sees('make sure that it is you')
    await maya.press('A code from my authenticator app')
    await maya.sees('Enter the code of your authenticator app')
    await maya.press('Check the code', { code: mayasPhone.code() })
    await maya.sees('Now Ada Lindqvist must prove that it is they')
  }

  it('both prove themselves, and the manager reads out a temporary password', async () => {
    await helpAda()
    await maya.press(byNumber)
    const { text } = await maya.sees('Tell Ada Lindqvist this number')
    const asked = await ada.hasSeen('Did you ask Maya Okonkwo for help?')
    assert.match(asked.text, /Your manager, Maya Okonkwo, is starting a password reset for you/)
    assert.match(await ada.press(numberIn(text)), /You confirmed/)
    await maya.sees('I know it is Ada Lindqvist')
    const window = await maya.open('Show it to me')
    const [shown] = window.text.match(password) ?? []
    assert.ok(shown, window.text)
    await maya.sees('Tell Ada Lindqvist now')
    assert.equal(await company.signIn('ada', shown), 'must-change')
    assert.equal(await company.signIn('ada', company.initialPassword('ada')), 'wrong-password')
    for (const chat of [maya.chat(), ada.chat()])
      assert.ok(!JSON.stringify(chat).includes(shown), 'no chat keeps a password')
  })

  it('the person is told who did it, and can object', async () => {
    const { text, buttons } = await ada.hasSeen('Maya Okonkwo reset your password')
    assert.match(text, /Maya Okonkwo \(your manager\) had HelpBot set a temporary password for your account/)
    assert.deepEqual(buttons, ["This wasn't me"])
    const { mail } = company.company.tenant.control.user(ada.id)
    for (let turn = 0; turn < 200 && company.mailbox(mail ?? '').length === 0; turn++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(company.mailbox(mail ?? '').length, 1, 'her mailbox is told too')
  })

  it('the audit names both, and how each was verified', async () => {
    const [intent, outcome] = await events('reset-password-for')
    assert.deepEqual([intent?.kind, outcome?.kind, outcome?.outcome], ['intent', 'outcome', 'done'])
    assert.deepEqual([intent?.actor, intent?.target], [maya.id, ada.id])
    assert.deepEqual(
      intent?.proofs?.map(({ method }) => method),
      ['totp'],
    )
    assert.equal(intent?.detail?.['started-as'], 'manager-of')
    assert.match(intent?.detail?.['person-proved-by'] ?? '', /^number matched in their own chat at 20/)
  })

  it('the request is the person’s own', async () => {
    await ada.say('any news on my request?')
    assert.match((await ada.sees('My requests')).text, /Password reset, started by others\nclosed/)
  })

  it('a code that the person reads out will do as well', async () => {
    await helpAda()
    await maya.press(byCode)
    await maya.sees('Enter the code that Ada Lindqvist reads to you')
    assert.match(await maya.press('Check their code', { code: adasPhone.code() }), /the code is right/)
    await maya.sees('I know it is Ada Lindqvist')
    assert.match((await maya.open('Show it to me')).text, password)
    const [verified] = await events('verify-totp-read-out')
    assert.deepEqual([verified?.actor, verified?.target, verified?.outcome], [maya.id, ada.id, 'done'])
  })

  it('wrong codes close the way, and leave the person’s own authenticator open', async () => {
    await helpAda()
    await maya.press(byCode)
    await maya.sees('Enter the code that Ada')
    const right = adasPhone.code()
    const wrong = right === '000000' ? '000001' : '000000'
    for (let turn = 1; turn <= 3; turn++) await maya.press('Check their code', { code: wrong })
    await maya.sees(/too many wrong tries/)
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    assert.match(await ada.press('Check the code', { code: right }), /the code is right/)
    await ada.say('cancel')
  })

  it('"I did not ask for this" ends it, and IT hears of it', async () => {
    await helpAda()
    await maya.press(byNumber)
    await maya.sees('Tell Ada Lindqvist this number')
    await ada.hasSeen('Did you ask Maya Okonkwo for help?')
    await ada.press('I did not ask for this')
    const { text } = await maya.sees('I cannot do that')
    assert.match(text, /Ada Lindqvist did not confirm that they asked for this\. IT has been told: incident \d+/)
    assert.match(
      await company.itChannelSees('Somebody says that they did not ask for help'),
      /Maya Okonkwo[\s\S]*Ada Lindqvist/,
    )
    const matched = (await events('match-number')).at(-1)
    assert.deepEqual([matched?.actor, matched?.target, matched?.outcome], [ada.id, ada.id, 'refused'])
    assert.equal((await events('reset-password-for')).filter(({ kind }) => kind === 'intent').length, 2)
  })

  it('a manager reaches nobody else, and learns nothing of anybody else', async () => {
    const hugo = company.person('financeManager')
    await hugo.say("reset the CEO's password for me")
    await hugo.sees('Whom shall we help?')
    for (const name of ['Astrid Halvorsen', 'Nobody Of That Name', 'Ada Lindqvist', 'Ravi Subramanian']) {
      await hugo.say(name)
      assert.ok((await hugo.sees(nobody)).text.includes(nobody), name)
    }
    await hugo.say('cancel')
  })

  it('a direct report with rights of an administrator is refused as always, and IT is told', async () => {
    const hugo = company.person('financeManager')
    await hugo.say('help somebody else')
    await hugo.sees('Whom shall we help?')
    await hugo.press('Lucas Moreau · Plant Controller, Finance')
    const { text } = await hugo.sees('I cannot do that')
    assert.match(text, /I never change this account for anybody\. IT can only do it by hand/)
    assert.doesNotMatch(text, /privileg|admin|role|group/i)
    await company.itChannelSees('Refused: a password reset for somebody else')
  })

  it('whoever is neither a manager nor IT is sent to IT, whomever they name', async () => {
    const zoe = company.person('zoe')
    await zoe.say("please reset Ravi Subramanian's password")
    const { text, buttons } = await zoe.sees('Only a manager can do this')
    assert.match(text, /or let IT help them/)
    assert.deepEqual(buttons, ['Talk to IT'])
  })

  it('IT helps anybody by name, and finds no administrator', async () => {
    const sam = company.person('sam')
    const tomas = company.person('tomas')
    const samsPhone = await enrolWithManager(company, sam, company.person('itManager'))
    company.company.clock.advance(60_000)
    await sam.say('help somebody else')
    await sam.sees('Whom shall we help?')
    await sam.press('Find them', { text: 'Ravi Subramanian' })
    await sam.sees(nobody)
    await sam.press('Find them', { text: 'Tomáš' })
    await sam.sees('Is this the one?')
    await sam.press('Tomáš Dvořák · Financial Analyst, Finance')
    await sam.sees('make sure that it is you')
    await sam.press('A code from my authenticator app')
    await sam.sees('Enter the code')
    await sam.press('Check the code', { code: samsPhone.code() })
    await sam.sees('Now Tomáš Dvořák must prove')
    await sam.press(byNumber)
    const { text } = await sam.sees('Tell Tomáš Dvořák this number')
    const asked = await tomas.hasSeen('Did you ask Sam Whitfield for help?')
    assert.match(asked.text, /IT, Sam Whitfield/)
    await tomas.press(numberIn(text))
    await sam.sees('I know it is Tomáš Dvořák')
    const [shown] = (await sam.open('Show it to me')).text.match(password) ?? []
    assert.equal(await company.signIn('tomas', shown ?? ''), 'must-change')
    assert.match((await tomas.hasSeen('Sam Whitfield reset your password')).text, /\(IT\)/)
  })

  it('an authenticator that is still cooling off is no way for the person either', async () => {
    const emre = company.person('operationsManager')
    const q = company.person('q')
    const emresPhone = await enrolWithManager(company, emre, company.person('operationsHead'))
    await enrol(company, q)
    company.company.clock.advance(60_000)
    await emre.say('help somebody else')
    await emre.sees('Whom shall we help?')
    await emre.say('Q')
    await emre.sees('Is this the one?')
    await emre.press('Q · Buyer, Operations')
    await emre.sees('make sure that it is you')
    await emre.press('A code from my authenticator app')
    await emre.sees('Enter the code')
    await emre.press('Check the code', { code: emresPhone.code() })
    const { buttons } = await emre.sees('Now Q must prove')
    assert.ok(!buttons.includes(byCode) && buttons.includes(byNumber), JSON.stringify(buttons))
  })
})

describe('where Slack asks for no second factor', () => {
  let company: TestCompany
  before(async () => {
    company = await startTestCompany({ SLACK_TRUST: '' })
  })
  after(() => company.close())

  it('its chat is no proof for oneself, and the person hears where it is', async () => {
    const ada = company.person('ada', 'slack')
    await ada.say('I forgot my password')
    const { text } = await ada.sees('I have no way left')
    assert.match(
      text,
      /does not count as a proof here, because it does not ask for a second factor at sign-in\. Write to me in Microsoft Teams/,
    )
  })

  it('a number matched there does not count, and a code does', async () => {
    const maya = company.person('maya', 'teams')
    const ada = company.person('ada', 'teams')
    const mayasPhone = await enrolWithManager(company, maya, company.person('salesHead', 'teams'))
    const adasPhone = await enrolWithManager(company, ada, maya)
    // Now she writes in Slack, so that is where she is asked.
    await company.person('ada', 'slack').say('help')
    await company.person('ada', 'slack').sees('What can I do for you?')
    company.company.clock.advance(60_000)
    await maya.say('help somebody else')
    await maya.sees('Whom shall we help?')
    await maya.press(adaButton)
    await maya.sees('make sure that it is you')
    await maya.press('A code from my authenticator app')
    await maya.sees('Enter the code of your')
    await maya.press('Check the code', { code: mayasPhone.code() })
    await maya.sees('Now Ada Lindqvist must prove')
    await maya.press(byNumber)
    const { text } = await maya.sees('That does not work now')
    assert.match(text, /asks for no second factor, so it does not count/)
    await maya.sees('Now Ada Lindqvist must prove')
    await maya.press(byCode)
    await maya.sees('Enter the code that Ada')
    await maya.press('Check their code', { code: adasPhone.code() })
    await maya.sees('I know it is Ada Lindqvist')
    assert.match((await maya.open('Show it to me')).text, password)
  })

  it('nor can a first authenticator be set up there, which the manager’s word would make count', async () => {
    const tomas = company.person('tomas', 'slack')
    await tomas.say('set up my authenticator')
    assert.match((await tomas.sees('I cannot do that')).text, /does not ask for a second factor/)
  })
})

describe('somebody else’s message in Slack, sent on to HelpBot', () => {
  let company: TestCompany
  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  async function sendOn(from: CastKey, by: CastKey): Promise<Talker> {
    const { client } = company.company.slack
    const [writer, sender] = [from, by].map((key) => client.userOf(wellKnown[key].id))
    assert.ok(writer && sender)
    const talker = company.person(by, 'slack')
    const channel = client.openPrivateChannel([writer, sender], `talk-${from}`)
    const { message } = await client.post(writer, channel, 'I cannot get in')
    await client.shortcut(sender, channel, message.ts, 'send-to-helpbot')
    return talker
  }

  it('is a wish to help whoever wrote it, once that is confirmed', async () => {
    const maya = await sendOn('ada', 'maya')
    const { buttons } = await maya.hasSeen('Is this the one?')
    assert.deepEqual(buttons, [adaButton, 'None of them'])
    await maya.press(adaButton)
    await maya.sees(/make sure that it is you|Ask your manager to confirm/)
    await maya.say('cancel')
  })

  it('says no more of somebody whom one may not help than of nobody', async () => {
    const hugo = await sendOn('ada', 'financeManager')
    await hugo.hasSeen(nobody)
  })
})

describe('where the policy hands out a Temporary Access Pass', () => {
  let company: TestCompany
  let folder: string
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'policy-'))
    const file = join(folder, 'policy.yaml')
    const text = readFileSync(new URL('../../bot/policy/default.yaml', import.meta.url), 'utf8')
    writeFileSync(file, text.replace('deliver: temporary-password', 'deliver: temporary-access-pass'))
    company = await startTestCompany({ HELPBOT_POLICY: file })
  })
  after(async () => {
    await company.close()
    rmSync(folder, { recursive: true })
  })

  it('the helper is shown a pass, the password stays, and nobody says that it was reset', async () => {
    const maya = company.person('maya')
    const ada = company.person('ada')
    const benoit = company.person('salesHead')
    await maya.say('issue a temporary access pass for one of my reports')
    await maya.sees('Whom shall we help?')
    await maya.press(adaButton)
    const own = await maya.sees('Ask your manager to confirm')
    await benoit.hasSeen('Is this really Maya Okonkwo?')
    await benoit.press(numberIn(own.text))
    await maya.sees('Now Ada Lindqvist must prove')
    await maya.press(byNumber)
    const { text } = await maya.sees('Tell Ada Lindqvist this number')
    await ada.hasSeen('Did you ask Maya Okonkwo for help?')
    await ada.press(numberIn(text))
    await maya.sees('I know it is Ada Lindqvist')
    const window = await maya.open('Show it to me')
    assert.match(window.text, /A Temporary Access Pass for Ada Lindqvist[\s\S]*within 60 minutes/)
    const [, pass] = window.text.split('\n')
    assert.ok(pass && pass.length >= 8, window.text)
    company.used('password', pass)
    assert.equal(await company.signIn('ada', company.initialPassword('ada')), 'signed-in')
    assert.match((await maya.sees('Tell Ada Lindqvist now')).text, /the password of Ada Lindqvist stays as it was/)
    const { text: notice } = await ada.hasSeen('Somebody got a Temporary Access Pass for you')
    assert.match(notice, /Maya Okonkwo \(your manager\) had HelpBot make a pass/)
    assert.doesNotMatch(notice, /reset/)
  })
})
