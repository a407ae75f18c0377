import { sql, type Transaction } from 'kysely'
import type { Schema } from '../store/schema.ts'
import type { KeptContract } from './contracts.ts'
import type { RowGround } from './ground.ts'

/** What the person of a contract has already belongs to it from now on and ends no later than it; what is cut is in the audit. */
export async function cutGrants(
  { audit }: Pick<RowGround, 'audit'>,
  transaction: Transaction<Schema>,
  { id: contract, tenant, person, sponsor, endsAt, requestId, correlationId }: KeptContract,
): Promise<void> {
  const grants = await transaction
    .selectFrom('access_grants')
    .select(['id', 'group_id', 'ends_at'])
    .where('tenant_id', '=', tenant)
    .where('person_id', '=', person.id)
    .where('state', 'in', ['waiting', 'active'])
    .orderBy('id')
    .forUpdate()
    .execute()
  await transaction
    .updateTable('access_grants')
    .set({
      contract_id: contract,
      ends_at: sql`least(coalesce(ends_at, ${endsAt}), ${endsAt})`,
      due_at: sql`least(coalesce(due_at, ${endsAt}), ${endsAt})`,
    })
    .where('tenant_id', '=', tenant)
    .where('person_id', '=', person.id)
    .where('state', 'in', ['waiting', 'active'])
    .execute()
  const cut = grants.filter(({ ends_at: ends }) => ends === null || ends > endsAt)
  for (const { id, group_id: group, ends_at: ended } of cut)
    await audit.appendWithin(transaction, {
      kind: 'event',
      action: 'cut-access',
      tenant,
      actor: sponsor.id,
      target: person.id,
      correlationId,
      operationId: `${requestId}:cut:${id}`,
      why: 'access ends with the contract',
      outcome: 'done',
      detail: {
        ...{ grant: id, group, contract },
        'ended-at': ended?.toISOString() ?? 'never',
        'ends-at': endsAt.toISOString(),
      },
    })
}
