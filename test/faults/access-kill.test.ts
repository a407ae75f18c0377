import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { verifyDatabase } from '../../bot/audit/rows.ts'
import { freePort } from '../../bot/store/free-port.ts'
import { type BotProcess, startBot } from '../../infra/practice/bot-process.ts'
import { wellKnownGroups } from '../../infra/practice/company/cast.ts'
import { practice } from '../../infra/practice/company.ts'
import type { FaultKind } from '../../infra/practice/tenant/faults.ts'
import type { Change } from '../../infra/practice/tenant/tenant.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { type FallibleServer, startFallibleServer } from '../support/fallible-postgres.ts'
import { type Stall, stallTable } from '../support/stall.ts'
import type { Talker } from '../support/talker.ts'

const title = 'Sales dashboard (read)'
const group = wellKnownGroups.salesDashboard
const groups = [group, wellKnownGroups.financeReports, wellKnownGroups.vendorMaster]
const minute = 60_000
const day = 24 * 60 * minute
/** What the job for grants claims in one go. */
const page = 32
/** Where the engine writes what each step came to. */
const stepsTable = 'dbos.operation_outputs'

/** A place in the work on a grant at which the bot is held still: from before it gets there until it is killed. */
interface Place {
  readonly name: string
  readonly hold: (company: TestCompany, begin: () => Promise<unknown>) => Promise<Stall>
}

/** The first to write to a table is held. */
function at(table: string): Place['hold'] {
  return async ({ databaseUrl }, begin) => {
    const stall = await stallTable(databaseUrl, table)
    begin().catch(() => undefined)
    await stall.reached()
    return stall
  }
}

/** Held after so many steps of the operation: each has done its work, and the last is not written down. */
function afterStep(count: number): Place['hold'] {
  return async (company, begin) => {
    let stall = await at(stepsTable)(company, begin)
    for (let step = 1; step < count; step++) {
      const next = stallTable(company.databaseUrl, stepsTable)
      // Queued behind the step that is let go, and before the one after it.
      await until('two wait for the table', async () => (await waitingFor(company, stepsTable)) >= 2)
      await stall.release()
      stall = await next
      await stall.reached()
    }
    return stall
  }
}

/** The change is made and written down as made; the outcome is not. */
const beforeOutcome: Place['hold'] = async (company, begin) => {
  const steps = await afterStep(2)(company, begin)
  const stall = await stallTable(company.databaseUrl, 'audit')
  await steps.release()
  await stall.reached()
  return stall
}

/** A replica has taken the grant over, and cannot begin the operation: the engine may not write down that there is one. */
const claimed: Place['hold'] = async ({ database, databaseUrl }, begin) => {
  const stall = await stallTable(databaseUrl, 'dbos.workflow_status')
  begin().catch(() => undefined)
  await until('the grant is claimed', async () => {
    const { rows } = await sql`
      select 1 from access_grants
      where (state = 'waiting' and due_at > starts_at) or (state = 'active' and due_at > ends_at)`.execute(database)
    return rows.length > 0
  })
  return stall
}

