import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.ts'

const day = 86_400_000
/** Conversations and what was shown in them are kept this long; audit, tickets and operations stay. */
const kept = 30 * day
const page = 1_000

/** Deletes a page of what nobody needs any more from each table that grows with every conversation; answers how many rows. */
export async function forgetOldRows(database: Kysely<Schema>, now: Date): Promise<number> {
  const before = new Date(now.getTime() - kept)
  const statements = [
    sql`delete from posts where key in (select key from posts where created_at < ${before} and state in ('sent', 'failed')
         and key not in (select head_post from threads where state <> 'resolved') limit ${page})`,
    sql`delete from threads where id in (select id from threads where resolved_at < ${before} and state = 'resolved' limit ${page})`,
    sql`delete from proofs where id in (select id from proofs where obtained_at < ${before} limit ${page})`,
    sql`delete from confirmations where id in (select id from confirmations where created_at < ${before} and state <> 'pending' limit ${page})`,
    sql`delete from read_outs where dialog_id in (select dialog_id from read_outs where asked_at < ${before} limit ${page})`,
    sql`delete from recourses where id in (select id from recourses where expires_at < ${before} limit ${page})`,
    sql`delete from dialogs where id in (select id from dialogs where touched_at < ${before} and state <> 'open' limit ${page})`,
  ]
  let forgotten = 0
  for (const statement of statements) forgotten += Number((await statement.execute(database)).numAffectedRows ?? 0)
  return forgotten
}
