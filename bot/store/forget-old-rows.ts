import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.ts'

const day = 86_400_000
/** Conversations and what was shown in them are kept this long; audit, tickets and operations stay. */
const kept = 30 * day
/**
 * Cards by which requests, grants and contracts are decided, withdrawn or extended are closed when those end, and are kept until
 * then: no request is open longer than 30 days, and nobody is reminded more than 90 days before an end (bot/policy/schema.ts).
 */
const keptOpen = 120 * day
const page = 1_000

/** In the words of the index posts_to_forget, which finds these alone, however many are open. */
const isNoOpenCard = sql`(content ? 'closed'
  or (coalesce(content ->> 'card', '') not in ('access-ask','access-question','access-ends','contract-ends','contract-sponsor')
      and content #> '{data,ids,open}' is distinct from 'true'::jsonb))`

/** Deletes a page of what nobody needs any more from each table that grows with every conversation; answers how many rows. */
export async function forgetOldRows(database: Kysely<Schema>, now: Date): Promise<number> {
  const before = new Date(now.getTime() - kept)
  const longBefore = new Date(now.getTime() - keptOpen)
  const statements = [
    // An array, because with `in (select …)` PostgreSQL reads the whole table to find a page of it.
    sql`delete from posts where key = any(array(select key from posts where created_at < ${before} and state in ('sent','failed')
         and ${isNoOpenCard} and key not in (select head_post from threads where state <> 'resolved') limit ${page}))`,
    sql`delete from posts where key = any(array(select key from posts where created_at < ${longBefore} and state in ('sent','failed')
         and not ${isNoOpenCard} limit ${page}))`,
    sql`delete from threads where id in (select id from threads where resolved_at < ${before} and state = 'resolved' limit ${page})`,
    sql`delete from proofs where id in (select id from proofs where obtained_at < ${before} limit ${page})`,
    sql`delete from confirmations where id in (select id from confirmations where created_at < ${before} and state <> 'pending' limit ${page})`,
    sql`delete from read_outs where dialog_id in (select dialog_id from read_outs where asked_at < ${before} limit ${page})`,
    sql`delete from recourses where id in (select id from recourses where expires_at < ${before} limit ${page})`,
    sql`delete from sync_follow_ups where operation_id in (select operation_id from sync_follow_ups where ended_at < ${before} limit ${page})`,
    sql`delete from lockouts_seen where (domain, object_guid, locked_at) in
         (select domain, object_guid, locked_at from lockouts_seen where seen_at < ${before} order by seen_at limit ${page})`,
    // By the database's clock, as they were written.
    sql`delete from ephemeral where name = any(array(select name from ephemeral where expires_at < now() limit ${page}))`,
    sql`delete from dialogs where id in (select id from dialogs where touched_at < ${before} and state <> 'open' limit ${page})`,
  ]
  let forgotten = 0
  for (const statement of statements) forgotten += Number((await statement.execute(database)).numAffectedRows ?? 0)
  return forgotten
}
