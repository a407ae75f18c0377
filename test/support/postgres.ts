import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import pg from 'pg'
import { openDatabase } from '../../bot/store/database.ts'
import { startEmbeddedPostgres } from '../../bot/store/embedded-postgres.ts'
import type { Schema } from '../../bot/store/schema.ts'

export interface TestPostgres {
  readonly url: string
  readonly database: Kysely<Schema>
  close(): Promise<void>
}

/**
 * A fresh, migrated database. In a whole test run all files share one server (HELPBOT_TEST_POSTGRES, started by test/run.ts);
 * a file run alone starts its own and removes it.
 */
export async function startTestPostgres(): Promise<TestPostgres> {
  const shared = process.env.HELPBOT_TEST_POSTGRES
  const server = shared ? { url: shared, stop: async () => undefined } : await startTestServer()
  const name = `test_${randomBytes(6).toString('hex')}`
  await administer(server.url, `create database ${name}`)
  const url = new URL(server.url)
  url.pathname = `/${name}`
  const database = await openDatabase(url.href)
  return {
    url: url.href,
    database: database.kysely,
    async close() {
      await database.close()
      await administer(server.url, `drop database if exists ${name} with (force)`)
      await server.stop()
    },
  }
}

/** Further connections to such a database. What is still being closed when it is dropped is no fault of a test. */
export function testPool(url: string, most: number, options = ''): pg.Pool {
  const pool = new pg.Pool({ connectionString: url, max: most, options })
  pool.on('connect', (client) => client.on('error', () => undefined))
  pool.on('error', () => undefined)
  return pool
}

/** A throw-away PostgreSQL server in a temporary folder. */
export async function startTestServer(): Promise<{ url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-test-'))
  const server = await startEmbeddedPostgres({ folder, throwAway: true })
  return {
    url: server.url,
    async stop() {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 60_000 })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
