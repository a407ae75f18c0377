import type { Transaction } from 'kysely'
import { z } from 'zod'
import type { OperationRequest, OperationResult } from '../operations/operation.ts'
import type { Schema } from '../store/schema.ts'
import { whatFollows } from '../sync/words.ts'
import type { PostDraft } from '../turns/outbox.ts'
import { afresh, afterFailure, backOff, untried } from './attempts.ts'
import { endGrant } from './end-grant.ts'
import { changeGrant, holdGrant, holdMembership, type KeptGrant, othersOf } from './grants.ts'
import type { RowGround } from './ground.ts'
import { grantOperation, revokeOperation } from './operation-ids.ts'
import { tell } from './tell.ts'
import { nextDue, remindersPassed } from './times.ts'
import { factsOf, nameOf, until } from './words.ts'

export type Settle = (
  transaction: Transaction<Schema>,
  request: OperationRequest,
  result: OperationResult,
  detail: Readonly<Record<string, string>>,
) => Promise<readonly PostDraft[]>

/** Moves a grant on when its operation has ended. The end of an earlier attempt changes nothing. */
export function settleGrant(ground: RowGround): Settle {
  return async (transaction, request, result, detail) => {
    const warrant = request.access?.warrant
    const group = request.access?.group
    if (!warrant?.grant || !group) return []
    await holdMembership(transaction, { tenant: request.tenant, group, person: { id: request.target } })
    const grant = await holdGrant(transaction, warrant.grant)
    if (!grant) return []
    if (warrant.by === 'undo') return await undone(ground, transaction, grant, request, result)
    if (request.id === grantOperation(grant) && grant.state === 'waiting')
      return await began(ground, transaction, grant, request, result, detail)
    if (request.id === revokeOperation(grant) && grant.state === 'active')
      return await ended(ground, transaction, grant, request, result)
    return []
  }
}

async function began(
  ground: RowGround,
  transaction: Transaction<Schema>,
  grant: KeptGrant,
  request: OperationRequest,
  result: OperationResult,
  detail: Readonly<Record<string, string>>,
): Promise<readonly PostDraft[]> {
  const at = new Date(result.at)
  if (result.state === 'done') {
    const hadBefore = await wasThereBefore(transaction, grant, detail)
    const works =
      detail.follows === 'member'
        ? whatFollows(ground.policy.hybrid, request, 'member')
        : 'It can take a few minutes until it works everywhere.'
    return await becameActive(ground, transaction, grant, works, {
      hadBefore,
      grantedAt: at,
      attempts: untried(grant.attempts),
    })
  }
  const member = grant.hadBefore ?? (await memberAtFirst(transaction, grant)) ?? toldMember(detail)
  if (result.state !== 'refused') {
    const attempts = afterFailure(grant.attempts)
    const hadBefore = result.state === 'unclear' || member !== undefined ? (member ?? false) : null
    // Not later than its end: an attempt may have made what must be taken back then.
    const next = ground.clock().getTime() + backOff(attempts)
    const dueAt = new Date(Math.min(next, grant.endsAt?.getTime() ?? next))
    await changeGrant(transaction, grant.id, { attempts, hadBefore, dueAt })
    return []
  }
  if (await mayBeThere(transaction, grant)) {
    // An earlier attempt may have made it: what must not be is taken back.
    const now = ground.clock()
    await changeGrant(transaction, grant.id, {
      state: 'active',
      hadBefore: false,
      endsAt: now,
      dueAt: now,
      attempts: afresh(grant.attempts),
    })
  } else
    await changeGrant(transaction, grant.id, { state: 'failed', endedAt: at, ending: result.sentence, dueAt: null })
  return tell(grant, [grant.requester], `access-failed:${grant.id}:${grant.attempts}`, {
    title: `${grant.title}: it could not be given`,
    text: result.sentence,
    facts: factsOf(grant),
  })
}

async function becameActive(
  ground: RowGround,
  transaction: Transaction<Schema>,
  grant: KeptGrant,
  works: string,
  change: Pick<KeptGrant, 'hadBefore' | 'grantedAt' | 'attempts'>,
): Promise<readonly PostDraft[]> {
  const { access } = ground.policy
  const now = ground.clock()
  const active: KeptGrant = {
    ...grant,
    ...change,
    state: 'active',
    reminded: remindersPassed(grant.endsAt, access.remindBeforeEnd, now),
    lookAt: new Date(now.getTime() + access.lookEvery),
  }
  const { state, reminded, lookAt } = active
  await changeGrant(transaction, grant.id, {
    ...change,
    state,
    reminded,
    lookAt,
    dueAt: nextDue(active, access.remindBeforeEnd),
  })
  const stays = grant.endsAt === null ? '' : ' It stays when this ends.'
  return tell(grant, [grant.requester, grant.person], `access-begun:${grant.id}:${active.attempts}`, {
    title: `${grant.title}: ${nameOf(grant.person)} has it now`,
    text: active.hadBefore
      ? `${nameOf(grant.person)} had it before already, so nothing was changed.${stays}`
      : `It lasts ${until(grant.endsAt)}. ${works}`,
    facts: factsOf(grant),
  })
}

