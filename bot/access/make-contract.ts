import type { Transaction } from 'kysely'
import type { Shown } from '../approvals/requests/ground.ts'
import type { AccessRequest } from '../approvals/requests/request.ts'
import { beginOf, endOf } from '../approvals/requests/terms.ts'
import { lockdownNow } from '../lockdown/in-force.ts'
import type { Schema } from '../store/schema.ts'
import { approversOf, decidedAt, nothingToShow } from './approved-request.ts'
import { auditNothing } from './audit-nothing.ts'
import { changeContract, holdContract, insertContract, type KeptContract } from './contracts.ts'
import { cutGrants } from './cut-grants.ts'
import type { RowGround } from './ground.ts'
import { closedContractReminders } from './reminders.ts'
import { tell } from './tell.ts'
import { remindersPassed } from './times.ts'
import { moment, nameOf } from './words.ts'

/** The id of the contract that a request makes. */
export function contractIdOf(request: string): string {
  return `contract:${request}`
}

const along = /^(.+):entry-\d+$/

/** The id of a request for access that is asked for along with a contract; its number counts from 1. */
export function alongWith(contractRequest: string, number: number): string {
  return `${contractRequest}:entry-${number}`
}

/** The contract along with which something was asked for, which may never come to be; null for all other requests. */
export function contractAskedAlong(request: string): string | null {
  const asked = along.exec(request)?.[1]
  return asked === undefined ? null : contractIdOf(asked)
}

/** The request by which a contract was made. */
export function requestOfContract(contract: string): string {
  return contract.slice(contractIdOf('').length)
}

/** An approved contract: due at its start, and what the person has already ends no later than it. */
export async function makeContract(
  ground: RowGround,
  transaction: Transaction<Schema>,
  request: AccessRequest,
): Promise<Shown> {
  const { terms, tenant } = request
  const { person, requester } = terms
  const now = decidedAt(ground, request)
  const startsAt = beginOf(terms.startsAt, now)
  const endsAt = endOf(terms.lasts, startsAt)
  const nothing = async (text: string): Promise<Shown> => {
    await auditNothing(ground, transaction, request, text)
    const posts = tell(request, [requester], `contract-failed:${request.id}`, {
      title: `Contract of ${nameOf(person)}: it cannot begin`,
      text,
      facts: [{ title: 'Project', value: terms.title }],
    })
    return { posts, changes: [] }
  }
  if (endsAt === null || endsAt <= startsAt) return await nothing('It was approved, but its end had passed by then.')
  const contract: KeptContract = {
    id: contractIdOf(request.id),
    tenant,
    person,
    sponsor: requester,
    project: terms.title,
    requestId: request.id,
    state: 'waiting',
    startsAt,
    endsAt,
    endedAt: null,
    ending: null,
    sponsorGoneAt: null,
    lookAt: null,
    reminded: 0,
    attempts: 0,
    dueAt: startsAt,
    correlationId: request.correlationId,
  }
  if (!(await insertContract(transaction, contract))) {
    const same = await holdContract(transaction, contract.id)
    return same
      ? nothingToShow
      : await nothing(`${nameOf(person)} has a contract already. Its sponsor can ask for an extension of it.`)
  }
  await cutGrants(ground, transaction, contract)
  return nothingToShow
}

/**
 * A later end for a contract that there is. Whoever asked for it becomes the sponsor where the last one is gone, and then the
 * end may be the one that it had before that.
 */
export async function extendContract(
  ground: RowGround,
  transaction: Transaction<Schema>,
  request: AccessRequest,
): Promise<Shown> {
  const { terms, tenant } = request
  const { requester } = terms
  const now = decidedAt(ground, request)
  const contract = await holdContract(transaction, terms.extends ?? '')
  const nothing = async (text: string): Promise<Shown> => {
    await auditNothing(ground, transaction, request, text)
    const posts = tell(request, [requester], `contract-extension:${request.id}`, {
      title: `Contract of ${nameOf(terms.person)}: extension`,
      text,
      facts: [{ title: 'Project', value: terms.title }],
    })
    return { posts, changes: [] }
  }
  if (contract?.requestId === request.id) return nothingToShow
  if (!contract || contract.tenant !== tenant || contract.person.id !== terms.person.id)
    return await nothing('What was to be extended is not there any more.')
  if ((await lockdownNow(transaction, tenant)) !== 'open')
    return await nothing(
      'The extension was approved, but IT has closed self-service at the moment. Please ask for it anew later.',
    )
  const over = contract.state === 'ended' || contract.state === 'failed' || contract.endedAt !== null
  if (over || contract.endsAt <= now)
    return await nothing('The extension was approved, but the contract had ended by then.')
  const takesOver = contract.sponsorGoneAt !== null && contract.sponsor.id !== requester.id
  const asked = endOf(terms.lasts, beginOf(terms.startsAt, now))
  const later = asked !== null && asked > contract.endsAt
  if (asked === null || !(later || takesOver))
    return await nothing(`It lasts until ${moment(contract.endsAt)} already, so nothing has changed.`)
  const endsAt = later ? asked : contract.endsAt
  const changes = await closedContractReminders(transaction, contract, `Extended: it lasts until ${moment(endsAt)}.`)
  await changeContract(transaction, contract.id, {
    ...(takesOver ? { sponsor: requester } : {}),
    sponsorGoneAt: null,
    requestId: request.id,
    endsAt,
    reminded: remindersPassed(endsAt, ground.policy.access.remindBeforeEnd, now),
    // Looked at at once: from that its next moments follow.
    lookAt: now,
    dueAt: contract.state === 'waiting' ? contract.startsAt : now,
  })
  const posts = tell(request, [requester, contract.person], `contract-extension:${request.id}`, {
    title: `The contract of ${nameOf(contract.person)} was extended`,
    text: `It now lasts until ${moment(endsAt)}.${takesOver ? ` ${nameOf(requester)} is its sponsor from now on.` : ''}`,
    facts: [
      { title: 'Project', value: contract.project },
      { title: 'Sponsor', value: nameOf(takesOver ? requester : contract.sponsor) },
    ],
  })
  await ground.audit.appendWithin(transaction, {
    kind: 'event',
    action: takesOver ? 'take-over-contract' : 'extend-contract',
    tenant,
    actor: requester.id,
    target: contract.person.id,
    correlationId: request.correlationId,
    operationId: `${request.id}:extend`,
    why: terms.reason,
    outcome: 'done',
    detail: {
      contract: contract.id,
      sponsor: takesOver ? requester.id : contract.sponsor.id,
      'ended-at': contract.endsAt.toISOString(),
      'ends-at': endsAt.toISOString(),
      'approved-by': approversOf(request)
        .map(({ id }) => id)
        .join(', '),
    },
  })
  return { posts, changes }
}
