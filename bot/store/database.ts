import { Kysely, PostgresDialect, sql } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { migrations } from './migrations/index.ts'
import type { Schema } from './schema.ts'

export interface Database {
  readonly kysely: Kysely<Schema>
  readonly url: string
  close(): Promise<void>
}

// Moments and counters as JavaScript has them: bigint stays text (a sequence may outgrow a number).
pg.types.setTypeParser(pg.types.builtins.NUMERIC, (text) => text)

/**
 * Connects and brings the tables up to date; several processes may do so at once (Kysely's migrator takes a lock).
 * @param name of the connections, as PostgreSQL lists them
 * @param maximum most connections of this process
 * @throws Error when the server does not answer within 10 s, a migration fails, or what it confirms may be lost
 */
export async function openDatabase(url: string, name = 'helpbot', maximum = 20): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: maximum,
    connectionTimeoutMillis: 10_000,
    statement_timeout: 15_000,
    query_timeout: 20_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: name,
  })
  // An idle connection that dies is replaced at the next use; the error belongs to nobody's request.
  pool.on('error', () => undefined)
  // One that dies between two statements of a transaction fails the next of them; unheard, it would end the process.
  pool.on('connect', (client) => client.on('error', () => undefined))
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  try {
    const migrator = new Migrator({ db: kysely, provider: { getMigrations: async () => migrations } })
    const { error } = await migrator.migrateToLatest()
    if (error) throw error
    const { rows } = await sql<{ durable: boolean }>`
      select current_setting('synchronous_commit') <> 'off' as durable`.execute(kysely)
    if (rows[0]?.durable !== true) throw new Error(notDurable)
  } catch (error) {
    await kysely.destroy()
    throw error
  }
  return { kysely, url, close: () => kysely.destroy() }
}

const notDurable =
  'PostgreSQL confirms there before it has written (synchronous_commit is off), so a crash could lose the audit of a change that was made. DATABASE_URL: set it on for this role, `alter role … set synchronous_commit = on`.'
