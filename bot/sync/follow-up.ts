import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import { type GroupId, groupId, type TenantId, tenantId, type UserId, userId } from '../identity/person.ts'
import type { Schema, SyncFollowUpsTable } from '../store/schema.ts'

/** What was written on-premises and shall be seen in Entra ID later. */
export type Follows = SyncFollowUpsTable['kind']

/** One change that a sync still has to carry over. */
export interface FollowUp {
  /** Of the operation that made the change. */
  readonly operation: string
  readonly tenant: TenantId
  readonly person: UserId
  readonly kind: Follows
  readonly group: GroupId | null
  /** A group's name, or an empty text. */
  readonly words: string
  readonly state: SyncFollowUpsTable['state']
  /** What Entra ID said last, of a password: a later moment is the change. By Entra ID's own clock. */
  readonly since: Date
  readonly giveUpAt: Date
  readonly correlationId: string
}

/** Takes over what is due to be looked at, the longest due first; each is ours for the lease. */
export async function claimDueFollowUps(
  database: Kysely<Schema>,
  now: Date,
  limit: number,
  leaseMilliseconds: number,
): Promise<readonly FollowUp[]> {
  const rows = await database
    .updateTable('sync_follow_ups')
    .set({ due_at: new Date(now.getTime() + leaseMilliseconds) })
    // An array, so that the index finds the page whatever PostgreSQL thinks of the table's size.
    .where(
      sql<boolean>`operation_id = any(array(select operation_id from sync_follow_ups
        where due_at is not null and due_at <= ${now} order by due_at limit ${limit} for update skip locked))`,
    )
    .returningAll()
    .execute()
  return rows.map(asFollowUp).sort((one, other) => one.giveUpAt.getTime() - other.giveUpAt.getTime())
}

/** The row as it stands, held until the transaction ends; undefined where nobody waits for it any more. */
export async function holdWaiting(transaction: Transaction<Schema>, operation: string): Promise<FollowUp | undefined> {
  const row = await transaction
    .selectFrom('sync_follow_ups')
    .selectAll()
    .where('operation_id', '=', operation)
    .where('state', '=', 'waiting')
    .forUpdate()
    .executeTakeFirst()
  return row && asFollowUp(row)
}

function asFollowUp(row: Selectable<SyncFollowUpsTable>): FollowUp {
  return {
    operation: row.operation_id,
    tenant: tenantId.parse(row.tenant_id),
    person: userId.parse(row.person_id),
    kind: row.kind,
    group: row.group_id === null ? null : groupId.parse(row.group_id),
    words: row.words,
    state: row.state,
    since: row.since,
    giveUpAt: row.give_up_at,
    correlationId: row.correlation_id,
  }
}
