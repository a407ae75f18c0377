import { type Kysely, sql, type Transaction } from 'kysely'
import type { Health } from '../../agent/protocol/frames.ts'
import type { Schema } from '../store/schema.ts'

/** At most so many agents are shown, and can be there. */
export const mostAgents = 100

/** An agent as it was enrolled. */
export interface Enrolled {
  readonly id: string
  readonly name: string
  /** The key that is pinned, base64url of 32 raw bytes. */
  readonly publicKey: string
  readonly revoked: boolean
  /** It shall make a new key. */
  readonly rotate: boolean
  /** The domain it served when it was first heard of, which it keeps. */
  readonly domain: string | undefined
}

const columns = ['id', 'name', 'public_key', 'state', 'rotate', 'domain'] as const

export async function findAgent(
  database: Kysely<Schema>,
  by: { readonly id: string } | { readonly publicKey: string },
): Promise<Enrolled | undefined> {
  const row = await database
    .selectFrom('agents')
    .select(columns)
    .where('id' in by ? 'id' : 'public_key', '=', 'id' in by ? by.id : by.publicKey)
    .executeTakeFirst()
  return row && enrolled(row)
}

/** Those of these agents that are still enrolled and not revoked. */
export async function stillEnrolled(database: Kysely<Schema>, ids: readonly string[]): Promise<readonly Enrolled[]> {
  if (ids.length === 0) return []
  const rows = await database
    .selectFrom('agents')
    .select(columns)
    .where('id', 'in', ids)
    .where('state', '=', 'active')
    .execute()
  return rows.map(enrolled)
}

function enrolled(row: {
  readonly id: string
  readonly name: string
  readonly public_key: string
  readonly state: 'active' | 'revoked'
  readonly rotate: boolean
  readonly domain: string | null
}): Enrolled {
  const { id, name, public_key: publicKey, state, rotate, domain } = row
  return { id, name, publicKey, revoked: state === 'revoked', rotate, domain: domain ?? undefined }
}

/** Pins the key of a new agent; of one that is enrolled with this key already, the name. */
export async function pinAgent(
  transaction: Transaction<Schema>,
  agent: { readonly id: string; readonly name: string; readonly publicKey: string },
  now: Date,
): Promise<void> {
  await transaction
    .insertInto('agents')
    .values({
      id: agent.id,
      name: agent.name,
      public_key: agent.publicKey,
      state: 'active',
      enrolled_at: now,
      revoked_at: null,
      last_seen_at: null,
    })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ name: agent.name, enrolled_at: now }))
    .execute()
}

/** Pins the key that follows. False when another one is pinned meanwhile, or the agent was revoked. */
export async function pinNextKey(
  transaction: Transaction<Schema>,
  { id, before, after }: { readonly id: string; readonly before: string; readonly after: string },
): Promise<boolean> {
  const { numUpdatedRows } = await transaction
    .updateTable('agents')
    .set({ public_key: after, rotate: false })
    .where('id', '=', id)
    .where('public_key', '=', before)
    .where('state', '=', 'active')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Remembers the first domain an agent says that it serves; gives the one that is remembered. */
export async function pinDomain(database: Kysely<Schema>, id: string, domain: string): Promise<string | undefined> {
  const row = await database
    .updateTable('agents')
    .set({ domain: sql<string>`coalesce(domain, ${domain})` })
    .where('id', '=', id)
    .returning('domain')
    .executeTakeFirst()
  return row?.domain ?? undefined
}

/** What it last said of itself, and when. */
export async function writeHealth(database: Kysely<Schema>, id: string, health: Health, now: Date): Promise<void> {
  await database
    .updateTable('agents')
    .set({
      last_seen_at: now,
      health: JSON.stringify(health),
      ...(health.domainSid === null ? {} : { domain_sid: health.domainSid }),
    })
    .where('id', '=', id)
    .execute()
}
