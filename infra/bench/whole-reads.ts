import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Schema } from '../../bot/store/schema.ts'

/** How often each of these tables was read from end to end since the database was made; schema and name. */
export async function wholeReads(
  database: Kysely<Schema>,
  tables: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql`
    select schemaname || '.' || relname as table, coalesce(seq_scan, 0) as times from pg_stat_user_tables`.execute(
    database,
  )
  const read = z.array(z.object({ table: z.string(), times: z.coerce.number() })).parse(rows)
  return new Map(read.filter(({ table }) => tables.has(table)).map(({ table, times }) => [table, times]))
}

/** Which of them were, in between. */
export function readInBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): readonly (readonly [table: string, times: number])[] {
  return [...after]
    .map(([table, times]) => [table, times - (before.get(table) ?? 0)] as const)
    .filter(([, times]) => times > 0)
}

/** Of what was executed so far nothing is known any more: not how the tables were filled, for one. */
export async function forgetStatements(database: Kysely<Schema>): Promise<void> {
  await sql`select pg_stat_statements_reset()`.execute(database)
}

const statements = z.array(z.object({ query: z.string(), calls: z.coerce.number(), milliseconds: z.coerce.number() }))

/** What took longest a call, of the statements that name the table, and how it is planned. */
export async function slowestOn(database: Kysely<Schema>, table: string): Promise<string> {
  const name = table.replace(/^public\./, '')
  const { rows } = await sql`
    select query, calls, mean_exec_time as milliseconds from pg_stat_statements
    where dbid = (select oid from pg_database where datname = current_database()) and query ~* ${`\\m${name.split('.').at(-1)}\\M`}
      and query ~* '^\\s*(select|insert|update|delete|with)'
    order by mean_exec_time desc limit 3`.execute(database)
  const plans = await Promise.all(
    statements.parse(rows).map(async ({ query, calls, milliseconds }) => {
      const plan = await sql<{ 'QUERY PLAN': string }>`${sql.raw(`explain (generic_plan) ${query}`)}`
        .execute(database)
        .then(
          ({ rows }) => rows.map((row) => `    ${row['QUERY PLAN']}`).join('\n'),
          (error: unknown) => `    not planned: ${String(error)}`,
        )
      return `  ${calls} × ${milliseconds.toFixed(1)} ms: ${query.replace(/\s+/g, ' ').slice(0, 400)}\n${plan}`
    }),
  )
  return plans.join('\n')
}
