import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { questionCatalogue } from '../../bot/identity/question-catalogue.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrolWithManager } from '../support/enrol.ts'
import type { Phone } from '../support/phone.ts'
import type { Talker } from '../support/talker.ts'

describe('other conversations', function () {
  this.timeout(180_000)
  let company: TestCompany

  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  describe('"I\'m locked out"', () => {
    it('says that Microsoft unlocks by itself, claims nothing, and offers a reset', async () => {
      const ada = company.person('ada')
      await ada.say("I'm locked out")
      const { text, buttons } = await ada.sees('Microsoft unlocks by itself')
      assert.match(text, /about a minute at first/)
      assert.doesNotMatch(text, /I (have )?unlocked|is unlocked|now unlocked/i)
      assert.deepEqual(buttons, ['Reset my password'])
      assert.equal(company.company.tenant.control.requests().filter(({ method }) => method === 'PATCH').length, 0)
    })

    it('closes its ticket at once', async () => {
      const ada = company.person('ada')
      await ada.say('show my tickets')
      assert.match((await ada.sees('My requests')).text, /Account locked\nclosed[^\n]*waiting time/)
    })

    it('goes on with the reset when that is wanted', async () => {
      const ada = company.person('ada')
      await ada.press('Reset my password')
      await ada.sees('Ask your manager to confirm')
      await ada.say('cancel')
      await ada.sees('Cancelled')
    })

    it('on-premises: says that it cannot yet, and opens an incident', async () => {
      const kwame = company.person('kwame')
      await kwame.say('my account is locked')
      const { text, buttons } = await kwame.sees('lives in the company’s own directory')
      const [, number] = text.match(/incident (\d+)/) ?? []
      assert.ok(number, text)
      assert.deepEqual(buttons, [])
      const incident = await company.itChannelSees('Account locked on-premises')
      assert.match(incident, new RegExp(`${number}[\\s\\S]*Kwame Mensah`))
    })
  })

  describe('my requests', () => {
    it('are none for somebody who has asked for nothing', async () => {
      const nia = company.person('legalManager')
      await nia.say('status of my request')
      await nia.sees('You have asked for nothing yet')
    })

    it("are listed, newest first, with number, state and outcome; one's own only", async () => {
      const nia = company.person('legalManager')
      await nia.say('my account is locked')
      await nia.sees('Microsoft unlocks by itself')
      company.company.clock.advance(1_000)
      await nia.say('I forgot my password')
      await nia.sees('Ask your manager to confirm')
      await nia.say('show my tickets')
      await nia.press('Switch now')
      const { text } = await nia.hasSeen('My requests')
      assert.match(text, /\d+\D* Password reset\nclosed, opened [\s\S]*\d+\D* Account locked\nclosed, opened/)
      assert.equal(text.match(/, opened /g)?.length, 2)
    })
  })

  describe('a person to talk to', () => {
    it('gets what was written, and the asker a number', async () => {
      const tomas = company.person('tomas')
      await tomas.say('I want to talk to a human')
      const asked = await tomas.sees('What is it about?')
      assert.match(asked.text, /Never write a password or a code/)
      assert.match(await tomas.press('Send to IT', { text: 'My badge opens no door since Monday' }), /Passed on to IT/)
      const { text } = await tomas.sees('IT has it in their channel now')
      const [, number] = text.match(/Ticket (\d+)/) ?? []
      assert.ok(number, text)
      const incident = await company.itChannelSees('My badge opens no door since Monday')
      assert.match(incident, new RegExp(`Somebody asks for a person[\\s\\S]*${number}[\\s\\S]*Tomáš Dvořák`))
    })

    it('can be told in the chat itself', async () => {
      const tomas = company.person('tomas')
      await tomas.say('call IT')
      await tomas.sees('What is it about?')
      await tomas.say('The printer on the third floor smells of smoke')
      await tomas.sees('IT has it in their channel now')
      const thread = await company.itChannel.headSeen('My badge opens no door since Monday')
      await company.itChannel.sees(thread, 'The printer on the third floor smells of smoke')
    })

    it('is not called for nothing: empty words leave the question standing', async () => {
      const tomas = company.person('tomas')
      await tomas.say('call IT')
      const { id } = await tomas.sees('What is it about?')
      await tomas.press('Send to IT', { text: '   ' })
      assert.deepEqual(tomas.chat().find((message) => message.id === id)?.buttons, ['Send to IT', 'Cancel'])
      assert.match(await tomas.press('Cancel'), /Cancelled/)
    })
  })

  describe('security questions, as HelpBot comes', () => {
    it('cannot be set up', async () => {
      const clara = company.person('hrManager')
      await clara.say('I want to set up security questions')
      const { buttons } = await clara.sees('I cannot do that')
      assert.deepEqual(buttons, [])
      const rows = await company.database.selectFrom('security_answers').select('question').execute()
      assert.deepEqual(rows, [])
    })

    it('are not offered as a proof', async () => {
      const clara = company.person('hrManager')
      await clara.say('I forgot my password')
      await clara.sees('Ask your manager to confirm')
      await clara.say('cancel')
      assert.ok(!clara.chat().some(({ buttons }) => buttons.includes('My security questions')))
    })
  })
})

