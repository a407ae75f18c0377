import type { Kysely } from 'kysely'
import type { Schema } from '../store/schema.ts'

/** Where the reading of a domain's changes stands: a cookie belongs to a domain controller, and so to the agent that uses it. */
export interface ReadUpTo {
  readonly agent: string
  readonly cookie: string
}

/**
 * Takes over the reading of a domain's changes for the lease. One replica reads at a time; should one be slower than its lease, both
 * see the same changes, and each lockout is written down once.
 * @returns undefined while somebody else reads; `readUpTo` undefined where nobody has read before
 */
export async function claimReading(
  database: Kysely<Schema>,
  domain: string,
  now: Date,
  leaseMilliseconds: number,
): Promise<{ readonly readUpTo: ReadUpTo | undefined } | undefined> {
  await database
    .insertInto('change_cookies')
    .values({ domain, agent_id: '', cookie: '', read_at: new Date(0) })
    .onConflict((conflict) => conflict.column('domain').doNothing())
    .execute()
  const row = await database
    .updateTable('change_cookies')
    .set({ read_at: new Date(now.getTime() + leaseMilliseconds) })
    .where('domain', '=', domain)
    .where('read_at', '<=', now)
    .returning(['agent_id', 'cookie'])
    .executeTakeFirst()
  if (!row) return undefined
  return { readUpTo: row.cookie === '' ? undefined : { agent: row.agent_id, cookie: row.cookie } }
}

/** Keeps how far it was read; what was seen until there is written down already. */
export async function keepReadUpTo(database: Kysely<Schema>, domain: string, readUpTo: ReadUpTo): Promise<void> {
  await database
    .updateTable('change_cookies')
    .set({ agent_id: readUpTo.agent, cookie: readUpTo.cookie })
    .where('domain', '=', domain)
    .execute()
}

/** Lets the next one read. */
export async function releaseReading(database: Kysely<Schema>, domain: string, now: Date): Promise<void> {
  await database.updateTable('change_cookies').set({ read_at: now }).where('domain', '=', domain).execute()
}