async function ended(
  ground: RowGround,
  transaction: Transaction<Schema>,
  grant: KeptGrant,
  request: OperationRequest,
  result: OperationResult,
): Promise<readonly PostDraft[]> {
  const handedBack = request.access?.warrant.by === 'handed-back'
  if (result.state !== 'done') {
    const attempts = afterFailure(grant.attempts, result.state === 'refused')
    // Whoever gave it back in vain may try again; its own end has its own tries.
    const change = handedBack
      ? { attempts: afresh(grant.attempts) }
      : { attempts, dueAt: new Date(ground.clock().getTime() + backOff(attempts)) }
    await changeGrant(transaction, grant.id, change)
    if (request.actor === 'helpbot') return []
    return tell(grant, [{ id: request.actor }], `access-kept:${grant.id}:${grant.attempts}`, {
      title: `${grant.title}: it could not be given back`,
      text: result.sentence,
      facts: factsOf(grant),
    })
  }
  const by = request.actor === grant.person.id ? grant.person : grant.requester
  const why = handedBack ? `${nameOf(by)} gave it back.` : await whyItEnded(transaction, grant)
  return await endGrant(ground, transaction, grant, { why, left: false, at: new Date(result.at) })
}

async function whyItEnded(transaction: Transaction<Schema>, grant: KeptGrant): Promise<string> {
  const contract =
    grant.contractId === null
      ? undefined
      : await transaction
          .selectFrom('contracts')
          .select('ends_at')
          .where('id', '=', grant.contractId)
          .executeTakeFirst()
  const withContract = contract !== undefined && grant.endsAt !== null && grant.endsAt >= contract.ends_at
  if (grant.grantedAt === null) return 'It could not be given as approved, so whatever was made of it was taken back.'
  return withContract ? 'The contract ended, and the access with it.' : 'The time that was agreed is over.'
}

/** IT has undone what was granted, or what was taken back. */
async function undone(
  ground: RowGround,
  transaction: Transaction<Schema>,
  grant: KeptGrant,
  request: OperationRequest,
  result: OperationResult,
): Promise<readonly PostDraft[]> {
  if (result.state !== 'done') return []
  const at = new Date(result.at)
  if (request.name === 'revoke-access' && grant.state === 'active')
    return await endGrant(ground, transaction, grant, { why: 'IT undid it.', left: false, at })
  if (request.name !== 'grant-access' || grant.state !== 'ended') return []
  const now = ground.clock()
  const { access } = ground.policy
  const again: KeptGrant = {
    ...grant,
    state: 'active',
    endedAt: null,
    ending: null,
    hadBefore: false,
    goneAt: null,
    attempts: afresh(grant.attempts),
    reminded: remindersPassed(grant.endsAt, access.remindBeforeEnd, now),
    lookAt: new Date(now.getTime() + access.lookEvery),
  }
  const { state, endedAt, ending, hadBefore, goneAt, attempts, reminded, lookAt } = again
  const dueAt = nextDue(again, access.remindBeforeEnd)
  await changeGrant(transaction, grant.id, {
    ...{ state, endedAt, ending, hadBefore, goneAt, attempts, reminded, lookAt, dueAt },
  })
  return tell(grant, [grant.requester, grant.person], `access-again:${grant.id}:${attempts}`, {
    title: `${grant.title}: ${nameOf(grant.person)} has it again`,
    text: `IT undid that it was taken back. It lasts ${until(grant.endsAt)}.`,
    facts: factsOf(grant),
  })
}

/** Whether the membership is none of ours. One that another grant made is ours, whatever the directory had when this one began. */
async function wasThereBefore(
  transaction: Transaction<Schema>,
  grant: KeptGrant,
  detail: Readonly<Record<string, string>>,
): Promise<boolean> {
  const known = grant.hadBefore ?? (await memberAtFirst(transaction, grant)) ?? toldMember(detail) ?? false
  if (!known) return false
  const others = await othersOf(transaction, grant)
  return !others.some(({ state, hadBefore }) => state === 'active' && hadBefore === false)
}

function toldMember(detail: Readonly<Record<string, string>>): boolean | undefined {
  const told = detail['was-member']
  return told === undefined ? undefined : told === 'yes'
}

const beforeImage = z.object({ member: z.boolean().nullable() })

/** What the first attempt found: a later one may find what that one made. */
async function memberAtFirst(transaction: Transaction<Schema>, grant: KeptGrant): Promise<boolean | undefined> {
  const first = await transaction
    .selectFrom('operations')
    .select('before')
    .where('id', 'in', attemptsOf(grant))
    .where('before', 'is not', null)
    .orderBy('started_at')
    .limit(1)
    .executeTakeFirst()
  return beforeImage.safeParse(first?.before).data?.member ?? undefined
}

/** Whether an attempt to begin may have made the membership without anybody knowing it. */
export async function mayBeThere(transaction: Transaction<Schema>, grant: KeptGrant): Promise<boolean> {
  if (grant.hadBefore === true) return false
  if (grant.hadBefore === false) return true
  const begun = await transaction
    .selectFrom('operations')
    .select('id')
    .where('id', 'in', attemptsOf(grant))
    .where('state', 'in', ['running', 'unclear', 'done'])
    .limit(1)
    .executeTakeFirst()
  return begun !== undefined
}

const mostLookedAt = 50

function attemptsOf(grant: KeptGrant): string[] {
  const count = Math.min(grant.attempts + 1, mostLookedAt)
  return Array.from({ length: count }, (_, attempts) => grantOperation({ id: grant.id, attempts }))
}
