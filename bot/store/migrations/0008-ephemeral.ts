import { type Kysely, sql } from 'kysely'

/** Where limits and redelivery marks are held while Redis does not answer. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  // Unlogged: what Redis holds is gone after a power cut as well, and nobody waits for a disk. By the clock of the database alone.
  `create unlogged table ephemeral (
     name bytea primary key, used integer not null, expires_at timestamptz not null)`,
  'create index ephemeral_expired on ephemeral (expires_at)',
  // One row: when any replica last counted here.
  `create unlogged table ephemeral_use (
     only_row boolean primary key default true check (only_row), used_at timestamptz not null)`,
]
