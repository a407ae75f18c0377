import type { Kysely } from 'kysely'
import type { Clock } from './clock.ts'
import type { Directory } from './directory/directory.ts'
import { baselineTakenAt, observeAll, takeBaseline } from './identity/manager-history.ts'
import type { TenantId } from './identity/person.ts'
import type { Schema } from './store/schema.ts'

const day = 24 * 3_600_000
const fact = (tenant: TenantId) => `managers-looked-at:${tenant}`

/** Looks once a day who reports to whom: a manager who is new cannot confirm anybody. The first look is the baseline. */
export function watchManagers(
  database: Kysely<Schema>,
  directory: Directory,
  tenant: TenantId,
  clock: Clock,
): () => Promise<void> {
  return async () => {
    const now = clock()
    if (!(await baselineTakenAt(database, tenant))) {
      await takeBaseline(database, tenant, directory.managers(), now)
      return
    }
    // One replica a day: whoever moves the mark looks.
    const value = JSON.stringify({ at: now.toISOString() })
    const due = new Date(now.getTime() - day).toISOString()
    const { numInsertedOrUpdatedRows } = await database
      .insertInto('facts')
      .values({ name: fact(tenant), value })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet({ value })
          .where((row) => row.eb(row.fn<string>('jsonb_extract_path_text', ['facts.value', row.val('at')]), '<', due)),
      )
      .executeTakeFirst()
    if (numInsertedOrUpdatedRows === 1n) await observeAll(database, tenant, directory.managers(), now)
  }
}
