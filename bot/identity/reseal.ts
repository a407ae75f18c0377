import { type Kysely, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'
import { type KeyRing, SealError, type SecretOwner, type SeedOwner } from './key-ring.ts'
import { tenantId, userId } from './person.ts'

export interface Resealed {
  readonly resealed: number
  /**
   * What does not open (its key is gone, or the row was changed): ids of factors, whose people must enrol again; ids of enrolment
   * codes, to be made anew; public keys of the bot towards its agents, which must enrol again.
   */
  readonly unreadable: readonly string[]
}

interface Sealed {
  readonly id: string
  readonly sealed: string
  readonly owner: SeedOwner | SecretOwner
}

/** A column of sealed secrets. */
interface SealedColumn {
  /** Rows under another key than the current one, by id. */
  page(after: string): Promise<readonly Sealed[]>
  /** Writes one anew if it is still as it was read; answers how many rows that was. */
  replace(row: Sealed, sealed: string): Promise<bigint>
}

/**
 * Brings every sealed secret under the current key, page by page, so that an old key can leave HELPBOT_KEYS. Nobody enrols again.
 * May be repeated, and run by several replicas at once: a row changed meanwhile is left as it is.
 * @param pageSize rows read at a time
 */
export async function resealAll(database: Kysely<Schema>, ring: KeyRing, pageSize = 500): Promise<Resealed> {
  let resealed = 0
  const unreadable: string[] = []
  const of = { database, current: ring.currentId, pageSize }
  for (const column of [seeds(of), linkKeys(of), agentCodes(of)]) {
    for (let after = ''; ; ) {
      const page = await column.page(after)
      const last = page.at(-1)
      if (!last) break
      after = last.id
      for (const row of page) {
        const sealed = sealAgain(ring, row)
        if (sealed === undefined) unreadable.push(row.id)
        else resealed += Number(await column.replace(row, sealed))
      }
    }
  }
  return { resealed, unreadable }
}

interface Reading {
  readonly database: Kysely<Schema>
  readonly current: string
  readonly pageSize: number
}

function seeds({ database, current, pageSize }: Reading): SealedColumn {
  return {
    async page(after) {
      const rows = await database
        .selectFrom('totp_factors')
        .select(['id', 'tenant_id', 'user_id', 'sealed_seed'])
        .where('id', '>', after)
        .where('state', '<>', 'removed')
        .where(sql<string>`split_part(sealed_seed, '.', 2)`, '<>', current)
        .orderBy('id')
        .limit(pageSize)
        .execute()
      return rows.map((row) => ({
        id: row.id,
        sealed: row.sealed_seed,
        owner: { tenant: tenantId.parse(row.tenant_id), person: userId.parse(row.user_id), factorId: row.id },
      }))
    },
    async replace({ id, sealed: before }, sealed) {
      const update = database.updateTable('totp_factors').set({ sealed_seed: sealed })
      return (await update.where('id', '=', id).where('sealed_seed', '=', before).executeTakeFirst()).numUpdatedRows
    },
  }
}

/** The bot's key towards agents. Those it followed are signed over and destroyed already. */
function linkKeys({ database, current, pageSize }: Reading): SealedColumn {
  return {
    async page(after) {
      const rows = await database
        .selectFrom('agent_link_keys')
        .select(['public_key', 'sealed_key'])
        .where('public_key', '>', after)
        .where('state', '=', 'current')
        .where(sql<string>`split_part(sealed_key, '.', 2)`, '<>', current)
        .orderBy('public_key')
        .limit(pageSize)
        .execute()
      return rows.map(({ public_key: id, sealed_key: sealed }) => ({
        id,
        sealed,
        owner: { purpose: 'agent link key', of: id },
      }))
    },
    async replace({ id, sealed: before }, sealed) {
      const update = database.updateTable('agent_link_keys').set({ sealed_key: sealed })
      const { numUpdatedRows } = await update
        .where('public_key', '=', id)
        .where('sealed_key', '=', before)
        .executeTakeFirst()
      return numUpdatedRows
    },
  }
}

function agentCodes({ database, current, pageSize }: Reading): SealedColumn {
  return {
    async page(after) {
      const rows = await database
        .selectFrom('agent_codes')
        .select(['id', 'sealed_code'])
        .where('id', '>', after)
        .where('used_at', 'is', null)
        .where(sql<string>`split_part(sealed_code, '.', 2)`, '<>', current)
        .orderBy('id')
        .limit(pageSize)
        .execute()
      return rows.map(({ id, sealed_code: sealed }) => ({
        id,
        sealed,
        owner: { purpose: 'agent enrolment code', of: id },
      }))
    },
    async replace({ id, sealed: before }, sealed) {
      const update = database.updateTable('agent_codes').set({ sealed_code: sealed })
      return (await update.where('id', '=', id).where('sealed_code', '=', before).executeTakeFirst()).numUpdatedRows
    },
  }
}

function sealAgain(ring: KeyRing, { sealed, owner }: Sealed): string | undefined {
  try {
    return ring.seal(ring.open(sealed, owner), owner)
  } catch (error) {
    if (error instanceof SealError) return undefined
    throw error
  }
}
