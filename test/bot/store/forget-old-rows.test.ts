import assert from 'node:assert/strict'
import { tenantId, userId } from '../../../bot/identity/person.ts'
import { forgetOldRows } from '../../../bot/store/forget-old-rows.ts'
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
})
