import assert from 'node:assert/strict'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { auditRowsAfter, storedRows, verifyDatabase } from '../../../bot/audit/rows.ts'
import { auditTrail, head } from '../../../bot/audit/trail.ts'
import type { Schema } from '../../../bot/store/schema.ts'
import { startTestPostgres, type TestPostgres, testPool } from '../../support/postgres.ts'
import { ada, grace, intent } from './events.ts'

const clock = () => new Date()

describe('the audit trail', () => {
  let postgres: TestPostgres
  let replica: Kysely<Schema>
  before(async () => {
    postgres = await startTestPostgres()
    // A second pool, as a second replica has.
    replica = new Kysely<Schema>({
      dialect: new PostgresDialect({ pool: testPool(postgres.url, 10) }),
    })
  })
  after(async () => {
    await replica.destroy()
    await postgres.close()
  })

  const count = async () => (await head(postgres.database)).seq

  it('begins with a head of zeros', async () => {
    assert.deepEqual(await head(postgres.database), { seq: 0, hash: '0'.repeat(64) })
    assert.deepEqual(await auditRowsAfter(postgres.database, 0, 10), [])
  })

  it('numbers rows from 1, chains them, and dates them by the clock it was given', async () => {
    const trail = auditTrail(postgres.database, () => new Date('2026-01-05T08:00:00.123Z'))
    const event = intent()
    const first = await trail.append(event)
    const second = await trail.append(intent())
    assert.deepEqual([first.seq, first.at, first.previousHash], [1, '2026-01-05T08:00:00.123Z', '0'.repeat(64)])
    assert.deepEqual([second.seq, second.previousHash], [2, first.hash])
    assert.deepEqual(first.event, event)
    assert.deepEqual(await auditRowsAfter(postgres.database, 0, 1), [first])
    assert.deepEqual(await auditRowsAfter(postgres.database, 1, 10), [second])
    assert.deepEqual(await head(postgres.database), { seq: 2, hash: second.hash })
  })

  it('writes one row per operation and kind, however often it is asked', async () => {
    const trail = auditTrail(postgres.database, clock)
    const event = intent()
    const before = await count()
    const first = await trail.append(event)
    assert.deepEqual(await trail.append({ ...event, why: 'another reason' }), first)
    const outcome = await trail.append({ ...event, kind: 'outcome', outcome: 'done' })
    assert.notEqual(outcome.seq, first.seq)
    assert.equal(await count(), before + 2)
  })

  it('writes every event that belongs to no operation', async () => {
    const trail = auditTrail(postgres.database, clock)
    const { operationId: _, ...event } = intent({ kind: 'event' })
    const before = await count()
    await trail.append(event)
    await trail.append(event)
    assert.equal(await count(), before + 2)
  })

  it('makes one unbroken chain of what many replicas write at once, each operation once', async () => {
    const first = auditTrail(postgres.database, clock)
    const trails = [first, first, auditTrail(replica, clock), auditTrail(replica, clock)]
    const before = await count()
    const events = Array.from({ length: 50 }, () => intent())
    const rows = await Promise.all(events.flatMap((event) => trails.map((trail) => trail.append(event))))
    assert.equal(await count(), before + 50)
    assert.equal(new Set(rows.map(({ seq }) => seq)).size, 50)
    for (const [index, row] of rows.entries())
      assert.equal(row.event.operationId, events[Math.floor(index / 4)]?.operationId)
    const { fault, count: held } = await verifyDatabase(postgres.database)
    assert.deepEqual({ fault, held }, { fault: undefined, held: before + 50 })
  })

  it('takes no intent of an operation that is over, alone or within a transaction, and all else beside it', async () => {
    const trail = auditTrail(postgres.database, clock)
    const late = intent()
    await trail.append({ ...late, kind: 'outcome', outcome: 'failed' })
    const before = await count()
    const [other, over] = await Promise.allSettled([trail.append(intent()), trail.append(late)])
    assert.deepEqual([other?.status, over?.status], ['fulfilled', 'rejected'])
    const within = replica.transaction().execute((inside) => trail.appendWithin(inside, late))
    await assert.rejects(within, /the operation is over/)
    assert.equal(await count(), before + 1)
    assert.equal((await verifyDatabase(postgres.database)).fault, undefined)
  })

  it('keeps pace with single writes and writes within transactions at the same time', async () => {
    const trail = auditTrail(postgres.database, clock)
    const other = auditTrail(replica, clock)
    const before = await count()
    await Promise.all([
      ...Array.from({ length: 20 }, () => trail.append(intent())),
      ...Array.from({ length: 20 }, () =>
        replica.transaction().execute((within) => other.appendWithin(within, intent())),
      ),
    ])
    assert.equal(await count(), before + 40)
    assert.equal((await verifyDatabase(postgres.database)).fault, undefined)
  })

  it('keeps or forgets the row together with the transaction it is written in', async () => {
    const trail = auditTrail(postgres.database, clock)
    const before = await count()
    const event = intent()
    const attempt = postgres.database.transaction().execute(async (within) => {
      await within.insertInto('facts').values({ name: 'with the audit', value: '{}' }).execute()
      await trail.appendWithin(within, event)
      throw new Error('changed my mind')
    })
    await assert.rejects(attempt, /changed my mind/)
    assert.equal(await count(), before)
    const row = await postgres.database.transaction().execute((within) => trail.appendWithin(within, event))
    assert.equal(row.seq, before + 1)
    assert.deepEqual(await trail.append(event), row)
  })

  it('refuses an event with a secret and writes nothing', async () => {
    const trail = auditTrail(postgres.database, clock)
    const before = await count()
    await assert.rejects(trail.append(intent({ detail: { temporaryPassword: 'x' } })), /name of a secret/)
    assert.equal(await count(), before)
  })

  it('writes no event differently from how it will be read', async () => {
    const trail = auditTrail(postgres.database, clock)
    const row = await trail.append(intent({ why: 'a\u0000b "\\ \u2028 😀 \ud800' }))
    assert.deepEqual(await auditRowsAfter(postgres.database, row.seq - 1, 1), [row])
  })

  it('rejects when the database fails, and works again afterwards', async () => {
    const trail = auditTrail(replica, clock)
    await sql`alter table audit rename to audit_away`.execute(postgres.database)
    await assert.rejects(trail.append(intent()), /audit/)
    await sql`alter table audit_away rename to audit`.execute(postgres.database)
    const row = await trail.append(intent())
    assert.equal(row.seq, await count())
  })

  for (const statement of [
    `update audit set event = '{}' where seq = 1`,
    'delete from audit where seq = 1',
    'truncate audit',
    'truncate audit cascade',
    `insert into audit select seq, at, event, previous_hash, hash from audit where seq = 1 on conflict (seq) do update set event = '{}'`,
    'merge into audit using (select 1) one on audit.seq = 1 when matched then delete',
  ]) {
    it(`is not changed by: ${statement}`, async () => {
      const before = await head(postgres.database)
      await assert.rejects(sql.raw(statement).execute(postgres.database), /append-only: \w+ refused/)
      assert.deepEqual(await head(postgres.database), before)
    })
  }

  it('does not let the database take two rows that continue the same one, or an operation twice', async () => {
    const last = await head(postgres.database)
    const [previous] = await auditRowsAfter(postgres.database, last.seq - 1, 1)
    const forked = {
      seq: String(last.seq + 1),
      at: new Date(),
      previous_hash: previous?.previousHash ?? '',
      hash: 'f'.repeat(64),
    }
    await assert.rejects(
      postgres.database
        .insertInto('audit')
        .values({ ...forked, event: '{}' })
        .execute(),
      /duplicate key/,
    )
    const again = { ...forked, previous_hash: last.hash, event: JSON.stringify(previous?.event) }
    await assert.rejects(postgres.database.insertInto('audit').values(again).execute(), /audit_once_per_operation/)
  })
})

