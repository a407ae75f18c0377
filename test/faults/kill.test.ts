import assert from 'node:assert/strict'
import { verifyDatabase } from '../../bot/audit/rows.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrolWithManager, numberIn } from '../support/enrol.ts'
import type { Phone } from '../support/phone.ts'
import { stallTable } from '../support/stall.ts'
import type { Talker, WindowSeen } from '../support/talker.ts'

/** A place between two steps of "Show my temporary password" at which the bot is held still and killed. */
interface Place {
  readonly name: string
  /** How many passwords are set in all: one, or two where the first was set and could not be shown any more. */
  readonly passwordsSet: number
  /** Holds the bot still at that place; resolves when it got there. */
  readonly hold: (company: TestCompany, press: () => Promise<unknown>) => Promise<() => Promise<void>>
}

/** Whatever writes to the table is where the bot stops; `after` waits for something that comes before. */
function atTable(table: string, after?: (company: TestCompany) => Promise<void>): Place['hold'] {
  return async (company, press) => {
    const early = after ? undefined : await stallTable(company.databaseUrl, table)
    press().catch(() => undefined)
    if (after) await after(company)
    const stall = early ?? (await stallTable(company.databaseUrl, table))
    await stall.reached()
    // Of the conversation one statement writes all: what was sent is done, whoever dies, so it is held back where it is to be missing.
    return () => (table === 'dialogs' ? stall.releaseWithout() : stall.release())
  }
}

/** Graph answers so late that the bot is killed while it waits. */
function atGraph(requestClass: 'password' | 'sessions' | 'users.read'): Place['hold'] {
  return async ({ company }, press) => {
    const { faults } = company.tenant.control
    const { id } = faults.set({ class: requestClass, kind: 'slow', delayMs: 20_000 })
    press().catch(() => undefined)
    // A fault that has hit its one request is not on the list any more.
    for (let turn = 0; faults.list().some((fault) => fault.id === id); turn++) {
      if (turn > 300) throw new Error(`no request of class ${requestClass} came within 15 seconds`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return async () => company.tenant.control.faults.clear()
  }
}

const passwordSet = async ({ company }: TestCompany): Promise<void> => {
  await new Promise<void>((resolve) => {
    const stop = company.tenant.control.onChange((change) => {
      if (change.kind !== 'password') return
      stop()
      // Reading back is slow once, so that there is time to hold what comes after it.
      company.tenant.control.faults.set({ class: 'users.read', kind: 'slow', delayMs: 2_000 })
      resolve()
    })
  })
}

const places: readonly Place[] = [
  { name: 'before the intent is in the audit', passwordsSet: 1, hold: atTable('audit') },
  { name: 'after the intent, while Graph has not yet changed anything', passwordsSet: 1, hold: atGraph('password') },
  { name: 'after the password was set, before the sessions end', passwordsSet: 2, hold: atGraph('sessions') },
  {
    name: 'after the change, before the outcome is in the audit',
    passwordsSet: 2,
    hold: atTable('audit', passwordSet),
  },
  { name: 'after the outcome, before the conversation remembers it', passwordsSet: 2, hold: atTable('dialogs') },
]

describe('a bot that is killed', () => {
  let company: TestCompany
  let phone: Phone
  let ada: Talker

  before(async function () {
    this.timeout(180_000)
    company = await startTestCompany()
    ada = company.person('ada')
    phone = await enrolWithManager(company, ada, company.person('maya'))
  })
  after(() => company.close())

  async function proveIt(): Promise<void> {
    // The next day: three resets a day are allowed.
    company.company.clock.advance(25 * 3_600_000)
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    await ada.press('Check the code', { code: phone.code() })
    await ada.sees('I know it is you')
  }

  /** Presses the button until a password is shown: what somebody does who was told to press again. */
  async function showPassword(): Promise<string> {
    let window: WindowSeen | undefined
    for (let turn = 0; turn < 20; turn++) {
      window = await ada.open('Show my temporary password')
      const [shown] = window.text.match(/^[A-Z][A-Za-z0-9-]{13,}$/m) ?? []
      if (shown) return shown
      assert.match(
        window.text,
        /again|working/i,
        `a window without a password says what comes next, not: ${window.text}`,
      )
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
    throw new Error(`no password was shown, but: ${window?.text}`)
  }

  for (const place of places)
    it(`${place.name}: goes on, sets ${place.passwordsSet === 1 ? 'one password' : 'a password that can be shown'}, and tells the truth`, async () => {
      await proveIt()
      let set = 0
      const stop = company.company.tenant.control.onChange((change) => {
        if (change.kind === 'password') set++
      })
      const release = await place.hold(company, () => ada.open('Show my temporary password'))
      await company.bot().stop('SIGKILL')
      await release()
      await company.restart('SIGKILL')
      const shown = await showPassword()
      stop()
      assert.equal(
        await company.signIn('ada', shown),
        'must-change',
        'the password that was shown is the one that works',
      )
      assert.equal(set, place.passwordsSet)
      await everythingAccountedFor()
    }).timeout(180_000)

  it('while the manager’s answer is on its way: the employee hears of it once', async () => {
    const tomas = company.person('tomas')
    const hugo = company.person('financeManager')
    await tomas.say('I forgot my password')
    const { text } = await tomas.sees('Ask your manager to confirm')
    await hugo.hasSeen('Is this really')
    const stall = await stallTable(company.databaseUrl, 'dialogs')
    hugo.press(numberIn(text)).catch(() => undefined)
    await stall.reached()
    await company.bot().stop('SIGKILL')
    await stall.release()
    await company.restart('SIGKILL')
    await tomas.sees('I know it is you', 30_000)
    assert.equal(tomas.chat().filter((message) => message.text.includes('I know it is you')).length, 1)
    await tomas.say('cancel')
  }).timeout(180_000)

  it('in the middle of a first message: the message is answered all the same', async () => {
    const clara = company.person('hrManager')
    const stall = await stallTable(company.databaseUrl, 'tickets')
    clara.say('I forgot my password').catch(() => undefined)
    await stall.reached()
    await company.bot().stop('SIGKILL')
    await stall.release()
    await company.restart('SIGKILL')
    await clara.hasSeen('Ask your manager to confirm', 30_000)
    assert.equal(clara.chat().filter((message) => message.text.includes('Ask your manager to confirm')).length, 1)
  }).timeout(180_000)

  it('politely, with SIGTERM: what is under way finishes and the conversation goes on', async () => {
    await proveIt()
    await company.restart('SIGTERM')
    const shown = await showPassword()
    assert.equal(await company.signIn('ada', shown), 'must-change')
  }).timeout(180_000)

  async function everythingAccountedFor(): Promise<void> {
    const open = await company.database.selectFrom('operations').select('id').where('state', '=', 'running').execute()
    assert.deepEqual(open, [], 'no operation is left half-way')
    const rows = await company.database.selectFrom('audit').select('event').orderBy('seq').execute()
    const events = rows.map((row) => row.event as { kind: string; operationId?: string; action: string })
    const of = (kind: string) =>
      events
        .filter((event) => event.kind === kind && event.action === 'reset-password')
        .map((event) => event.operationId)
    for (const id of of('intent'))
      assert.equal(of('outcome').filter((one) => one === id).length, 1, `operation ${id} has one outcome`)
    assert.equal(new Set(of('intent')).size, of('intent').length)
    const { fault } = await verifyDatabase(company.database)
    assert.equal(fault, undefined)
  }
})
