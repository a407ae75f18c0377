import assert from 'node:assert/strict'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrol, enrolWithManager, numberIn } from '../support/enrol.ts'
import type { Phone } from '../support/phone.ts'

const password = /^[A-Z][A-Za-z0-9-]{13,}$/m

describe('"I forgot my password"', () => {
  let company: TestCompany
  let phone: Phone

  before(async () => {
    company = await startTestCompany()
    phone = await enrolWithManager(company, company.person('ada'), company.person('maya'))
  })
  after(() => company.close())

  it('shows a temporary password that signs in where the old one does not', async () => {
    const ada = company.person('ada')
    const before = await company.signIn('ada', company.initialPassword('ada'))
    assert.equal(before, 'signed-in')
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    assert.match(await ada.press('Check the code', { code: phone.code(1) }), /the code is right/)
    await ada.sees('I know it is you')
    const window = await ada.open('Show my temporary password')
    const [shown] = window.text.match(password) ?? []
    assert.ok(shown, window.text)
    await ada.sees('Sign in with the temporary password now')
    assert.equal(await company.signIn('ada', shown), 'must-change')
    assert.equal(await company.signIn('ada', company.initialPassword('ada')), 'wrong-password')
    assert.ok(!JSON.stringify(ada.chat()).includes(shown), 'the chat keeps no password')
  })

  it('tells the person at once, with a way to object', async () => {
    const { buttons } = await company.person('ada').hasSeen('Your password was reset')
    assert.deepEqual(buttons, ["This wasn't me"])
  })

  it('opens a ticket and closes it with the outcome', async () => {
    const ada = company.person('ada')
    await ada.say('any news on my request?')
    assert.match((await ada.sees('My requests')).text, /Password reset\nclosed/)
  })

  it('leaves intent and outcome in the audit, with the proof and the request id of Graph', async () => {
    const rows = await company.database.selectFrom('audit').selectAll().orderBy('seq').execute()
    const events = rows
      .map((row) => row.event as Record<string, unknown>)
      .filter((event) => event.action === 'reset-password')
    assert.deepEqual(
      events.map((event) => event.kind),
      ['intent', 'outcome'],
    )
    const [intent, outcome] = events as [Record<string, unknown>, Record<string, unknown>]
    assert.equal((intent.proofs as { method: string }[])[0]?.method, 'totp')
    assert.equal(outcome.outcome, 'done')
    const detail = outcome.detail as Record<string, string>
    assert.match(detail['set-password-request-id'] ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(intent.correlationId, outcome.correlationId)
  })

  it('works with the manager picking the right one of three numbers', async () => {
    const tomas = company.person('tomas')
    const hugo = company.person('financeManager')
    await tomas.say('cannot log in, forgot my password')
    const { text } = await tomas.sees('Ask your manager to confirm')
    const asked = await hugo.hasSeen('Is this really')
    assert.match(asked.text, /Tomáš Dvořák[\s\S]*Finance[\s\S]*password reset/)
    assert.match(await hugo.press(numberIn(text)), /You confirmed/)
    await tomas.sees('I know it is you')
    const window = await tomas.open('Show my temporary password')
    assert.match(window.text, password)
    // The mail goes out beside the conversation: nobody waits for it.
    for (let turn = 0; turn < 200 && company.mailbox('tomas.dvorak@letterbox.example').length === 0; turn++)
      await new Promise((resolve) => setTimeout(resolve, 50))
    assert.equal(company.mailbox('tomas.dvorak@letterbox.example').length, 1, 'the second address is told too')
  })

  it('takes a wrong number for a no', async () => {
    const padre = company.person('hostile')
    const yuki = company.person('itManager')
    await padre.say('forgot my password')
    const { text } = await padre.sees('Ask your manager to confirm')
    await padre.say('the coffee machine is broken')
    await padre.sees('I am still waiting for somebody else to answer')
    const { buttons } = await yuki.hasSeen('Is this really')
    const wrong = buttons.find((button) => /^\d\d$/.test(button) && button !== numberIn(text))
    assert.match(await yuki.press(wrong ?? ''), /did not confirm/)
    await padre.sees('Your manager did not confirm')
  })

  it('locks the authenticator after five wrong codes, and says for how long', async () => {
    const ada = company.person('ada')
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    for (let left = 4; left >= 1; left--)
      assert.match(await ada.press('Check the code', { code: '000000' }), new RegExp(`${left} (tries are|try is) left`))
    assert.match(await ada.press('Check the code', { code: '000000' }), /Too many wrong codes/)
    await ada.sees('open again in 15 minutes')
    // What is left is the manager; the right code would not help any more.
    await ada.sees('Ask your manager to confirm')
    await ada.say('cancel')
    await ada.sees('Cancelled')
  })

  it('does not take an authenticator that is still cooling off', async () => {
    const emre = company.person('operationsManager')
    await enrol(company, emre)
    await emre.press('No, I can wait')
    await emre.say('forgot my password')
    await emre.sees('Ask your manager to confirm')
    await emre.say('cancel')
  })

  for (const [key, why] of [
    ['ravi', 'a Global Administrator'],
    ['lucas', 'somebody in a group within a role-assignable group'],
  ] as const)
    it(`refuses ${why} and tells IT`, async () => {
      const person = company.person(key)
      await person.say('I forgot my password')
      const { text } = await person.sees('I cannot do that')
      assert.match(text, /IT has been told/)
      assert.doesNotMatch(text, /administrator|role|Tier/i, 'the refusal gives nothing away')
      const incident = await company.itChannelSees('Refused: a password reset')
      assert.match(incident, new RegExp(person.name))
    })

  it('says of a synced account that it lives on-premises, and leaves a ticket', async () => {
    const kwame = company.person('kwame')
    await kwame.say('I forgot my password')
    const { text } = await kwame.sees('I cannot do that')
    assert.match(text, /on-premises|own directory|Active Directory/i)
  })

  for (const [key, words] of [
    ['gil', /not guests/],
    ['ines', /blocked/],
  ] as const)
    it(`refuses ${key}, who is none of its people, with a next step`, async () => {
      const person = company.person(key)
      await person.say('I forgot my password')
      await person.sees(words)
    })
})
