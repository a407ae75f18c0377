import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { GroupId, TenantId, UserId } from '../identity/person.ts'
import type { Who } from '../identity/who.ts'
import type { AccessGrantsTable, Schema } from '../store/schema.ts'
import type { Grant } from './grant.ts'

type Connection = Kysely<Schema> | Transaction<Schema>

/** A grant as its row has it. */
export interface KeptGrant extends Grant {
  /** When the membership is looked at next. */
  readonly lookAt: Date | null
}

/** What may change of a grant. */
export type GrantChange = Partial<
  Pick<
    KeptGrant,
    | 'requestId'
    | 'approvers'
    | 'reason'
    | 'contractId'
    | 'state'
    | 'endsAt'
    | 'grantedAt'
    | 'endedAt'
    | 'ending'
    | 'hadBefore'
    | 'goneAt'
    | 'lookAt'
    | 'reminded'
    | 'attempts'
    | 'dueAt'
  >
>

const mostListed = 200

/** Writes a new grant. @returns false when it stands already, or another one carries the same request */
export async function insertGrant(transaction: Transaction<Schema>, grant: KeptGrant): Promise<boolean> {
  const written = await transaction
    .insertInto('access_grants')
    .values({
      id: grant.id,
      tenant_id: grant.tenant,
      person_id: grant.person.id,
      person_name: grant.person.name,
      group_id: grant.group.id,
      group_name: grant.group.name,
      entry: grant.entry,
      title: grant.title,
      requester_id: grant.requester.id,
      requester_name: grant.requester.name,
      request_id: grant.requestId,
      approvers: JSON.stringify(grant.approvers),
      reason: grant.reason,
      contract_id: grant.contractId,
      state: grant.state,
      starts_at: grant.startsAt,
      ends_at: grant.endsAt,
      granted_at: grant.grantedAt,
      ended_at: grant.endedAt,
      ending: grant.ending,
      had_before: grant.hadBefore,
      gone_at: grant.goneAt,
      look_at: grant.lookAt,
      reminded: grant.reminded,
      attempts: grant.attempts,
      due_at: grant.dueAt,
      correlation_id: grant.correlationId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return written !== undefined
}

/** Reads a grant and keeps its row until the transaction ends, so that what happens to it happens one after the other. */
export async function holdGrant(transaction: Transaction<Schema>, id: string): Promise<KeptGrant | undefined> {
  const row = await transaction
    .selectFrom('access_grants')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row && asGrant(row)
}

export async function readGrant(database: Connection, id: string): Promise<KeptGrant | undefined> {
  const row = await database.selectFrom('access_grants').selectAll().where('id', '=', id).executeTakeFirst()
  return row && asGrant(row)
}

/** What somebody has through HelpBot, or will have: grants that wait or are active, the first to end first; at most 200. */
export async function activeGrantsOf(
  database: Connection,
  tenant: TenantId,
  person: UserId,
  limit: number,
): Promise<readonly KeptGrant[]> {
  const rows = await openOf(database, { tenant, id: person })
    .orderBy(sql`ends_at asc nulls last`)
    .orderBy('id')
    .limit(Math.min(Math.max(Math.trunc(limit), 1), mostListed))
    .execute()
  return rows.map(asGrant)
}

/** The grant by which somebody has a group, or will have it: of several the one that lasts longest. */
export async function grantOf(
  database: Connection,
  tenant: TenantId,
  person: UserId,
  group: GroupId,
): Promise<KeptGrant | undefined> {
  const row = await openOf(database, { tenant, id: person })
    .where('group_id', '=', group)
    .orderBy('state')
    .orderBy(sql`ends_at desc nulls first`)
    .limit(1)
    .executeTakeFirst()
  return row && asGrant(row)
}

/** One membership, whichever grants carry it. */
export interface Membership {
  readonly tenant: TenantId
  readonly group: { readonly id: GroupId }
  readonly person: { readonly id: UserId }
}

/**
 * Decisions about one membership come one after the other: it is held until the transaction ends. To be called before any of its
 * grants is held.
 */
export async function holdMembership(transaction: Transaction<Schema>, of: Membership): Promise<void> {
  const key = `membership:${of.tenant}:${of.group.id}:${of.person.id}`
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(transaction)
}

/** The other grants of the same membership that wait or are active. */
export async function othersOf(database: Connection, grant: Grant): Promise<readonly KeptGrant[]> {
  const rows = await openOf(database, { tenant: grant.tenant, id: grant.person.id })
    .where('group_id', '=', grant.group.id)
    .where('id', '!=', grant.id)
    .limit(mostListed)
    .execute()
  return rows.map(asGrant)
}

/** Grants of a contract that wait or are active, at most 200. */
export async function openGrantsOfContract(database: Connection, contract: string): Promise<readonly KeptGrant[]> {
  const rows = await database
    .selectFrom('access_grants')
    .selectAll()
    .where('contract_id', '=', contract)
    .where('state', 'in', ['waiting', 'active'])
    .limit(mostListed)
    .execute()
  return rows.map(asGrant)
}

/** Ends now what was given under a contract: each grant is taken back on its own as soon as its turn comes. */
export async function endGrantsOf(transaction: Transaction<Schema>, contract: string, now: Date): Promise<void> {
  await transaction
    .updateTable('access_grants')
    .set({ ends_at: now, due_at: now })
    .where('contract_id', '=', contract)
    .where('state', 'in', ['waiting', 'active'])
    .where((row) => row.or([row('ends_at', 'is', null), row('ends_at', '>', now)]))
    .execute()
}

/** What was approved together with a contract begins with it, and not only when it looks again. */
export async function hurryGrantsOf(transaction: Transaction<Schema>, contract: string, now: Date): Promise<void> {
  await transaction
    .updateTable('access_grants')
    .set({ due_at: now })
    .where('contract_id', '=', contract)
    .where('state', '=', 'waiting')
    .where('starts_at', '<=', now)
    .where('due_at', '>', now)
    .execute()
}

/** How many memberships were taken back from that moment on because a contract ended. */
export async function takenBackSince(database: Connection, contract: string, since: Date): Promise<number> {
  const { count } = await database
    .selectFrom('access_grants')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('contract_id', '=', contract)
    .where('state', '=', 'ended')
    .where('ended_at', '>=', since)
    .where('had_before', '=', false)
    .where('gone_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(count)
}

export async function changeGrant(database: Connection, id: string, change: GrantChange): Promise<void> {
  const { approvers } = change
  const columns = {
    request_id: change.requestId,
    ...(approvers === undefined ? {} : { approvers: JSON.stringify(approvers) }),
    reason: change.reason,
    contract_id: change.contractId,
    state: change.state,
    ends_at: change.endsAt,
    granted_at: change.grantedAt,
    ended_at: change.endedAt,
    ending: change.ending,
    had_before: change.hadBefore,
    gone_at: change.goneAt,
    look_at: change.lookAt,
    reminded: change.reminded,
    attempts: change.attempts,
    due_at: change.dueAt,
  }
  await database.updateTable('access_grants').set(columns).where('id', '=', id).execute()
}

/**
 * Takes over grants with which something must be done, the longest due first; each is ours for the lease. Those that begin or
 * end go before those that are only looked at or reminded of: after an outage nobody keeps what is over because of the others.
 * @param lease milliseconds
 */
export async function claimDueGrants(
  database: Kysely<Schema>,
  now: Date,
  limit: number,
  lease: number,
): Promise<readonly KeptGrant[]> {
  const claimed: KeptGrant[] = []
  for (const what of ['begins', 'ends', 'other'] as const) {
    if (claimed.length >= limit) break
    claimed.push(...(await claim(database, now, limit - claimed.length, lease, what)))
  }
  return claimed
}

async function claim(
  database: Kysely<Schema>,
  now: Date,
  limit: number,
  lease: number,
  what: 'begins' | 'ends' | 'other',
): Promise<readonly KeptGrant[]> {
  const rows = await database
    .with('due', (query) => {
      const due = query.selectFrom('access_grants').select(['id', 'due_at']).where('due_at', '<=', now)
      // Each by an index of its own: after an outage a million may be due, and one question about all of them reads all of them.
      const these = {
        begins: due.where('state', '=', 'waiting').orderBy('due_at'),
        ends: due.where('state', '=', 'active').where('ends_at', '<=', now).orderBy('ends_at'),
        other: due.orderBy('due_at'),
      }[what]
      return these.limit(limit).forUpdate().skipLocked()
    })
    .updateTable('access_grants')
    .from('due')
    .set({ due_at: new Date(now.getTime() + lease) })
    .whereRef('access_grants.id', '=', 'due.id')
    .returningAll('access_grants')
    .returning('due.due_at as was_due')
    .execute()
  const since = (row: { was_due: Date | null }) => row.was_due?.getTime() ?? 0
  return [...rows].sort((one, other) => since(one) - since(other)).map(asGrant)
}

function openOf(database: Connection, { tenant, id }: Who) {
  return database
    .selectFrom('access_grants')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('person_id', '=', id)
    .where('state', 'in', ['waiting', 'active'])
}

function asGrant(row: Selectable<AccessGrantsTable>): KeptGrant {
  return {
    id: row.id,
    tenant: row.tenant_id as TenantId,
    person: { id: row.person_id as UserId, name: row.person_name },
    group: { id: row.group_id as GroupId, name: row.group_name },
    entry: row.entry,
    title: row.title,
    requester: { id: row.requester_id as UserId, name: row.requester_name },
    requestId: row.request_id,
    approvers: row.approvers.map((one) => ({ ...one, id: one.id as UserId })),
    reason: row.reason,
    contractId: row.contract_id,
    state: row.state,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    grantedAt: row.granted_at,
    endedAt: row.ended_at,
    ending: row.ending,
    hadBefore: row.had_before,
    goneAt: row.gone_at,
    lookAt: row.look_at,
    reminded: row.reminded,
    attempts: row.attempts,
    dueAt: row.due_at,
    correlationId: row.correlation_id,
  }
}
