import { type Kysely, sql } from 'kysely'

/**
 * An operation has one intent and one outcome in the trail, whoever writes and however often. Also makes looking for the
 * one already written quick. Rows without an operation are free: PostgreSQL holds no two NULLs to be equal.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql`create unique index audit_once_per_operation on audit ((event->>'operationId'), (event->>'kind'))`.execute(
    database,
  )
}
