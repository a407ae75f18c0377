import { type Kysely, sql } from 'kysely'
import { inPages } from './in-pages.ts'
import type { Schema } from './schema.ts'

/** Whoever forgets holds it. The number is arbitrary and the same in all processes. */
const lock = 2_660_417_339
const page = 500

/** The engine of operations, which keeps what each step came to in tables of its own. */
export interface Forgetful {
  /** Removes all that it keeps of these, whatever their state. */
  forget(ids: readonly string[]): Promise<void>
}

/**
 * Removes what the engine keeps of operations that ended so long ago, by the database's clock, page by page, on one replica at a time.
 *
 * Only of those that the engine never goes on with (SUCCESS and ERROR), and whose end stands in `operations`: started once more under
 * the same id, however late, such a one finds its end there before anything else and does nothing (run-operation.ts). One that broke
 * without an end of its own stays, since the engine alone keeps it from being done again.
 * @param lasting milliseconds
 * @returns how many operations
 */
export async function forgetOldWorkflows(
  database: Kysely<Schema>,
  engine: Forgetful,
  lasting: number,
): Promise<number> {
  return await inPages(page, (size) => forgetPage(database, engine, lasting, size))
}

async function forgetPage(database: Kysely<Schema>, engine: Forgetful, lasting: number, size: number): Promise<number> {
  return await database.transaction().execute(async (transaction) => {
    const { rows: locks } = await sql<{ mine: boolean }>`select pg_try_advisory_xact_lock(${lock}) as mine`.execute(
      transaction,
    )
    if (locks[0]?.mine !== true) return 0
    const { rows } = await sql<{ id: string }>`
      select workflow.workflow_uuid as id from dbos.workflow_status workflow
      where workflow.completed_at < (extract(epoch from now()) * 1000)::bigint - ${lasting}::bigint
        and workflow.status in ('SUCCESS', 'ERROR')
        and exists (select from operations where id = workflow.workflow_uuid and outcome is not null)
      order by workflow.completed_at limit ${size}`.execute(transaction)
    if (rows.length > 0) await engine.forget(rows.map(({ id }) => id))
    return rows.length
  })
}
