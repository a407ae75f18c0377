import type { Kysely } from 'kysely'
import type { Schema } from '../store/schema.ts'
import type { OperationRequest } from './operation.ts'

/** Writes down that an operation runs. One that is known already stays as it is: false. */
export async function beginRow(connection: Kysely<Schema>, request: OperationRequest, now: Date): Promise<boolean> {
  const begun = await connection
    .insertInto('operations')
    .values({
      id: request.id,
      name: request.name,
      tenant_id: request.tenant,
      actor_id: request.actor,
      target_id: request.target,
      dialog_id: request.dialogId,
      correlation_id: request.correlationId,
      state: 'running',
      outcome: null,
      started_at: now,
      finished_at: null,
      about: request.access === undefined ? null : JSON.stringify(request.access),
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returning('id')
    .execute()
  return begun.length > 0
}