describe('an audit table changed behind its back', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
    // What only the owner of the table can do; the chain is there for exactly this.
    await sql`alter table audit disable trigger all`.execute(postgres.database)
    await sql`drop index audit_once_per_operation`.execute(postgres.database)
  })
  beforeEach(async () => {
    await sql`truncate audit`.execute(postgres.database)
    const trail = auditTrail(postgres.database, clock)
    for (let row = 0; row < 6; row += 1) await trail.append(intent())
  })
  after(() => postgres.close())

  for (const [what, statement, row] of [
    ['the actor was changed', `update audit set event = jsonb_set(event, '{actor}', '"${grace}"') where seq = 4`, 4],
    ['a member was added', `update audit set event = event || '{"approvedBy":"${ada}"}' where seq = 4`, 4],
    ['the moment was changed by a microsecond', `update audit set at = at + interval '1 microsecond' where seq = 4`, 4],
    ['the hash was changed', `update audit set hash = '${'a'.repeat(64)}' where seq = 4`, 4],
    ['the hash before was changed', `update audit set previous_hash = '${'a'.repeat(64)}' where seq = 4`, 4],
    ['the number was changed', 'update audit set seq = 40 where seq = 4', 4],
    ['a row was deleted', 'delete from audit where seq = 4', 4],
    ['the first row was deleted', 'delete from audit where seq = 1', 1],
    ['a row was put in front', `insert into audit values (0, now(), '{}', 'x', 'y')`, 1],
    [
      'two events changed places',
      `update audit a set event = b.event from audit b where (a.seq, b.seq) in ((2, 5), (5, 2))`,
      2,
    ],
  ] as const) {
    it(`is found out: ${what}`, async () => {
      await sql.raw(statement).execute(postgres.database)
      assert.equal((await verifyDatabase(postgres.database)).fault?.row, row)
    })
  }

  it('is found out by the head noted elsewhere when its end was cut off', async () => {
    const noted = await head(postgres.database)
    assert.equal((await verifyDatabase(postgres.database, noted.hash)).soughtRow, 6)
    await sql`delete from audit where seq = 6`.execute(postgres.database)
    const { fault, soughtRow } = await verifyDatabase(postgres.database, noted.hash)
    assert.deepEqual({ fault, soughtRow }, { fault: undefined, soughtRow: undefined })
  })
})

describe('a long audit trail', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  it('takes 10,000 rows and gives them back in pages, in order', async () => {
    const trail = auditTrail(postgres.database, clock)
    for (let done = 0; done < 10_000; done += 1_000) {
      await Promise.all(Array.from({ length: 1_000 }, () => trail.append(intent())))
    }
    let rows = 0
    for await (const row of storedRows(postgres.database)) {
      rows += 1
      assert.equal(row.seq, rows)
    }
    assert.equal(rows, 10_000)
    const { count, fault } = await verifyDatabase(postgres.database)
    assert.deepEqual({ count, fault }, { count: 10_000, fault: undefined })
  })

  it('refuses more than it can hold waiting, and writes all it took', async () => {
    const trail = auditTrail(postgres.database, clock)
    const { seq: before } = await head(postgres.database)
    const appends = await Promise.allSettled(Array.from({ length: 6_000 }, () => trail.append(intent())))
    const refused = appends.filter(({ status }) => status === 'rejected').length
    assert.ok(refused > 0 && refused < 1_000, `${refused} refused`)
    assert.equal((await head(postgres.database)).seq, before + 6_000 - refused)
  })
})
