import { type Kysely, sql } from 'kysely'

/** Which processes of the bot live, so that another one goes on with what a dead one began. */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  // By the clock of the database alone: those of the processes may differ.
  `create table replicas (
     executor text primary key, connection text not null,
     started_at timestamptz not null default now(), alive_at timestamptz not null default now(),
     left_at timestamptz, given_up_at timestamptz)`,
  `create index replicas_not_given_up on replicas (alive_at) where given_up_at is null`,
]
