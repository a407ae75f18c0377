import type { Kysely } from 'kysely'
import { ZodError } from 'zod'
import { type KeptContract, readContract } from '../access/contracts.ts'
import { type KeptGrant, readGrant } from '../access/grants.ts'
import type { AccessRequest } from '../approvals/requests/request.ts'
import { readRequest } from '../approvals/requests/requests.ts'
import type { GroupId, TenantId, UserId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import type { Warrant } from './operation.ts'

/** What a warrant names, as its rows have it now. */
export interface AccessRows {
  readonly grant: KeptGrant | undefined
  /** The one that is named, or the one that the grant belongs to. */
  readonly contract: KeptContract | undefined
  /** The request that carries the grant or the contract now. */
  readonly request: AccessRequest | undefined
}

/** Reads them by their ids. A request that cannot be understood is none. */
export async function accessRows(
  database: Kysely<Schema>,
  warrant: Pick<Warrant, 'grant' | 'contract'>,
): Promise<AccessRows> {
  const grant = warrant.grant === null ? undefined : await readGrant(database, warrant.grant)
  const contractId = warrant.contract ?? grant?.contractId
  const contract = contractId == null ? undefined : await readContract(database, contractId)
  const requestId = warrant.grant === null ? contract?.requestId : grant?.requestId
  return { grant, contract, request: requestId === undefined ? undefined : await understood(database, requestId) }
}

/** Reads a request; undefined where it is not there or cannot be understood. */
export async function understood(database: Kysely<Schema>, id: string): Promise<AccessRequest | undefined> {
  try {
    return await readRequest(database, id)
  } catch (error) {
    if (error instanceof ZodError) return undefined
    throw error
  }
}

/** Why the rows are not of this person and this group; undefined when they are. */
export function strangeRows(
  rows: AccessRows,
  of: {
    readonly warrant: Pick<Warrant, 'grant' | 'contract'>
    readonly tenant: TenantId
    readonly person: UserId
    readonly group: GroupId | null
  },
): string | undefined {
  const { grant, contract } = rows
  const { warrant, tenant, person, group } = of
  if (warrant.grant !== null) {
    if (grant?.tenant !== tenant) return 'there is no such grant'
    if (grant.person.id !== person) return 'the grant is somebody else’s'
    if (grant.group.id !== group) return 'the grant is of another group'
  }
  if (warrant.contract !== null) {
    if (contract?.tenant !== tenant) return 'there is no such contract'
    if (contract.person.id !== person) return 'the contract is somebody else’s'
    if (grant && grant.contractId !== contract.id) return 'the grant belongs to another contract'
  }
  return warrant.grant === null && warrant.contract === null ? 'it names neither a grant nor a contract' : undefined
}

export function contractIsOver(contract: KeptContract, now: Date): boolean {
  return contract.state === 'ended' || contract.state === 'failed' || contract.endsAt.getTime() <= now.getTime()
}