async function waitingFor({ database }: TestCompany, table: string): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select count(*) from pg_locks where not granted and relation = ${table}::regclass`.execute(database)
  return Number(rows[0]?.count)
}

const places: readonly Place[] = [
  { name: 'before anything of it is begun', hold: claimed },
  { name: 'before the intent', hold: at('operations') },
  { name: 'after the intent, before Graph is asked', hold: afterStep(1) },
  { name: 'after Graph has done it, before that is written down', hold: afterStep(2) },
  { name: 'before the outcome', hold: beforeOutcome },
]

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 900; turn++) {
    if (await look()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`asked in vain: ${what}`)
}

describe('access, while things break', function () {
  this.timeout(180_000)
  let server: FallibleServer
  let company: TestCompany
  let ada: Talker
  let maya: Talker
  /** Every change of a membership that Graph was asked for and has made. */
  const changes: Change[] = []

  before(async () => {
    server = await startFallibleServer()
    const shared = process.env.HELPBOT_TEST_POSTGRES
    process.env.HELPBOT_TEST_POSTGRES = server.url
    try {
      company = await startTestCompany()
    } finally {
      if (shared === undefined) delete process.env.HELPBOT_TEST_POSTGRES
      else process.env.HELPBOT_TEST_POSTGRES = shared
    }
    company.company.tenant.control.onChange((change) => {
      if (change.kind === 'group' && change.by === 'graph') changes.push(change)
    })
    ada = company.person('ada')
    maya = company.person('maya')
  })
  after(async () => {
    await company.close()
    await server.close()
  })

  const added = () => changes.filter(({ what }) => what[0] === 'member added')
  const removed = () => changes.filter(({ what }) => what[0] === 'member removed')
  const count = (talker: Talker, words: string) => talker.chat().filter(({ text }) => text.includes(words)).length
  const forward = (milliseconds: number) => company.company.clock.advance(milliseconds)
  const isMember = (person = ada.id) => company.company.tenant.control.group(group).members.includes(person)

  async function kill(stall?: Stall): Promise<void> {
    await company.bot().stop('SIGKILL')
    await stall?.release()
    await company.restart('SIGKILL')
  }

  /** Up to the card of which one press asks for it. */
  async function wish(): Promise<void> {
    await ada.say('I need access to the sales dashboard')
    await ada.sees('Is this what you mean')
    await ada.press(title)
    await ada.sees('Why do you need it?')
    await ada.say('Quarter end figures')
    await ada.sees('How long?')
    await ada.say('7 days')
    await ada.sees('Shall I ask for this?')
  }

  async function askFor(): Promise<void> {
    await wish()
    await ada.press('Ask for it')
    await ada.sees('I have asked for')
    await until('the manager is asked', async () => maya.chat().some(({ buttons }) => buttons.includes('Approve')))
  }

  async function newestGrant() {
    return await company.database
      .selectFrom('access_grants')
      .selectAll()
      .where('person_id', '=', ada.id)
      .orderBy('starts_at', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()
  }

  /** What a crash has left claimed is taken up again when the lease is over; so is what did not work the first time. */
  async function grantBecomes(state: 'active' | 'ended'): Promise<void> {
    for (let turn = 0; turn < 24; turn++) {
      for (let look = 0; look < 20; look++) {
        if ((await newestGrant()).state === state) return
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      forward(61_000)
    }
    assert.fail(`the grant is not ${state}: ${JSON.stringify(await newestGrant())}`)
  }

  const toTheEnd = async () => forward(((await newestGrant()).ends_at?.getTime() ?? 0) - company.now().getTime())

  /** From here on: one change of the membership at each end, one outcome an operation, and everybody was told once. */
  function watch() {
    const before = {
      added: added().length,
      removed: removed().length,
      has: told('has it now'),
      ended: told('ended for'),
    }
    return {
      async given(): Promise<void> {
        await until('it is told', async () => told('has it now') > before.has)
        assert.equal(added().length - before.added, 1, 'made once')
        assert.ok(isMember())
        await accountedFor()
        assert.equal(told('has it now') - before.has, 1, 'told once')
      },
      async takenBack(): Promise<void> {
        await until('it is told', async () => told('ended for') > before.ended)
        assert.equal(removed().length - before.removed, 1, 'taken back once')
        assert.equal(added().length - before.added, 1, 'and not made again')
        assert.ok(!isMember())
        await accountedFor()
        assert.equal(told('ended for') - before.ended, 1, 'told once')
      },
    }
  }
  const told = (words: string) => count(ada, `${title}: ${words}`) + count(ada, `${title}: Ada Lindqvist ${words}`)

  async function accountedFor(): Promise<void> {
    await until('no operation is left half-way', async () => {
      const open = await company.database.selectFrom('operations').select('id').where('state', '=', 'running').execute()
      return open.length === 0
    })
    const rows = await company.database.selectFrom('audit').select('event').orderBy('seq').execute()
    const events = rows.map(({ event }) => event as { kind: string; operationId?: string; action: string })
    const of = (kind: string) =>
      events
        .filter((one) => one.kind === kind && /^(grant|revoke)-access$/.test(one.action))
        .map((one) => one.operationId)
    assert.equal(new Set(of('outcome')).size, of('outcome').length, 'an operation has one outcome')
    assert.equal(new Set(of('intent')).size, of('intent').length, 'and one intent')
    for (const id of of('intent')) assert.ok(of('outcome').includes(id), `operation ${id} has an outcome`)
    assert.equal((await verifyDatabase(company.database)).fault, undefined)
  }

  for (const { name, hold } of places)
    it(`killed ${name}, giving and taking back: each is done once and told once`, async () => {
      await askFor()
      const watched = watch()
      await kill(await hold(company, () => maya.press('Approve')))
      await grantBecomes('active')
      await watched.given()
      await kill(await hold(company, async () => await toTheEnd()))
      await grantBecomes('ended')
      await watched.takenBack()
    })

  it('killed while the approvers are looked for: they are asked once, and the requester hears so once', async () => {
    await wish()
    const before = { asked: count(ada, 'I have asked for'), cards: count(maya, title), rows: await requests() }
    const { faults } = company.company.tenant.control
    faults.set({ class: 'users.read', kind: 'slow', times: 'always', delayMs: 1_500 })
    ada.press('Ask for it').catch(() => undefined)
    await until('it is written down', async () => (await requests()) > before.rows)
    assert.equal(count(maya, title), before.cards, 'nobody has been asked yet')
    faults.clear()
    await kill()
    // A job may have taken it in hand, too, before the bot was killed: it is taken up again when that lease is over.
    forward(121_000)
    await until('the manager is asked', async () => maya.chat().some(({ buttons }) => buttons.includes('Approve')))
    // Teams said that it did not work, so it is pressed again.
    await ada.press('Ask for it')
    await ada.sees('I have asked for')
    assert.equal(count(maya, title) - before.cards, 1)
    assert.equal(count(ada, 'I have asked for') - before.asked, 1)
    assert.equal((await requests()) - before.rows, 1)
  })

  it('approved twice in one moment, delivered again, and pressed on the old card: it was approved once', async () => {
    const watched = watch()
    const card = maya.chat().findLast(({ buttons }) => buttons.includes('Approve')) ?? assert.fail('no card')
    const kept = maya.mischief.keep(card)
    const answers = await Promise.all([maya.press('Approve'), maya.mischief.press(kept, 'Approve')])
    await grantBecomes('active')
    answers.push(await maya.mischief.press(kept, 'Approve'))
    for (const answer of answers) assert.match(answer, /approved/i)
    await watched.given()
    const { request_id: request } = await newestGrant()
    const decided = (await audited()).filter(({ detail }) => detail?.request === request)
    assert.equal(decided.filter(({ action }) => action === 'approve-access').length, 1, JSON.stringify(decided))
    await toTheEnd()
    await grantBecomes('ended')
    await watched.takenBack()
  })

  for (const [giving, takingBack] of [
    ['503', '429'],
    ['cut', 'cut-after'],
  ] satisfies [FaultKind, FaultKind][])
    it(`Graph answers ${giving} when it is given and ${takingBack} when it is taken back: done once, told once`, async () => {
      const { faults } = company.company.tenant.control
      /** Hits the change itself: it comes next after what was looked up. */
      const struck = async (kind: FaultKind, begin: () => Promise<unknown>) => {
        const stall = await afterStep(1)(company, begin)
        faults.set({ class: 'groups', kind, ...(kind === '429' ? { retryAfterSeconds: 1 } : {}) })
        await stall.release()
      }
      await askFor()
      const watched = watch()
      await struck(giving, () => maya.press('Approve'))
      await grantBecomes('active')
      await watched.given()
      await struck(takingBack, async () => await toTheEnd())
      await grantBecomes('ended')
      await watched.takenBack()
      assert.deepEqual(faults.list(), [])
    })

  it('PostgreSQL goes away while a grant is being taken back, and comes back: it is taken back once', async () => {
    await askFor()
    const watched = watch()
    await maya.press('Approve')
    await grantBecomes('active')
    await watched.given()
    const before = removed().length
    await toTheEnd()
    await until('Graph has done it', async () => removed().length > before)
    await server.stop()
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    await server.comeBack()
    await grantBecomes('ended')
    await watched.takenBack()
  })

  describe('that fall due together', () => {
    it('while the bot is down for a day: all end, in their order, each once', async () => {
      const due = await dueTogether(50, day)
      await company.bot().stop('SIGKILL')
      forward(2 * day)
      const before = removed().length
      await company.restart('SIGKILL')
      await allEnded(due)
      assert.deepEqual(new Set(removalsSince(before)), new Set(due.map(({ membership }) => membership)))
      assert.equal(removalsSince(before).length, due.length)
      // A page is worked off before the next one is begun.
      const order = due.map(({ membership }) => membership)
      const first = new Set(order.slice(0, page))
      assert.ok(
        removalsSince(before)
          .slice(0, page)
          .every((membership) => first.has(membership)),
      )
      await accountedFor()
      await toldOnce(due)
    })

    it('and the bot is killed in the middle: all end, each once', async () => {
      const due = await dueTogether(30, minute)
      const before = removed().length
      forward(2 * minute)
      await until('some are gone', async () => removed().length >= before + 5)
      await kill()
      assert.ok(removed().length < before + due.length, 'it was in the middle')
      await allEnded(due)
      assert.equal(removalsSince(before).length, due.length)
      await accountedFor()
      await toldOnce(due)
    })

    it('with two bots: all end, each once, and both take part', async () => {
      const second = await startSecond()
      try {
        const due = await dueTogether(60, minute)
        const before = removed().length
        forward(2 * minute)
        await allEnded(due)
        assert.equal(removalsSince(before).length, due.length)
        assert.equal(new Set(removalsSince(before)).size, due.length)
        const { rows } = await sql<{ executor_id: string }>`
          select distinct executor_id from dbos.workflow_status
          where workflow_uuid = any(${due.map(({ id }) => `${id}:revoke:0`)})`.execute(company.database)
        assert.equal(rows.length, 2)
        await accountedFor()
        await toldOnce(due)
      } finally {
        await second.stop('SIGTERM')
      }
    })
  })

  it('killed for good while it takes something back: another replica goes on, without waiting for the dead one', async () => {
    const [due] = await dueTogether(1, minute)
    assert.ok(due)
    const before = removed().length
    await company.restart('SIGTERM', { HELPBOT_REPLICA: 'helpbot-gone' })
    const stall = await afterStep(2)(company, async () => forward(2 * minute))
    await kill(stall)
    await allEnded([due])
    assert.equal(removalsSince(before).length, 1)
    await accountedFor()
    await toldOnce([due])
    // Back after all: what others have done is not done again.
    await company.restart('SIGTERM', { HELPBOT_REPLICA: 'helpbot-gone' })
    await accountedFor()
    assert.equal(removalsSince(before).length, 1)
  })

  const requests = async () =>
    (await company.database.selectFrom('access_requests').select('id').where('person_id', '=', ada.id).execute()).length

  async function audited() {
    const rows = await company.database.selectFrom('audit').select('event').orderBy('seq').execute()
    return rows.map(({ event }) => event as { action: string; detail?: Readonly<Record<string, string>> })
  }

  const removalsSince = (before: number) =>
    removed()
      .slice(before)
      .map(({ id, what }) => `${id} ${what[1]}`)

  /** Another replica on the same memory. */
  async function startSecond(): Promise<BotProcess> {
    const settings = {
      ...company.company.botEnvironment,
      DATABASE_URL: company.databaseUrl,
      LOG_LEVEL: 'info',
      HELPBOT_REPLICA: `helpbot-${randomUUID()}`,
      PORT: String(await freePort()),
    }
    return await startBot(settings, (line) => (company.log as string[]).push(line))
  }

  /** So many members of the group whose time is over one second after the other, from then on. */
  async function dueTogether(number: number, from: number) {
    const { control } = company.company.tenant
    const free = groups.flatMap((of) => {
      const members = new Set(control.group(of).members)
      return employees(company).flatMap((person) => (members.has(person) ? [] : [{ of, person }]))
    })
    assert.ok(free.length >= number)
    const now = company.now().getTime()
    const due = free.slice(0, number).map(({ of, person }, nth) => ({
      id: `grant:${randomUUID()}`,
      person,
      of,
      membership: `${of} ${person}`,
      endsAt: new Date(now + from + nth * 1_000),
    }))
    for (const { of, person } of due) control.addMember(of, person)
    const rows = due.map(({ id, of, person, endsAt }) => ({
      id,
      tenant_id: practice.tenantId,
      person_id: person,
      person_name: 'Somebody',
      group_id: of,
      group_name: 'A group',
      entry: 'sales-dashboard',
      title,
      requester_id: person,
      requester_name: 'Somebody',
      request_id: randomUUID(),
      approvers: JSON.stringify([]),
      reason: 'For the quarterly report',
      contract_id: null,
      state: 'active' as const,
      starts_at: new Date(now - day),
      ends_at: endsAt,
      granted_at: new Date(now - day),
      ended_at: null,
      ending: null,
      had_before: false,
      gone_at: null,
      look_at: null,
      reminded: 2,
      attempts: 0,
      due_at: endsAt,
      correlation_id: randomUUID(),
    }))
    await company.database.insertInto('access_grants').values(rows).execute()
    return due
  }

  async function allEnded(due: readonly { readonly id: string }[]): Promise<void> {
    const ids = due.map(({ id }) => id)
    let open: readonly { id: string }[] = []
    for (let turn = 0; turn < 30; turn++) {
      for (let look = 0; look < 20; look++) {
        open = await company.database
          .selectFrom('access_grants')
          .selectAll()
          .where('id', 'in', ids)
          .where('state', '!=', 'ended')
          .execute()
        if (open.length === 0) return
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
      // What a crash has left claimed.
      forward(minute)
    }
    assert.fail(`${open.length} have not ended: ${JSON.stringify(open.slice(0, 3))}`)
  }

  /** Whoever had it is told, in one message, that it has ended. */
  async function toldOnce(due: readonly { readonly id: string }[]): Promise<void> {
    for (const { id } of due) {
      const posts = await company.database
        .selectFrom('posts')
        .select('key')
        .where('key', 'like', `access-ended:${id}:%`)
        .execute()
      assert.equal(posts.length, 1, id)
    }
  }
})

function employees({ company }: TestCompany): readonly string[] {
  const users = [...company.tenant.company.users.values('latest')]
  return users.flatMap(({ id, accountEnabled, userType }) => (accountEnabled && userType === 'Member' ? [id] : []))
}
