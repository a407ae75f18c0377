import { type Kysely, sql } from 'kysely'
import { inPages } from './in-pages.ts'
import type { Schema } from './schema.ts'

const day = 86_400_000
/** How long conversations and what was shown in them are kept, where nothing else is set; audit, tickets and operations stay. */
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

/**
 * Deletes what nobody needs any more from each table that grows with every conversation, page by page; answers how many rows. Several
 * replicas may do so at once: each takes what no other one is at.
 * @param lasting milliseconds
 */
export async function forgetOldRows(database: Kysely<Schema>, now: Date, lasting: number = kept): Promise<number> {
  const before = new Date(now.getTime() - lasting)
  const longBefore = new Date(now.getTime() - Math.max(keptOpen, lasting))
  // The rows of a page are found in an array, because with `in (select …)` PostgreSQL reads the whole table to find them.
  const statements = [
    sql`delete from posts where key = any(array(select key from posts where created_at < ${before} and state in ('sent','failed')
         and ${isNoOpenCard} and key not in (select head_post from threads where state <> 'resolved')
         limit ${page} for update skip locked))`,
    sql`delete from posts where key = any(array(select key from posts where created_at < ${longBefore} and state in ('sent','failed')
         and not ${isNoOpenCard} limit ${page} for update skip locked))`,
    sql`delete from threads where id = any(array(select id from threads where resolved_at < ${before} and state = 'resolved'
         limit ${page} for update skip locked))`,
    sql`delete from proofs where id = any(array(select id from proofs where obtained_at < ${before}
         limit ${page} for update skip locked))`,
    sql`delete from confirmations where id = any(array(select id from confirmations where created_at < ${before} and state <> 'pending'
         limit ${page} for update skip locked))`,
    sql`delete from read_outs where dialog_id = any(array(select dialog_id from read_outs where asked_at < ${before}
         limit ${page} for update skip locked))`,
    sql`delete from recourses where id = any(array(select id from recourses where expires_at < ${before}
         limit ${page} for update skip locked))`,
    sql`delete from sync_follow_ups where operation_id = any(array(select operation_id from sync_follow_ups where ended_at < ${before}
         limit ${page} for update skip locked))`,
    sql`delete from lockouts_seen where ctid = any(array(select ctid from lockouts_seen where seen_at < ${before}
         order by seen_at limit ${page} for update skip locked))`,
    // Neither counts nor holds a seed since it was removed; the audit says who had it.
    sql`delete from totp_factors where id = any(array(select id from totp_factors where removed_at < ${before} and state = 'removed'
         limit ${page} for update skip locked))`,
    sql`delete from lockdown_proposals where id = any(array(select id from lockdown_proposals where expires_at < ${before}
         and state <> 'asked' and id not in (select proposal_id from lockdowns) limit ${page} for update skip locked))`,
    // By the database's clock, as they were written. A process that is given up never lives again (bot/replicas).
    sql`delete from replicas where executor = any(array(select executor from replicas where given_up_at < now() - interval '30 days'
         limit ${page} for update skip locked))`,
    sql`delete from ephemeral where name = any(array(select name from ephemeral where expires_at < now()
         limit ${page} for update skip locked))`,
    sql`delete from dialogs where id = any(array(select id from dialogs where touched_at < ${before} and state <> 'open'
         limit ${page} for update skip locked))`,
  ]
  let forgotten = 0
  for (const statement of statements)
    forgotten += await inPages(page, async () => Number((await statement.execute(database)).numAffectedRows ?? 0))
  return forgotten
}
