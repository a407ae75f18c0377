import type { Transaction } from 'kysely'
import type { AccessRequest } from '../approvals/requests/request.ts'
import type { Schema } from '../store/schema.ts'
import type { RowGround } from './ground.ts'

/** Leaves in the audit that nothing came of a request although it was approved, and why. Written once a request. */
export async function auditNothing(
  { audit }: Pick<RowGround, 'audit'>,
  transaction: Transaction<Schema>,
  { id, tenant, terms, correlationId }: AccessRequest,
  because: string,
): Promise<void> {
  await audit.appendWithin(transaction, {
    kind: 'event',
    action: 'carry-out-approval',
    tenant,
    actor: 'helpbot',
    target: terms.person.id,
    correlationId,
    operationId: `${id}:nothing`,
    why: terms.reason,
    outcome: 'refused',
    detail: {
      request: id,
      kind: terms.kind,
      requester: terms.requester.id,
      ...(terms.group === null ? {} : { group: terms.group.id }),
      ...(terms.extends === null ? {} : { extends: terms.extends }),
      because: because.slice(0, 500),
    },
  })
}
