import type { Kysely, Transaction } from 'kysely'
import type { Logger } from 'pino'
import type { Audit } from '../audit/audit.ts'
import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { Escalation } from '../escalation/escalation.ts'
import { inParallel } from '../in-parallel.ts'
import { formatDuration } from '../policy/duration.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import { type PostDraft, writePosts } from '../turns/outbox.ts'
import { claimDueFollowUps, type FollowUp, holdWaiting } from './follow-up.ts'
import { changeForIt, givenUpWords, seenWords } from './words.ts'
import { firstLook } from './write-follow-up.ts'

/** How long a claimed row is ours. Whoever is slower does no harm: the end is written once. */
const lease = 30_000
/** Looks are never further apart than this. */
const longestPause = 120_000
const atOnce = 8

export interface FollowUpGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  /** Entra ID alone: the side that a sync brings things to. */
  readonly entra: { correlated(correlationId: string): Pick<Directory, 'user' | 'isMember'> }
  readonly policy: Pick<Policy, 'hybrid' | 'version'>
  readonly escalation: Pick<Escalation, 'open'>
  readonly audit: Audit
  readonly log: Logger
}

/**
 * Looks whether what was written on-premises is in Entra ID by now, tells the person when it is, and the person and IT when it is
 * not after all that time.
 * @returns a job: looks after at most `limit` of what is due, and answers the keys of the posts to be brought out
 */
export function followUps(ground: FollowUpGround): (limit: number) => Promise<readonly string[]> {
  return async (limit) => {
    const posts: string[] = []
    const page = await claimDueFollowUps(ground.database, ground.clock(), limit, lease)
    await inParallel(
      page,
      atOnce,
      async (claimed) => void posts.push(...(await lookAfter(ground, claimed))),
      // Ours until the lease is over; then somebody tries again.
      ({ operation, correlationId }, error) =>
        ground.log.error({ correlationId, operation, error: String(error) }, 'a sync could not be followed'),
    )
    return posts
  }
}

async function lookAfter(ground: FollowUpGround, claimed: FollowUp): Promise<readonly string[]> {
  // The directory is asked before the row is held: a slow one must keep nobody waiting.
  const there = await isThere(ground, claimed)
  const now = ground.clock()
  if (there) return await end(ground, claimed, 'seen')
  if (now >= claimed.giveUpAt) {
    // A thread has its own id: opened again after a crash it is the same one.
    const told = await tellIt(ground, claimed)
    return [...told, ...(await end(ground, claimed, 'given-up'))]
  }
  await ground.database
    .updateTable('sync_follow_ups')
    .set({ due_at: nextLook(ground, claimed, now) })
    .where('operation_id', '=', claimed.operation)
    .where('state', '=', 'waiting')
    .execute()
  return []
}

/** As long again as it has been waited for, within bounds. */
function nextLook({ policy }: FollowUpGround, { giveUpAt }: FollowUp, now: Date): Date {
  const waited = now.getTime() - (giveUpAt.getTime() - policy.hybrid.giveUpAfter)
  const pause = Math.min(Math.max(waited, firstLook), longestPause)
  return new Date(Math.min(now.getTime() + pause, giveUpAt.getTime()))
}

/** Whether Entra ID says it; without an answer: no, not yet. */
async function isThere({ entra }: FollowUpGround, followUp: FollowUp): Promise<boolean> {
  const { person, kind, group, since, correlationId } = followUp
  const directory = entra.correlated(correlationId)
  try {
    if (kind === 'member' || kind === 'not-member')
      return group !== null && (await directory.isMember(group, person)) === (kind === 'member')
    const { passwordChangedAt, accountEnabled } = await directory.user(person)
    if (kind === 'password') return passwordChangedAt !== undefined && passwordChangedAt > since
    return accountEnabled === (kind === 'enabled')
  } catch (error) {
    if (error instanceof DirectoryError) return false
    throw error
  }
}

async function end(
  ground: FollowUpGround,
  { operation }: FollowUp,
  state: 'seen' | 'given-up',
): Promise<readonly string[]> {
  const { database, clock, policy } = ground
  return await database.transaction().execute(async (transaction) => {
    const followUp = await holdWaiting(transaction, operation)
    // A later change has overtaken it, or somebody else saw it.
    if (!followUp) return []
    await transaction
      .updateTable('sync_follow_ups')
      .set({ state, due_at: null, ended_at: clock() })
      .where('operation_id', '=', operation)
      .execute()
    const words =
      state === 'seen' ? seenWords(followUp) : givenUpWords(followUp, formatDuration(policy.hybrid.giveUpAfter))
    const posts = await writePosts(transaction, words ? [draft(followUp, state, words)] : [], clock)
    await writeDown(ground, transaction, followUp, state)
    return posts
  })
}

function draft(
  { operation, tenant, person, correlationId }: FollowUp,
  state: string,
  data: { readonly title: string; readonly text: string },
): PostDraft {
  const content = { card: 'message', data }
  return { key: `sync-${state}:${operation}`, to: { tenant, person }, content, correlationId }
}

async function writeDown(
  { audit, policy }: FollowUpGround,
  transaction: Transaction<Schema>,
  { operation, tenant, person, kind, group, correlationId }: FollowUp,
  state: 'seen' | 'given-up',
): Promise<void> {
  await audit.appendWithin(transaction, {
    kind: 'event',
    action: 'confirm-sync',
    tenant,
    actor: 'helpbot',
    target: person,
    correlationId,
    operationId: operation,
    outcome: state === 'seen' ? 'done' : 'failed',
    policyVersion: policy.version,
    detail: { change: kind, ...(group === null ? {} : { group }) },
  })
}

async function tellIt({ escalation, policy }: FollowUpGround, followUp: FollowUp): Promise<readonly string[]> {
  const { operation, tenant, person, kind, words, correlationId } = followUp
  const { posts } = await escalation.open({
    id: `sync:${operation}`,
    person: { tenant, id: person, name: '' },
    reason: 'operation-failed',
    title: 'A change has not arrived in Microsoft 365',
    urgency: kind === 'disabled' ? 'high' : 'normal',
    facts: [
      { title: 'Changed on-premises', value: changeForIt[kind] },
      ...(words === '' ? [] : [{ title: 'Group', value: words }]),
      { title: 'Waited for', value: formatDuration(policy.hybrid.giveUpAfter) },
      {
        title: 'What to look at',
        value: 'The synchronisation to Microsoft 365, and whether this object is in its scope',
      },
    ],
    correlationId,
  })
  return posts
}
