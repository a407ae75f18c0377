import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { z } from 'zod'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../bot/store/embedded-postgres.ts'
import type { Schema } from '../../bot/store/schema.ts'

/** What a PostgreSQL has done since it was started, by its own books, for all its databases. */
export interface DatabaseCounts {
  /** Statements by pg_stat_statements, BEGIN and COMMIT among them: each is one round trip. */
  readonly statements: number
  /** Transactions by pg_stat_database, statements outside of one among them; up to a second late. */
  readonly commits: number
  /** Bytes written ahead. */
  readonly wal: number
}

/** The same server, started once more, now with pg_stat_statements: it can only be loaded at a start. */
export async function restartCounting(folder: string, postgres: EmbeddedPostgres): Promise<EmbeddedPostgres> {
  await asOwner(postgres.url, `alter system set shared_preload_libraries = 'pg_stat_statements'`)
  await postgres.stop()
  const counting = await startEmbeddedPostgres({ folder })
  await asOwner(counting.url, 'create extension pg_stat_statements')
  return counting
}

async function asOwner(connectionString: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

const counts = z.object({ statements: z.coerce.number(), commits: z.coerce.number(), wal: z.coerce.number() })

export async function databaseCounts(database: Kysely<Schema>): Promise<DatabaseCounts> {
  const { rows } = await sql`
    select (select sum(calls) from pg_stat_statements) as statements,
      (select sum(xact_commit) from pg_stat_database) as commits,
      pg_current_wal_lsn() - '0/0'::pg_lsn as wal`.execute(database)
  return counts.parse(rows[0])
}

/** How often each statement was executed so far, and for how many milliseconds in all. */
export type Executed = ReadonlyMap<string, { readonly calls: number; readonly milliseconds: number }>

const executed = z.array(z.object({ query: z.string(), calls: z.coerce.number(), milliseconds: z.number() }))

export async function executedStatements(database: Kysely<Schema>): Promise<Executed> {
  const { rows } = await sql`
    select query, sum(calls) as calls, sum(total_exec_time) as milliseconds from pg_stat_statements group by query`.execute(
    database,
  )
  return new Map(executed.parse(rows).map(({ query, ...times }) => [query, times]))
}

/** Process id of the server that all its others are children of (first line of postmaster.pid, src/include/utils/pidfile.h). */
export async function serverProcess(database: Kysely<Schema>): Promise<number> {
  const { rows } = await sql`show data_directory`.execute(database)
  const { data_directory: folder } = z.object({ data_directory: z.string() }).parse(rows[0])
  return Number(readFileSync(join(folder, 'postmaster.pid'), 'utf8').split('\n')[0])
}
