import { type Kysely, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'
import { type KeyRing, SealError } from './key-ring.ts'
import { tenantId, userId } from './person.ts'

export interface Resealed {
  readonly resealed: number
  /** Ids of factors that do not open (their key is gone, or the row was changed): those people must enrol again. */
  readonly unreadable: readonly string[]
}

/**
 * Brings every seed under the current key, page by page, so that an old key can leave HELPBOT_KEYS. Nobody enrols again.
 * May be repeated, and run by several replicas at once: a row changed meanwhile is left as it is.
 * @param pageSize rows read at a time
 */
export async function resealAll(database: Kysely<Schema>, ring: KeyRing, pageSize = 500): Promise<Resealed> {
  let resealed = 0
  const unreadable: string[] = []
  for (let after = ''; ; ) {
    const page = await database
      .selectFrom('totp_factors')
      .select(['id', 'tenant_id', 'user_id', 'sealed_seed'])
      .where('id', '>', after)
      .where('state', '<>', 'removed')
      .where(sql<string>`split_part(sealed_seed, '.', 2)`, '<>', ring.currentId)
      .orderBy('id')
      .limit(pageSize)
      .execute()
    const last = page.at(-1)
    if (!last) return { resealed, unreadable }
    after = last.id
    for (const row of page) {
      const owner = { tenant: tenantId.parse(row.tenant_id), person: userId.parse(row.user_id), factorId: row.id }
      const sealed = sealAgain(ring, row.sealed_seed, owner)
      if (sealed === undefined) {
        unreadable.push(row.id)
        continue
      }
      const { numUpdatedRows } = await database
        .updateTable('totp_factors')
        .set({ sealed_seed: sealed })
        .where('id', '=', row.id)
        .where('sealed_seed', '=', row.sealed_seed)
        .executeTakeFirst()
      resealed += Number(numUpdatedRows)
    }
  }
}

function sealAgain(ring: KeyRing, sealed: string, owner: Parameters<KeyRing['seal']>[1]): string | undefined {
  try {
    return ring.seal(ring.open(sealed, owner), owner)
  } catch (error) {
    if (error instanceof SealError) return undefined
    throw error
  }
}
