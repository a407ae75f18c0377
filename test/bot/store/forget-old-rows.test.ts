import assert from 'node:assert/strict'
import { sql, type Transaction } from 'kysely'
import type { CardContent } from '../../../bot/channels/chat.ts'
import { tenantId, userId } from '../../../bot/identity/person.ts'
import { forgetOldRows } from '../../../bot/store/forget-old-rows.ts'
import type { Schema } from '../../../bot/store/schema.ts'
import { writePosts } from '../../../bot/turns/outbox.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'

const tenant = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
const person = userId.parse('3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43')
const day = 86_400_000

describe('forgetting old rows', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  it('drops what was shown long ago, and nothing that is new or still to be brought out', async () => {
    const now = new Date('2026-06-01T00:00:00Z')
    const write = (key: string, daysAgo: number) =>
      writePosts(
        postgres.database,
        [{ key, to: { tenant, person }, content: { text: key }, correlationId: 'c' }],
        () => new Date(now.getTime() - daysAgo * day),
      )
    await write('old and sent', 31)
    await write('old and due', 31)
    await write('new and sent', 29)
    await postgres.database.updateTable('posts').set({ state: 'sent' }).where('key', 'like', '%sent').execute()
    assert.equal(await forgetOldRows(postgres.database, now), 1)
    const left = await postgres.database.selectFrom('posts').select('key').orderBy('key').execute()
    assert.deepEqual(
      left.map(({ key }) => key),
      ['new and sent', 'old and due'],
    )
  })

  it('keeps the cards of requests and grants as long as they can be pressed, and not when they are over', async () => {
    await postgres.database.deleteFrom('posts').execute()
    const now = new Date('2026-06-01T00:00:00Z')
    const write = async (key: string, daysAgo: number, content: CardContent) => {
      const sent = new Date(now.getTime() - daysAgo * day)
      await writePosts(postgres.database, [{ key, to: { tenant, person }, content, correlationId: 'c' }], () => sent)
    }
    const pressed = ['access-ask', 'access-question', 'access-ends', 'contract-ends', 'contract-sponsor']
    for (const card of pressed) {
      await write(`${card}: open`, 119, { card, data: {} })
      await write(`${card}: of long ago`, 121, { card, data: {} })
      await write(`${card}: over`, 31, { card, data: {}, closed: 'It was approved.' })
    }
    const news = (open: boolean) => ({ card: 'access-news', data: { ids: { request: 'request-1', open } } })
    await write('news: open', 31, news(true))
    await write('news: how it ended', 31, news(false))
    await write('news: over', 31, { ...news(true), closed: 'It was withdrawn.' })
    await write('summary', 31, { card: 'access-summary', data: { title: 'Over' } })
    await postgres.database.updateTable('posts').set({ state: 'sent' }).execute()
    assert.equal(await forgetOldRows(postgres.database, now), 2 * pressed.length + 3)
    const left = await postgres.database.selectFrom('posts').select('key').orderBy('key').execute()
    assert.deepEqual(
      left.map(({ key }) => key),
      [...pressed.map((card) => `${card}: open`), 'news: open'].sort(),
    )
  })

  it('forgets authenticators that were removed and lockdowns that are over, and never what counts', async () => {
    const { database } = postgres
    const now = new Date('2026-06-01T00:00:00Z')
    const ago = (days: number) => new Date(now.getTime() - days * day)
    const factor = (id: string, state: 'active' | 'removed', removed: Date | null) => ({
      ...{ id, tenant_id: tenant, user_id: person, sealed_seed: '', state, enrolled_by: 'chat' as const },
      ...{ counts_from: null, last_step: null, created_at: ago(400), confirmed_at: ago(400), removed_at: removed },
    })
    await database
      .insertInto('totp_factors')
      .values([
        factor('long removed', 'removed', ago(31)),
        factor('lately removed', 'removed', ago(29)),
        factor('active', 'active', null),
      ])
      .execute()
    const proposal = (id: string, state: 'asked' | 'confirmed' | 'expired') => ({
      ...{ id, tenant_id: tenant, wanted: 'freeze' as const, reason: 'r', instead_of: null, state },
      ...{ asked_by: 'one', asked_by_name: 'One', asked_at: ago(31), expires_at: ago(31), correlation_id: 'c' },
    })
    await database
      .insertInto('lockdown_proposals')
      .values([proposal('asked', 'asked'), proposal('in force', 'confirmed'), proposal('over', 'expired')])
      .execute()
    await database
      .insertInto('lockdowns')
      .values({
        ...{ tenant_id: tenant, mode: 'freeze', reason: 'r', asked_by: 'one', asked_by_name: 'One' },
        ...{ confirmed_by: 'two', confirmed_by_name: 'Two', since: ago(31), proposal_id: 'in force' },
      })
      .execute()
    await forgetOldRows(database, now)
    const idsOf = async (table: 'totp_factors' | 'lockdown_proposals') =>
      (await database.selectFrom(table).select('id').orderBy('id').execute()).map(({ id }) => id)
    assert.deepEqual(await idsOf('totp_factors'), ['active', 'lately removed'])
    assert.deepEqual(await idsOf('lockdown_proposals'), ['asked', 'in force'])
  })

  it('keeps for as long as it is told to, and comes to an end of however many there are', async () => {
    const { database } = postgres
    await database.deleteFrom('proofs').execute()
    const now = new Date('2026-06-01T00:00:00Z')
    await sql`insert into proofs (id, tenant_id, user_id, method, dialog_id, counts, obtained_at)
      select 'proof ' || n, ${tenant}, ${person}, 'totp', 'd', true, ${now}::timestamptz - n * interval '1 minute'
      from generate_series(1, 4000) n`.execute(database)
    const left = async () => (await database.selectFrom('proofs').select('id').execute()).length
    await forgetOldRows(database, now)
    assert.equal(await left(), 4_000)
    await forgetOldRows(database, now, 500.5 * 60_000)
    assert.equal(await left(), 500)
  })

  it('takes every row once where several replicas do it at once', async () => {
    const { database } = postgres
    await database.deleteFrom('proofs').execute()
    const now = new Date('2026-06-01T00:00:00Z')
    await sql`insert into proofs (id, tenant_id, user_id, method, dialog_id, counts, obtained_at)
      select 'proof ' || n, ${tenant}, ${person}, 'totp', 'd', true, '2026-01-01' from generate_series(1, 3000) n`.execute(
      database,
    )
    const counts = await Promise.all([1, 2, 3].map(() => forgetOldRows(database, now)))
    const later = await forgetOldRows(database, now)
    assert.equal(
      counts.reduce((sum, count) => sum + count, later),
      3_000,
    )
    assert.deepEqual(await database.selectFrom('proofs').select('id').execute(), [])
  })

  it('finds what may be forgotten without reading the cards that are still open', async () => {
    const { database } = postgres
    await database.deleteFrom('posts').execute()
    const now = new Date('2026-06-01T00:00:00Z')
    await sql`insert into posts (key, tenant_id, content, state, correlation_id, created_at, due_at)
      select 'open ' || number, ${tenant}, '{"card":"access-ends","data":{}}', 'sent', 'c', ${new Date('2026-04-01')}, ${now}
      from generate_series(1, 100000) number`.execute(database)
    const drafts = [{ key: 'old', to: { tenant, person }, content: { text: 'old' }, correlationId: 'c' }]
    await writePosts(database, drafts, () => new Date('2026-04-02'))
    await database.updateTable('posts').set({ state: 'sent' }).where('key', '=', 'old').execute()
    await sql`analyze posts`.execute(database)
    const read = await database.transaction().execute(async (transaction) => {
      await forgetOldRows(transaction, now)
      return await rowsRead(transaction)
    })
    assert.ok(read < 1_000, `${read} rows were read`)
    assert.equal((await database.selectFrom('posts').select('key').where('key', '=', 'old').execute()).length, 0)
  })
})

/** How many rows of posts the transaction has read until now, as PostgreSQL counts them. */
async function rowsRead(transaction: Transaction<Schema>): Promise<number> {
  const { rows } = await sql<{ read: string }>`
    select seq_tup_read + coalesce(idx_tup_fetch, 0) as read from pg_stat_xact_user_tables where relname = 'posts'`.execute(
    transaction,
  )
  return Number(rows[0]?.read)
}
