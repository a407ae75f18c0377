import type { Transaction } from 'kysely'
import type { RequestGround, Shown } from '../approvals/requests/ground.ts'
import type { AccessRequest } from '../approvals/requests/request.ts'
import { beginOf, endOf } from '../approvals/requests/terms.ts'
import type { Schema } from '../store/schema.ts'
import { approversOf, decidedAt, nothingToShow } from './approved-request.ts'
import { auditNothing } from './audit-nothing.ts'
import { contractOf } from './contracts.ts'
import { extendGrant } from './extend-grant.ts'
import { insertGrant, type KeptGrant } from './grants.ts'
import type { RowGround } from './ground.ts'
import { contractAskedAlong, extendContract, makeContract } from './make-contract.ts'
import { tell } from './tell.ts'
import { factsOf, moment, nameOf, until } from './words.ts'

/** Makes what was approved, in the transaction in which the request ends: a grant, a later end, a contract. Repeatable. */
export function approvedAccess(ground: RowGround): RequestGround['approved'] {
  return async (transaction, request) => {
    const { kind } = request.terms
    if (kind === 'access') return await makeGrant(ground, transaction, request)
    if (kind === 'extension') return await extendGrant(ground, transaction, request)
    if (kind === 'contract') return await makeContract(ground, transaction, request)
    return await extendContract(ground, transaction, request)
  }
}

/** The id of the grant that a request makes. */
export function grantIdOf(request: string): string {
  return `grant:${request}`
}

async function makeGrant(ground: RowGround, transaction: Transaction<Schema>, request: AccessRequest): Promise<Shown> {
  const { terms, tenant } = request
  const { group, entry, person } = terms
  if (group === null || entry === null) throw new Error(`request ${request.id} names no group`)
  const now = decidedAt(ground, request)
  const startsAt = beginOf(terms.startsAt, now)
  const wanted = endOf(terms.lasts, startsAt)
  const contract = await contractOf(transaction, tenant, person.id)
  const cut = contract !== undefined && (wanted === null || wanted > contract.endsAt)
  const endsAt = cut ? contract.endsAt : wanted
  const tooLate = endsAt !== null && endsAt <= startsAt
  const grant: KeptGrant = {
    id: grantIdOf(request.id),
    tenant,
    person,
    group,
    entry,
    title: terms.title,
    requester: terms.requester,
    requestId: request.id,
    approvers: approversOf(request),
    reason: terms.reason,
    // What was asked for along with a contract is nothing without it, even while nobody has decided about the contract.
    contractId: contract?.id ?? contractAskedAlong(request.id),
    state: tooLate ? 'failed' : 'waiting',
    startsAt,
    endsAt,
    grantedAt: null,
    endedAt: tooLate ? now : null,
    ending: tooLate ? 'It would have ended before it began.' : null,
    hadBefore: null,
    goneAt: null,
    lookAt: null,
    reminded: 0,
    attempts: 0,
    dueAt: tooLate ? null : startsAt,
    correlationId: request.correlationId,
  }
  const written = await insertGrant(transaction, grant)
  if (!written || !(cut || tooLate)) return nothingToShow
  if (tooLate) await auditNothing(ground, transaction, request, 'It would have ended before it began.')
  const { title, text } = tooLate
    ? {
        title: `${terms.title}: it cannot be given`,
        text: `It was approved, but it would end (${until(endsAt)}) before it begins.`,
      }
    : {
        title: `${terms.title}: it ends with the contract`,
        text: `The contract of ${nameOf(person)} ends on ${moment(contract?.endsAt ?? now)}, so this ends then, too.`,
      }
  return {
    posts: tell(grant, [terms.requester], `access-cut:${grant.id}`, { title, text, facts: factsOf(grant) }),
    changes: [],
  }
}
