import type { Kysely, Selectable, Transaction } from 'kysely'
import type { TenantId, UserId } from '../identity/person.ts'
import type { ContractsTable, Schema } from '../store/schema.ts'
import type { Contract } from './grant.ts'

type Connection = Kysely<Schema> | Transaction<Schema>

/** A contract as its row has it. */
export interface KeptContract extends Contract {
  /** When the sponsor is looked at next. */
  readonly lookAt: Date | null
}

export type ContractChange = Partial<
  Pick<
    KeptContract,
    | 'sponsor'
    | 'requestId'
    | 'state'
    | 'endsAt'
    | 'endedAt'
    | 'ending'
    | 'sponsorGoneAt'
    | 'lookAt'
    | 'reminded'
    | 'attempts'
    | 'dueAt'
  >
>

const mostListed = 100

/** Writes a new contract. @returns false when it stands already, or the person has another one that is open */
export async function insertContract(transaction: Transaction<Schema>, contract: KeptContract): Promise<boolean> {
  const written = await transaction
    .insertInto('contracts')
    .values({
      id: contract.id,
      tenant_id: contract.tenant,
      person_id: contract.person.id,
      person_name: contract.person.name,
      sponsor_id: contract.sponsor.id,
      sponsor_name: contract.sponsor.name,
      project: contract.project,
      request_id: contract.requestId,
      state: contract.state,
      starts_at: contract.startsAt,
      ends_at: contract.endsAt,
      ended_at: contract.endedAt,
      ending: contract.ending,
      sponsor_gone_at: contract.sponsorGoneAt,
      look_at: contract.lookAt,
      reminded: contract.reminded,
      attempts: contract.attempts,
      due_at: contract.dueAt,
      correlation_id: contract.correlationId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  return written !== undefined
}

/** Reads a contract and keeps its row until the transaction ends. */
export async function holdContract(transaction: Transaction<Schema>, id: string): Promise<KeptContract | undefined> {
  const row = await transaction.selectFrom('contracts').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  return row && asContract(row)
}

export async function readContract(database: Connection, id: string): Promise<KeptContract | undefined> {
  const row = await database.selectFrom('contracts').selectAll().where('id', '=', id).executeTakeFirst()
  return row && asContract(row)
}

/** The contract under which somebody works or is to work. There is at most one. */
export async function contractOf(
  database: Connection,
  tenant: TenantId,
  person: UserId,
): Promise<KeptContract | undefined> {
  const row = await database
    .selectFrom('contracts')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('person_id', '=', person)
    .where('state', 'in', ['waiting', 'active'])
    .executeTakeFirst()
  return row && asContract(row)
}

/** The contracts somebody answers for, the first to end first; at most 100. */
export async function contractsOfSponsor(
  database: Connection,
  tenant: TenantId,
  sponsor: UserId,
  limit: number,
): Promise<readonly KeptContract[]> {
  const rows = await database
    .selectFrom('contracts')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('sponsor_id', '=', sponsor)
    .where('state', 'in', ['waiting', 'active'])
    .orderBy('ends_at')
    .orderBy('id')
    .limit(Math.min(Math.max(Math.trunc(limit), 1), mostListed))
    .execute()
  return rows.map(asContract)
}

export async function changeContract(database: Connection, id: string, change: ContractChange): Promise<void> {
  const { sponsor } = change
  const columns = {
    ...(sponsor === undefined ? {} : { sponsor_id: sponsor.id, sponsor_name: sponsor.name }),
    request_id: change.requestId,
    state: change.state,
    ends_at: change.endsAt,
    ended_at: change.endedAt,
    ending: change.ending,
    sponsor_gone_at: change.sponsorGoneAt,
    look_at: change.lookAt,
    reminded: change.reminded,
    attempts: change.attempts,
    due_at: change.dueAt,
  }
  await database.updateTable('contracts').set(columns).where('id', '=', id).execute()
}

/** Takes over contracts with which something must be done, the longest due first; each is ours for the lease (milliseconds). */
export async function claimDueContracts(
  database: Kysely<Schema>,
  now: Date,
  limit: number,
  lease: number,
): Promise<readonly KeptContract[]> {
  const rows = await database
    .with('due', (query) =>
      query
        .selectFrom('contracts')
        .select(['id', 'due_at'])
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable('contracts')
    .from('due')
    .set({ due_at: new Date(now.getTime() + lease) })
    .whereRef('contracts.id', '=', 'due.id')
    .returningAll('contracts')
    .returning('due.due_at as was_due')
    .execute()
  const since = (row: { was_due: Date | null }) => row.was_due?.getTime() ?? 0
  return [...rows].sort((one, other) => since(one) - since(other)).map(asContract)
}

function asContract(row: Selectable<ContractsTable>): KeptContract {
  return {
    id: row.id,
    tenant: row.tenant_id as TenantId,
    person: { id: row.person_id as UserId, name: row.person_name },
    sponsor: { id: row.sponsor_id as UserId, name: row.sponsor_name },
    project: row.project,
    requestId: row.request_id,
    state: row.state,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    endedAt: row.ended_at,
    ending: row.ending,
    sponsorGoneAt: row.sponsor_gone_at,
    lookAt: row.look_at,
    reminded: row.reminded,
    attempts: row.attempts,
    dueAt: row.due_at,
    correlationId: row.correlation_id,
  }
}
