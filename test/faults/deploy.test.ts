import assert from 'node:assert/strict'
import { verifyDatabase } from '../../bot/audit/rows.ts'
import type { CastKey } from '../../infra/practice/company/cast.ts'
import type { Change } from '../../infra/practice/tenant/tenant.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrol, enrolWithManager, numberIn } from '../support/enrol.ts'
import type { Phone } from '../support/phone.ts'
import type { Talker, WindowSeen } from '../support/talker.ts'
import { type Alteration, anotherRelease, type Release } from './new-release.ts'

const button = 'Show my temporary password'
const passwordShape = /^[A-Z][A-Za-z0-9-]{13,}$/m
const title = 'Invoices (enter)'
const day = 24 * 3_600_000
const apology = /I am sorry/

/** What another release of HelpBot may have changed: steps of operations, names and shapes of what dialogs remember, dialogs. */
const changed: readonly Alteration[] = [
  { file: 'bot/operations/engine.ts', from: "'operations-2'", to: "'operations-3'" },
  // A question goes by another name.
  { file: 'dialogs/prove-by-code.ts', from: '`code-${round}`', to: '`authenticator-code-${round}`' },
  // What is remembered has another shape, and nobody said so.
  {
    file: 'dialogs/enrol-totp.ts',
    from: "const had = await chat.once('had', async () => (await desk.authenticator()).state)",
    to: `const before = await chat.once('had', async () => ({ standing: (await desk.authenticator()).state }))
    const had = before.standing.trim()`,
  },
  // What is remembered means something else, and it is said so.
  {
    file: 'dialogs/request-access.ts',
    from: "title: 'Ask for access',",
    to: "title: 'Ask for access',\n  edition: 2,",
  },
  // A dialog is gone.
  { file: 'dialogs/registry.ts', from: '  talkToHuman,\n', to: '' },
]

/** Asks until it gets what it hopes for. */
async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (let turn = 0; turn < 600; turn++) {
    const found = await look()
    if (found !== undefined) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`not within a minute: ${what}`)
}