describe('security questions, where the policy has them', function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-policy-'))
  const answers: Readonly<Record<string, string>> = {
    'first-teacher': 'Quillfeather-Brandywine',
    'first-concert': 'The Umbrella Polkadots',
    'lost-toy': 'Zebulon the Walrus',
  }
  let company: TestCompany
  let phone: Phone

  before(async () => {
    const standard = readFileSync(fileURLToPath(new URL('../../bot/policy/default.yaml', import.meta.url)), 'utf8')
    const withQuestions = standard
      .replace('- allOf: [totp]', '- allOf: [totp, questions]')
      .replace('enabled: false', 'enabled: true')
    assert.notEqual(withQuestions, standard)
    const file = join(folder, 'policy.yaml')
    writeFileSync(file, withQuestions)
    company = await startTestCompany({ HELPBOT_POLICY: file })
    phone = await enrolWithManager(company, company.person('ada'), company.person('maya'))
  })
  after(async () => {
    await company.close()
    rmSync(folder, { recursive: true, force: true })
  })

  async function giveCode(ada: Talker): Promise<void> {
    company.company.clock.advance(60_000)
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    assert.match(await ada.press('Check the code', { code: phone.code() }), /the code is right/)
  }

  /** The answers to whatever stands beside the inputs. */
  function answersTo(given: (id: string) => string): (shown: string) => Record<string, string> {
    return (shown) => {
      const asked = questionCatalogue.filter((question) => shown.includes(question.text))
      assert.equal(asked.length, 2, shown)
      return Object.fromEntries(asked.map(({ id }) => [`answer-${id}`, given(id)]))
    }
  }

  it('need another proof to be set up', async () => {
    const ada = company.person('ada')
    await ada.say('I want to set up security questions')
    await giveCode(ada)
    await ada.sees('Your security questions')
  })

  it('are answered in a window that says what is wrong with an answer', async () => {
    const ada = company.person('ada')
    const window = await ada.open('Answer the questions')
    assert.match(window.text, /Answer at least 3/)
    for (const question of questionCatalogue) assert.ok(window.text.includes(question.text))
    const few = await ada.submit({ 'answer-first-teacher': answers['first-teacher'] ?? '' })
    assert.match(few?.text ?? '', /at least 3 questions/)
    const alike = await ada.submit(
      Object.fromEntries(Object.keys(answers).map((id) => [`answer-${id}`, 'Peregrine Marmalade'])),
    )
    assert.match(alike?.text ?? '', /the same as another answer/)
    assert.doesNotMatch(alike?.text ?? '', /Peregrine/, 'an answer is never shown again')
    const all = Object.fromEntries(Object.entries(answers).map(([id, answer]) => [`answer-${id}`, answer]))
    assert.equal(await ada.submit(all), undefined)
    await ada.sees('Your security questions are set up')
  })

  it('are kept as argon2id hashes and nothing else', async () => {
    const rows = await company.database.selectFrom('security_answers').selectAll().execute()
    assert.equal(rows.length, 3)
    for (const row of rows) assert.match(row.answer_hash, /^\$argon2id\$/)
  })

  it('come on top of the code: neither is enough alone', async () => {
    const ada = company.person('ada')
    await ada.say('I forgot my password')
    await giveCode(ada)
    const { buttons } = await ada.sees('How would you like to prove it?')
    assert.deepEqual(buttons, ['My security questions', 'My manager confirms that it is me'])
    await ada.press('My security questions')
    await ada.sees('Answer your security questions')
    const wrong = await ada.press(
      'Check my answers',
      answersTo(() => 'Something Entirely Different'),
    )
    assert.match(wrong, /not right\. 4 tries are left/)
    const right = await ada.press(
      'Check my answers',
      answersTo((id) => (answers[id] ?? '').toUpperCase()),
    )
    assert.match(right, /the answers are right/)
    await ada.sees('I know it is you')
    const window = await ada.open('Show my temporary password')
    assert.match(window.text, /^[A-Z][A-Za-z0-9-]{13,}$/m)
  })

  it('stand in the audit by method, not by answer', async () => {
    const rows = await company.database.selectFrom('audit').select('event').orderBy('seq').execute()
    const intent = rows
      .map(({ event }) => event as { action: string; kind: string; proofs?: { method: string }[] })
      .find(({ action, kind }) => action === 'reset-password' && kind === 'intent')
    assert.deepEqual(intent?.proofs?.map(({ method }) => method).sort(), ['questions', 'totp'])
  })

  it('are locked after five wrong tries, and the manager is left', async () => {
    const ada = company.person('ada')
    await ada.say('I forgot my password')
    await giveCode(ada)
    await ada.sees('How would you like to prove it?')
    await ada.press('My security questions')
    await ada.sees('Answer your security questions')
    const wrong = answersTo(() => 'Something Entirely Different')
    for (let turn = 0; turn < 4; turn++) assert.match(await ada.press('Check my answers', wrong), /not right/)
    assert.match(await ada.press('Check my answers', wrong), /Too many wrong answers/)
    await ada.sees('Ask your manager to confirm')
    await ada.say('cancel')
  })

  it('are no way for somebody who has set up none', async () => {
    const zoe = company.person('zoe')
    await zoe.say('I forgot my password')
    const { text } = await zoe.sees('no way left to make sure that it is you')
    assert.match(text, /not set up security questions/)
  })
})
