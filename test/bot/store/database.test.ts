import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { openDatabase } from '../../../bot/store/database.ts'
import { startEmbeddedPostgres } from '../../../bot/store/embedded-postgres.ts'
import { startTestPostgres } from '../../support/postgres.ts'

describe('the database', () => {
  it('starts in an empty folder, even one closed to others, and keeps what it holds across a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'helpbot-closed-'))
    try {
      const first = await startEmbeddedPostgres({ folder })
      const before = await openDatabase(first.url)
      await before.kysely
        .insertInto('facts')
        .values({ name: 'kept', value: JSON.stringify({ yes: true }) })
        .execute()
      await before.close()
      const adopted = await startEmbeddedPostgres({ folder })
      assert.equal(adopted.started, false, 'a server that is already running is adopted')
      assert.equal(adopted.url, first.url)
      await first.stop()

      const second = await startEmbeddedPostgres({ folder })
      assert.equal(second.started, true)
      const after = await openDatabase(second.url)
      const row = await after.kysely.selectFrom('facts').selectAll().executeTakeFirstOrThrow()
      assert.deepEqual(row.value, { yes: true })
      await after.close()
      await second.stop()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }).timeout(180_000)

  it('is not used where it confirms before it has written: the audit of a change could be lost in a crash', async () => {
    const postgres = await startTestPostgres()
    try {
      const name = new URL(postgres.url).pathname.slice(1)
      await sql`alter database ${sql.id(name)} set synchronous_commit = off`.execute(postgres.database)
      await assert.rejects(openDatabase(postgres.url), /synchronous_commit is off.*DATABASE_URL: set it on/)
    } finally {
      await postgres.close()
    }
  }).timeout(180_000)

  it('lets two processes migrate an empty database at the same time', async () => {
    const postgres = await startTestPostgres()
    try {
      await sql`drop schema public cascade`.execute(postgres.database)
      await sql`create schema public`.execute(postgres.database)
      const both = await Promise.all([openDatabase(postgres.url), openDatabase(postgres.url)])
      for (const one of both) {
        assert.deepEqual(await one.kysely.selectFrom('tickets').selectAll().execute(), [])
        await one.close()
      }
    } finally {
      await postgres.close()
    }
  }).timeout(180_000)

  it('loses a connection between two statements of a transaction: that transaction fails, and the process lives on', async () => {
    const postgres = await startTestPostgres()
    try {
      const work = postgres.database.transaction().execute(async (transaction) => {
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(transaction)
        await sql`select pg_terminate_backend(${rows[0]?.pid}, 5000)`.execute(postgres.database)
        // An error that nobody listens to ends the process in the next turn of its loop.
        await new Promise((resolve) => setTimeout(resolve, 200))
        await sql`select 1`.execute(transaction)
      })
      await assert.rejects(work)
      assert.deepEqual((await sql`select 1 as one`.execute(postgres.database)).rows, [{ one: 1 }])
    } finally {
      await postgres.close()
    }
  }).timeout(180_000)
})