describe('another release of HelpBot, over what the last one has begun', function () {
  this.timeout(180_000)
  let company: TestCompany
  let next: Release
  const phones = new Map<CastKey, Phone>()
  const changes: Change[] = []

  before(async () => {
    next = anotherRelease(changed)
    company = await startTestCompany()
    company.company.tenant.control.onChange((change) => void changes.push(change))
    for (const [key, manager] of [
      ['ada', 'maya'],
      ['tomas', 'financeManager'],
      ['legalManager', 'legalHead'],
    ] as const)
      phones.set(key, await enrolWithManager(company, company.person(key), company.person(manager)))
  })
  after(async () => {
    await company.close()
    next.remove()
  })

  const passwordsOf = (talker: Talker) =>
    changes.filter((change) => change.kind === 'password' && change.id === talker.id).length
  const memberships = (what: string, talker: Talker) =>
    changes.filter((change) => change.kind === 'group' && change.what[0] === what && change.what[1] === talker.id)
      .length
  const count = (talker: Talker, words: string) => talker.chat().filter(({ text }) => text.includes(words)).length
  const codeOf = (key: CastKey) => phones.get(key)?.code() ?? ''

  async function askedForCode(key: CastKey): Promise<Talker> {
    const talker = company.person(key)
    await talker.say('I forgot my password')
    await talker.sees('make sure that it is you')
    await talker.press('A code from my authenticator app')
    await talker.sees('Enter the code')
    return talker
  }

  async function passwordReady(key: CastKey): Promise<Talker> {
    const talker = await askedForCode(key)
    await talker.press('Check the code', { code: codeOf(key) })
    await talker.sees('I know it is you')
    return talker
  }

  /** Somebody whose manager has the number before them. */
  async function askedManager(
    key: CastKey,
    manager: CastKey,
  ): Promise<{ talker: Talker; answer: () => Promise<string> }> {
    const talker = company.person(key)
    await talker.say('I forgot my password')
    const { text } = await talker.sees('Ask your manager to confirm')
    return { talker, answer: () => numberPressed(company.person(manager), numberIn(text)) }
  }

  async function numberPressed(manager: Talker, number: string): Promise<string> {
    await until('the manager is asked', () => manager.chat().at(-1)?.buttons.includes(number) || undefined)
    return await manager.press(number)
  }

  /** Up to the question why. */
  async function wishes(key: CastKey): Promise<Talker> {
    const talker = company.person(key)
    await talker.say('I need access to enter invoices')
    await talker.sees(/Is this what you mean|Which of these do you mean/)
    await talker.press(title)
    await talker.sees('Why do you need it?')
    return talker
  }

  async function asksFor(key: CastKey, manager: CastKey): Promise<{ talker: Talker; approve: () => Promise<string> }> {
    const talker = await wishes(key)
    await talker.say('Quarter end')
    await talker.sees('How long?')
    await talker.say('1 day')
    await talker.sees('Shall I ask for this?')
    await talker.press('Ask for it')
    await talker.sees('I have asked for')
    const approver = company.person(manager)
    return {
      talker,
      async approve() {
        await until(
          'the manager is asked',
          () => approver.chat().some(({ buttons }) => buttons.includes('Approve')) || undefined,
        )
        return await approver.press('Approve')
      },
    }
  }

  const told = async (talker: Talker, words: string, times: number) =>
    await until(`${talker.name} is told: ${words}`, () => count(talker, `${title}: ${words}`) === times || undefined)

  async function shown(talker: Talker, first?: WindowSeen): Promise<string> {
    let window = first ?? (await talker.open(button))
    for (let turn = 0; turn < 10; turn++) {
      const [found] = passwordShape.exec(window.text) ?? []
      if (found !== undefined) return found
      assert.match(window.text, /again|working/i, 'a window without a password says what comes next')
      await new Promise((resolve) => setTimeout(resolve, 500))
      window = await talker.open(button)
    }
    throw new Error(`no password was shown, but: ${window.text}`)
  }

  /** Graph is slow at the next password; resolves when it was asked. */
  async function heldAtPassword(milliseconds: number): Promise<() => Promise<void>> {
    const { faults } = company.company.tenant.control
    const { id } = faults.set({ class: 'password', kind: 'slow', delayMs: milliseconds })
    return async () =>
      void (await until('Graph is asked', () => faults.list().every((fault) => fault.id !== id) || undefined))
  }

  async function accountedFor(): Promise<void> {
    await until('no operation is left half-way', async () => {
      const open = await company.database.selectFrom('operations').select('id').where('state', '=', 'running').execute()
      return open.length === 0 ? true : undefined
    })
    const rows = await company.database.selectFrom('audit').select('event').orderBy('seq').execute()
    const events = rows.map(({ event }) => event as { kind: string; operationId?: string })
    const of = (kind: string) => events.filter((one) => one.kind === kind).map(({ operationId }) => operationId)
    assert.deepEqual(of('outcome').toSorted(), of('intent').toSorted(), 'every intent has one outcome')
    assert.equal((await verifyDatabase(company.database)).fault, undefined)
  }

  for (const how of ['SIGTERM', 'SIGKILL'] as const)
    it(`${how}, and the other one starts: dialogs go on or end with an apology; what was approved, given or under way survives`, async () => {
      const forward = how === 'SIGTERM'
      const time = forward ? 1 : 2
      company.company.clock.advance(8 * day)
      const granted = await asksFor('ada', 'maya')
      await granted.approve()
      await told(granted.talker, 'Ada Lindqvist has it now', time)
      const waiting = await asksFor('tomas', 'financeManager')

      const typing = await askedForCode('ada')
      const ready = await passwordReady('tomas')
      const confirmed = await askedManager('hostile', 'itManager')
      const running = await passwordReady('legalManager')
      const wishing = await wishes('lucas')
      const setsUp = company.person('operationsManager')
      const asksPerson = company.person('sam')
      if (forward) {
        await asksPerson.say('I want to talk to a human')
        await asksPerson.sees('I pass it on to IT')
        await enrol(company, setsUp)
        await setsUp.press('Ask my manager')
      }

      const before = { running: passwordsOf(running), typing: passwordsOf(typing), ready: passwordsOf(ready) }
      const asked = await heldAtPassword(forward ? 2_000 : 300_000)
      const opening = running.open(button).catch(() => undefined)
      await asked()
      await company.restart(how, {}, forward ? next.program : undefined)

      // What was under way is done, once; whoever is politely ended shows it first.
      const password = await shown(running, await opening)
      assert.equal(await company.signIn('legalManager', password), 'must-change')
      assert.equal(passwordsOf(running) - before.running, 1)

      // Before the code: the question is asked anew, under its other name.
      await typing.press('Check the code', { code: codeOf('ada') })
      await until(
        'the code is asked for once more',
        () => typing.chat().at(-1)?.buttons.includes('Check the code') || undefined,
      )
      await typing.press('Check the code', { code: codeOf('ada') })
      await typing.sees('I know it is you')
      assert.equal(await company.signIn('ada', await shown(typing)), 'must-change')
      assert.equal(passwordsOf(typing) - before.typing, 1)

      // After the code.
      assert.equal(await company.signIn('tomas', await shown(ready)), 'must-change')
      assert.equal(passwordsOf(ready) - before.ready, 1)

      // While the manager is asked who it is.
      await confirmed.answer()
      await confirmed.talker.sees('I know it is you')
      await confirmed.talker.say('cancel')

      // While the manager is asked for access.
      await waiting.approve()
      await told(waiting.talker, `${waiting.talker.name} has it now`, time)
      assert.equal(memberships('member added', waiting.talker), time)

      // What somebody was in the middle of means something else by now.
      await wishing.say('For the quarter end')
      assert.match((await wishing.sees(apology)).text, /start afresh/)
      assert.equal(count(wishing, 'How long?'), 0)

      if (forward) {
        // What it remembers cannot be read any more, and it was its manager's turn: the person hears of it without a word of theirs.
        await numberPressed(
          company.person('operationsHead'),
          numberIn((await setsUp.hasSeen('Ask your manager to confirm')).text),
        )
        await setsUp.sees(apology, 30_000)
        await setsUp.say('help')
        await setsUp.sees('What can I do for you?')
        // The dialog is gone.
        await asksPerson.say('My chair is broken')
        await asksPerson.sees(apology)
      }

      // What was given before ends as it was approved.
      company.company.clock.advance(day + 60_000)
      for (const { talker } of [granted, waiting]) {
        await told(talker, `ended for ${talker.name}`, time)
        assert.equal(memberships('member removed', talker), time)
        assert.equal(memberships('member added', talker), time)
      }
      await accountedFor()
    })
})
