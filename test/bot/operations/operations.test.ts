import assert from 'node:assert/strict'
import { sql } from 'kysely'
import { verifyDatabase } from '../../../bot/audit/rows.ts'
import { startTestCompany, type TestCompany } from '../../support/company.ts'
import { enrolWithManager } from '../../support/enrol.ts'
import type { Phone } from '../../support/phone.ts'
import type { Talker } from '../../support/talker.ts'

const button = 'Show my temporary password'
const passwordShape = /^[A-Z][A-Za-z0-9-]{13,}$/m

interface Row {
  readonly seq: number
  readonly at: Date
  readonly event: {
    readonly kind: string
    readonly action: string
    readonly operationId?: string
    readonly correlationId?: string
    readonly outcome?: string
    readonly policyVersion?: string
    readonly proofs?: readonly { readonly method: string }[]
    readonly detail?: Readonly<Record<string, string>>
  }
}

describe('every change of a directory', function () {
  this.timeout(180_000)
  let company: TestCompany
  let ada: Talker
  let phone: Phone

  before(async () => {
    company = await startTestCompany()
    ada = company.person('ada')
    phone = await enrolWithManager(company, ada, company.person('maya'))
  })
  after(() => company.close())
  afterEach(async () => {
    await repairAudit()
    company.company.tenant.control.faults.clear()
  })

  async function proveIt(): Promise<void> {
    await ada.say('cancel')
    company.company.clock.advance(25 * 3_600_000)
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    await ada.press('Check the code', { code: phone.code() })
    await ada.sees('I know it is you')
    // The directory gives the time of a change in whole seconds: two within one cannot be told apart.
    const last = Date.parse(company.company.tenant.control.user(ada.id).passwordChangedAt)
    while (Date.now() < last + 1_000) await new Promise((resolve) => setTimeout(resolve, 50))
  }

  async function rowsAfter(seq: number, action = 'reset-password'): Promise<Row[]> {
    const rows = await company.database
      .selectFrom('audit')
      .selectAll()
      .where('seq', '>', String(seq))
      .orderBy('seq')
      .execute()
    return rows
      .map((row) => ({ seq: Number(row.seq), at: row.at, event: row.event as unknown as Row['event'] }))
      .filter(({ event }) => event.action === action)
  }

  async function lastSeq(): Promise<number> {
    const row = await sql<{ seq: string | null }>`select max(seq) as seq from audit`.execute(company.database)
    return Number(row.rows[0]?.seq ?? 0)
  }

  /** Writes to Graph about Ada since then, and looks at her. */
  function requestsSince(at: string): { method: string; path: string; at: string; status: number }[] {
    return company.company.tenant.control.requests().filter((one) => one.at >= at && one.path.includes(ada.id))
  }

  const writesSince = (at: string) => requestsSince(at).filter(({ method }) => method !== 'GET')

  /** From now on the database refuses these rows of the audit, as a full disk or a lost right would. */
  async function breakAudit(kinds: readonly string[]): Promise<void> {
    await sql`create or replace function refuse_audit() returns trigger language plpgsql as $$
      begin
        if new.event->>'kind' = any(tg_argv) then raise exception 'the audit takes nothing'; end if;
        return new;
      end $$`.execute(company.database)
    const list = sql.raw(kinds.map((kind) => `'${kind}'`).join(', '))
    await sql`create trigger refuse_audit before insert on audit for each row execute function refuse_audit(${list})`.execute(
      company.database,
    )
  }

  async function repairAudit(): Promise<void> {
    await sql`drop trigger if exists refuse_audit on audit`.execute(company.database)
  }

  it('goes decision, intent, change, look, outcome: in this order and no other', async () => {
    await proveIt()
    const seq = await lastSeq()
    const started = new Date().toISOString()
    const { control } = company.company.tenant
    // Held at the write itself: what is in the audit now was there before the change.
    const { id } = control.faults.set({ class: 'password', kind: 'slow', delayMs: 1_500 })
    const opening = ada.open(button)
    for (let turn = 0; control.faults.list().some((fault) => fault.id === id); turn++) {
      assert.ok(turn < 600, 'Graph was not asked within 30 seconds')
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const early = await rowsAfter(seq)
    assert.deepEqual(
      early.map(({ event }) => event.kind),
      ['intent'],
      'at the moment of the change the audit holds the intent, and no outcome',
    )
    assert.deepEqual(writesSince(started), [], 'and nothing has been changed yet')
    const window = await opening
    assert.match(window.text, passwordShape)

    const rows = await rowsAfter(seq)
    assert.deepEqual(
      rows.map(({ event }) => event.outcome ?? event.kind),
      ['intent', 'done'],
    )
    const [intent, outcome] = rows
    assert.ok(intent && outcome && intent.seq < outcome.seq)
    assert.equal(intent.event.operationId, outcome.event.operationId)
    assert.equal(intent.event.correlationId, outcome.event.correlationId)
    assert.match(intent.event.policyVersion ?? '', /^[0-9a-f]{12}$/)
    assert.deepEqual(
      intent.event.proofs?.map(({ method }) => method),
      ['totp'],
    )
    // The audit has the company's time, Graph the machine's: the difference is known.
    const moved = company.company.clock.offsetMilliseconds()
    const steps = requestsSince(started)
    const change = steps.findIndex(({ method, path }) => method === 'PATCH' && path.endsWith(ada.id))
    const sessions = steps.findIndex(({ method, path }) => method === 'POST' && path.endsWith('revokeSignInSessions'))
    const decided = steps.findIndex(({ method, path }) => method === 'GET' && path.includes('transitiveMemberOf'))
    const look = steps.findLastIndex(({ method, path }) => method === 'GET' && path.endsWith(`/users/${ada.id}`))
    assert.ok(decided >= 0 && decided < change, 'it looks whether the account is privileged before it changes anything')
    assert.ok(change < sessions && sessions < look, 'then the change, then the sessions, then it looks')
    const moment = (index: number) => Date.parse(steps[index]?.at ?? '') + moved
    assert.ok(moment(decided) <= intent.at.getTime(), 'what was decided was decided on fresh facts')
    assert.ok(intent.at.getTime() <= moment(change))
    assert.ok(moment(look) <= outcome.at.getTime(), 'the outcome says what was seen')
    assert.equal(outcome.event.detail?.['read-back'], 'as-wanted')
  })

  it('does not happen when the audit cannot take the intent, and says that nothing was changed', async () => {
    await proveIt()
    const started = new Date().toISOString()
    const before = company.company.tenant.control.user(ada.id).passwordChangedAt
    await breakAudit(['intent', 'outcome', 'event'])
    const window = await ada.open(button)
    assert.doesNotMatch(window.text, passwordShape)
    assert.match(window.text, /nothing|before anything was changed/, 'it says that nothing was changed')
    assert.match(window.text, /again|IT/, 'and what comes next')
    assert.deepEqual(writesSince(started), [], 'no audit, no action')
    assert.equal(company.company.tenant.control.user(ada.id).passwordChangedAt, before)
  })

  it('works again once the audit does', async () => {
    await repairAudit()
    let shown: string | undefined
    const said: string[] = []
    for (let turn = 0; turn < 10 && shown === undefined; turn++) {
      const { text } = await ada.open(button)
      said.push(text)
      shown = text.match(passwordShape)?.[0]
      if (shown === undefined) await new Promise((resolve) => setTimeout(resolve, 500))
    }
    assert.ok(shown, `the button never works again, it says:\n${said.join('\n')}`)
    assert.equal(await company.signIn('ada', shown), 'must-change')
  })

  it('that was begun and cannot be written down: no claim, and the outcome follows once the audit works', async () => {
    await proveIt()
    const seq = await lastSeq()
    await breakAudit(['outcome'])
    const window = await ada.open(button)
    assert.doesNotMatch(window.text, /changed nothing|nothing was changed/i, 'it was changed')
    assert.deepEqual(
      (await rowsAfter(seq)).map(({ event }) => event.kind),
      ['intent'],
    )
    await repairAudit()
    const of = async (kind: string) =>
      (await rowsAfter(seq)).filter(({ event }) => event.kind === kind).map(({ event }) => event.operationId)
    const [begun] = await of('intent')
    for (let turn = 0; !(await of('outcome')).includes(begun); turn++) {
      assert.ok(turn < 10, 'the intent has no outcome, although the audit works again')
      // What somebody does who was told to press again; the bot may also come back to it by itself.
      await ada.open(button).catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 1_000))
    }
  })

  it('leaves nothing half-way, and a chain that holds', async () => {
    const running = await company.database
      .selectFrom('operations')
      .select('id')
      .where('state', '=', 'running')
      .execute()
    assert.deepEqual(running, [])
    const { fault } = await verifyDatabase(company.database)
    assert.equal(fault, undefined)
  })

  it('"This wasn’t me" goes the same way', async () => {
    await proveIt()
    assert.match((await ada.open(button)).text, passwordShape)
    await ada.sees('Your password was reset')
    const seq = await lastSeq()
    const started = new Date().toISOString()
    await ada.press("This wasn't me")
    for (let turn = 0; (await rowsAfter(seq, 'protect-account')).length < 2 && turn < 150; turn++)
      await new Promise((resolve) => setTimeout(resolve, 100))
    const rows = await rowsAfter(seq, 'protect-account')
    assert.deepEqual(
      rows.map(({ event }) => event.outcome ?? event.kind),
      ['intent', 'done'],
    )
    const [intent, outcome] = rows
    const moved = company.company.clock.offsetMilliseconds()
    const writes = writesSince(started).map(({ method, at }) => ({ method, at: Date.parse(at) + moved }))
    assert.deepEqual(
      writes.map(({ method }) => method),
      ['POST', 'PATCH'],
    )
    for (const { at } of writes) {
      assert.ok((intent?.at.getTime() ?? Number.POSITIVE_INFINITY) <= at)
      assert.ok(at <= (outcome?.at.getTime() ?? 0))
    }
    assert.equal(company.company.tenant.control.user(ada.id).accountEnabled, false)
  })
})
