import { type Kysely, sql } from 'kysely'

/**
 * So that what may be forgotten is found by its age, however much is kept (forget-old-rows.ts); and threads that wait for something,
 * which are looked for every two seconds, however many are resolved.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}

const statements = [
  `create index confirmations_by_age on confirmations (created_at) where state <> 'pending'`,
  `create index threads_by_age on threads (resolved_at) where state = 'resolved'`,
  'create index read_outs_by_age on read_outs (asked_at)',
  'create index recourses_by_age on recourses (expires_at)',
  'create index sync_follow_ups_by_age on sync_follow_ups (ended_at) where ended_at is not null',
  'create index threads_with_caller_check on threads (caller_check) where caller_check is not null',
  'create index threads_to_freeze on threads (freeze_operation) where freeze_asked_by is not null',
  `create index totp_removed_by_age on totp_factors (removed_at) where state = 'removed'`,
]
