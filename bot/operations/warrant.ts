import type { Kysely } from 'kysely'
import { contractOf, type KeptContract } from '../access/contracts.ts'
import type { KeptGrant } from '../access/grants.ts'
import { contractIdOf } from '../access/make-contract.ts'
import { grantIdOf } from '../access/make-grant.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import { type AccessRows, accessRows, contractIsOver, strangeRows, understood } from './access-rows.ts'
import { approvalFails } from './approved.ts'
import type { Warrant } from './operation.ts'
import type { AccessChangeRequest } from './steps.ts'
import { undoWarrant } from './warrant-of-undo.ts'
import type { Warranted, WarrantGround } from './warranted.ts'

type Of<By extends Warrant['by']> = Extract<Warrant, { by: By }>

/**
 * Looks whether what is to carry a change of access holds at this moment. The request's own words count for nothing: what they name
 * is read by its id, and must say the same.
 * @throws DirectoryError: unknown is never "yes"
 */
export async function checkWarrant(ground: WarrantGround, request: AccessChangeRequest): Promise<Warranted> {
  const { tenant, target: person } = request
  const { warrant, group } = request.access
  const rows = await accessRows(ground.database, warrant)
  const answer = { rows, instead: undefined, proofs: [] }
  const strange = strangeRows(rows, { warrant, tenant, person, group: group?.id ?? null })
  if (strange !== undefined) return { ...answer, unwarranted: strange }
  if (warrant.by === 'undo') return { ...answer, ...(await undoWarrant(ground, request, warrant)) }
  return { ...answer, unwarranted: await failing(ground, request, rows) }
}

async function failing(
  ground: WarrantGround,
  request: AccessChangeRequest,
  rows: AccessRows,
): Promise<string | undefined> {
  const { warrant } = request.access
  const now = ground.clock()
  if (warrant.by === 'approval') return await approvalFailing(ground, request, rows, warrant)
  if (warrant.by === 'expiry' && request.name === 'revoke-access') return await endOfAccessFailing(ground, rows, now)
  if (warrant.by === 'expiry' && request.name === 'disable-account')
    return await endOfContractFailing(ground, rows, now)
  if (warrant.by === 'handed-back' && request.name === 'revoke-access') return handedBackFailing(request, rows)
  return `${warrant.by} carries no ${request.name}`
}

async function approvalFailing(
  ground: WarrantGround,
  { name, tenant, target: person }: AccessChangeRequest,
  { grant, contract, request }: AccessRows,
  warrant: Of<'approval'>,
): Promise<string | undefined> {
  if (name !== (grant ? 'grant-access' : 'enable-account')) return `an approval of that kind carries no ${name}`
  const row = grant ?? contract
  if (!row || !request || !(await isOf(ground.database, row, warrant.request))) return 'it belongs to another request'
  if (row.state !== 'waiting') return `it is ${row.state}, and does not wait to begin`
  const now = ground.clock().getTime()
  if (now < row.startsAt.getTime()) return 'it has not begun yet'
  if (row.endsAt !== null && row.endsAt.getTime() <= now) return 'its end has passed'
  if (grant && contract && contractIsOver(contract, ground.clock())) return 'the contract it belongs to is over'
  const kinds = grant ? ['access', 'extension'] : ['contract', 'contract-extension']
  if (!kinds.includes(request.terms.kind)) return 'the request is of another kind'
  if (!grant && (await wasBlockedForSafety(ground, tenant, person))) return 'the account was blocked for its safety'
  const what = { tenant, person, group: grant?.group.id ?? null, endsAt: row.endsAt }
  return await approvalFails(ground.directory, request, what)
}

/**
 * Whether a request made the grant or the contract, or extended it. One that is extended in the moment in which it begins is carried by the
 * extension when the operation looks, which names the request before that: what carries it now is what must hold.
 */
async function isOf(database: Kysely<Schema>, row: KeptGrant | KeptContract, id: string): Promise<boolean> {
  if (row.requestId === id || row.id === grantIdOf(id) || row.id === contractIdOf(id)) return true
  const named = await understood(database, id)
  return named?.tenant === row.tenant && named.state === 'approved' && named.terms.extends === row.id
}

/** The end of a grant; or of the contract under which the person has the membership, whoever gave it. */
async function endOfAccessFailing(
  ground: WarrantGround,
  { grant, contract }: AccessRows,
  now: Date,
): Promise<string | undefined> {
  if (!grant) return await endOfContractFailing(ground, { contract }, now)
  if (grant.state !== 'active') return `the grant is ${grant.state}`
  if (grant.endsAt !== null && grant.endsAt.getTime() <= now.getTime()) return undefined
  return contract && contractIsOver(contract, now) ? undefined : 'its end has not come yet'
}

async function endOfContractFailing(
  ground: WarrantGround,
  { contract }: { readonly contract: KeptContract | undefined },
  now: Date,
): Promise<string | undefined> {
  if (!contract) return 'it names no contract'
  if (contract.state !== 'active' && contract.state !== 'ended') return `the contract is ${contract.state}`
  if (now.getTime() < contract.endsAt.getTime()) return 'the contract has not ended yet'
  const other = await contractOf(ground.database, contract.tenant, contract.person.id)
  return other && other.id !== contract.id ? 'the account works under another contract now' : undefined
}

function handedBackFailing(request: AccessChangeRequest, { grant }: AccessRows): string | undefined {
  if (grant?.state !== 'active') return `the grant is ${grant?.state ?? 'not there'}`
  const theirs = request.actor === grant.person.id || request.actor === grant.requester.id
  return theirs ? undefined : 'somebody else gave it back'
}

/** What somebody blocked because of a thief, or IT did, is opened by IT alone: a contract opens what a contract has shut. */
async function wasBlockedForSafety({ database }: WarrantGround, tenant: TenantId, person: UserId): Promise<boolean> {
  const last = await database
    .selectFrom('operations')
    .select('name')
    .where('tenant_id', '=', tenant)
    .where('target_id', '=', person)
    .where('name', 'in', ['protect-account', 'freeze-account', 'disable-account', 'enable-account'])
    .where('state', 'in', ['done', 'unclear'])
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return last?.name === 'protect-account' || last?.name === 'freeze-account'
}
