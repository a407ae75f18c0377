import { type Kysely, sql, type Transaction } from 'kysely'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'

/** A lockout by what tells it from every other: the account, and when it began. */
export interface Lockout {
  /** DNS name, lower case. */
  readonly domain: string
  /** objectGUID, lower case. */
  readonly guid: string
  readonly lockedAt: Date
}

/** Writes down lockouts; answers those that nobody had written down before. */
export async function noteLockouts(
  database: Kysely<Schema>,
  lockouts: readonly Lockout[],
  now: Date,
): Promise<readonly Lockout[]> {
  if (lockouts.length === 0) return []
  const rows = await database
    .insertInto('lockouts_seen')
    .values(
      lockouts.map(({ domain, guid, lockedAt }) => ({
        domain,
        object_guid: guid,
        locked_at: lockedAt,
        tenant_id: null,
        person_id: null,
        offered_at: null,
        seen_at: now,
      })),
    )
    .onConflict((conflict) => conflict.columns(['domain', 'object_guid', 'locked_at']).doNothing())
    .returning(['domain', 'object_guid', 'locked_at'])
    .execute()
  return rows.map((row) => ({ domain: row.domain, guid: row.object_guid, lockedAt: row.locked_at }))
}

/** How often somebody was offered an unlock since then; until the transaction ends nobody else counts for the same person. */
export async function offeredSince(
  transaction: Transaction<Schema>,
  tenant: TenantId,
  person: UserId,
  since: Date,
): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`lockouts:${tenant}:${person}`}, 0))`.execute(transaction)
  const { count } = await transaction
    .selectFrom('lockouts_seen')
    .select(sql<string>`count(*)`.as('count'))
    .where('tenant_id', '=', tenant)
    .where('person_id', '=', person)
    .where('offered_at', '>', since)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** How many unlocks were offered since then, whoever it was. */
export async function offeredToAll(database: Kysely<Schema>, tenant: TenantId, since: Date): Promise<number> {
  const { count } = await database
    .selectFrom('lockouts_seen')
    .select(sql<string>`count(*)`.as('count'))
    .where('tenant_id', '=', tenant)
    .where('seen_at', '>', since)
    .where('offered_at', '>', since)
    .executeTakeFirstOrThrow()
  return Number(count)
}

/** Marks a lockout as offered; false where it was already. */
export async function markOffered(
  transaction: Transaction<Schema>,
  { domain, guid, lockedAt }: Lockout,
  whom: { readonly tenant: TenantId; readonly person: UserId },
  now: Date,
): Promise<boolean> {
  const rows = await transaction
    .updateTable('lockouts_seen')
    .set({ tenant_id: whom.tenant, person_id: whom.person, offered_at: now })
    .where('domain', '=', domain)
    .where('object_guid', '=', guid)
    .where('locked_at', '=', lockedAt)
    .where('offered_at', 'is', null)
    .returning('domain')
    .execute()
  return rows.length > 0
}
