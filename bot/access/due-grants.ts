import { DirectoryError } from '../directory/directory-error.ts'
import { inParallel } from '../in-parallel.ts'
import { lockdownNow } from '../lockdown/in-force.ts'
import { writePosts } from '../turns/outbox.ts'
import { afterFailure, backOff, failures, patience } from './attempts.ts'
import { beginGrant } from './begin-grant.ts'
import { changeGrant, claimDueGrants, holdGrant, holdMembership, type KeptGrant, readGrant } from './grants.ts'
import type { AccessGround } from './ground.ts'
import { heldAgainst } from './held-against.ts'
import { afterLook } from './look-at-grant.ts'
import { grantOperation } from './operation-ids.ts'
import { type Standing, standingOf } from './presence.ts'
import { grantReminders } from './reminders.ts'
import { runToItsEnd } from './run-to-its-end.ts'
import { type Next, operationStands } from './step.ts'
import { takeBack } from './take-back.ts'
import { tellOfFailure } from './tell-of-failure.ts'
import { nextDue, remindersPassed } from './times.ts'

/**
 * How long a claimed grant is ours. Whoever is slower does no harm: the same attempt is the same operation. Half a minute, so that
 * whoever takes over from one that broke off is done before anybody has kept for a minute what is over.
 */
const lease = 30_000
/** An operation that still runs is looked at again after this time. */
const lookAgain = 30_000
/** What waits for the end of a lockdown looks whether it has come. */
const untilLifted = 10_000
/** So many times what is worked on at once is claimed in one page. */
const pagesAhead = 4

/**
 * Does what is due with grants, the longest due first: begins them, reminds, looks whether they are still there, takes them
 * back. After an outage what is overdue is worked off in order, at the rate of `atOnce` at a time; memory holds one page.
 * @param options limit: at most so many grants in this call; atOnce: worked on at the same time
 * @returns keys of the posts to be brought out
 */
export async function workOffGrants(
  ground: AccessGround,
  options: { readonly limit: number; readonly atOnce: number },
): Promise<readonly string[]> {
  const posts: string[] = []
  for (let left = options.limit; left > 0; ) {
    const size = Math.min(left, options.atOnce * pagesAhead)
    const page = await claimDueGrants(ground.database, ground.clock(), size, lease)
    await inParallel(
      page,
      options.atOnce,
      async (grant) => void posts.push(...(await workOn(ground, grant))),
      // Ours until the lease is over; then somebody tries again.
      ({ id, correlationId }, error) =>
        ground.log.error({ correlationId, grant: id, error: String(error) }, 'a grant could not be worked on'),
    )
    if (page.length < size) break
    left -= page.length
  }
  return posts
}

async function workOn(ground: AccessGround, claimed: KeptGrant): Promise<readonly string[]> {
  const now = ground.clock()
  const passed = claimed.endsAt !== null && claimed.endsAt <= now
  const over = claimed.state === 'active' && passed
  const begins = claimed.state === 'waiting' && !passed
  if (begins && (await lockdownNow(ground.database, claimed.tenant)) !== 'open') return await wait(ground, claimed)
  const trouble = failures(claimed.attempts) > 0
  // The directory is asked before the row is held: a slow one must keep nobody waiting.
  const asked =
    over && (claimed.goneAt !== null || trouble)
      ? await unlessNoAnswer(standingOf(ground.directory, claimed))
      : undefined
  const against = begins ? await unlessNoAnswer(heldAgainst(ground, claimed)) : undefined
  if (asked === noAnswer || against === noAnswer) return await failed(ground, claimed)
  const { next, posts } = await ground.database.transaction().execute(async (transaction) => {
    await holdMembership(transaction, claimed)
    const grant = await holdGrant(transaction, claimed.id)
    const step: Next = grant
      ? await stepOf(ground, transaction, grant, { standing: asked, against })
      : { kind: 'told', posts: [] }
    const drafts = step.kind === 'told' ? step.posts : []
    return { next: step, posts: await writePosts(transaction, drafts, ground.clock) }
  })
  if (next.kind === 'told') return posts
  if (next.kind === 'look') return await look(ground, claimed)
  const run = await runToItsEnd(ground, next.request)
  if (run.ended === 'still-running')
    await changeGrant(ground.database, claimed.id, { dueAt: new Date(ground.clock().getTime() + lookAgain) })
  if (run.ended === 'still-running' || run.ended.state === 'done') return run.posts
  const after = await readGrant(ground.database, claimed.id)
  if (!after || failures(after.attempts) < patience) return run.posts
  // A refusal may be for want of anything to take back; otherwise the operation itself tells IT of it.
  if (run.ended.state === 'refused')
    return [...run.posts, ...(after.state === 'active' ? await look(ground, after) : [])]
  return [...run.posts, ...(await tellOfFailure(ground, after, run.ended))]
}

/** Under a lockdown nothing begins. What was approved is kept, and begins when it is lifted; its end stays where it is. */
async function wait(ground: AccessGround, { id, endsAt }: KeptGrant): Promise<readonly string[]> {
  const next = ground.clock().getTime() + untilLifted
  await changeGrant(ground.database, id, { dueAt: new Date(Math.min(next, endsAt?.getTime() ?? next)) })
  return []
}

async function stepOf(
  ground: AccessGround,
  transaction: Parameters<typeof beginGrant>[1],
  grant: KeptGrant,
  { standing, against }: { readonly standing: Standing | undefined; readonly against: string | undefined },
): Promise<Next> {
  const now = ground.clock()
  const before = ground.policy.access.remindBeforeEnd
  if (grant.state === 'waiting' && grant.startsAt <= now) return await beginGrant(ground, transaction, grant, against)
  if (grant.state === 'active') {
    if (grant.endsAt !== null && grant.endsAt <= now) {
      if (standing === 'person-gone' || standing === 'group-gone')
        return { kind: 'told', posts: await afterLook(ground, transaction, grant, standing) }
      return await takeBack(ground, transaction, grant, standing === undefined ? undefined : standing === 'member')
    }
    const passed = grant.goneAt === null ? remindersPassed(grant.endsAt, before, now) : 0
    if (passed > grant.reminded && grant.endsAt !== null) {
      const reminded = { ...grant, endsAt: grant.endsAt, reminded: passed }
      await changeGrant(transaction, grant.id, { reminded: passed, dueAt: nextDue(reminded, before) })
      return { kind: 'told', posts: grantReminders(reminded, passed) }
    }
    if (grant.goneAt === null && grant.lookAt !== null && grant.lookAt <= now) return { kind: 'look' }
  }
  await changeGrant(transaction, grant.id, { dueAt: nextDue(grant, before) })
  return { kind: 'told', posts: [] }
}

/** Asks the directory whether it is still there. What is over by now is only ended when there is nothing to take back. */
async function look(ground: AccessGround, claimed: KeptGrant): Promise<readonly string[]> {
  const standing = await unlessNoAnswer(standingOf(ground.directory, claimed))
  const nothingThere = standing === 'person-gone' || standing === 'group-gone'
  return await ground.database.transaction().execute(async (transaction) => {
    await holdMembership(transaction, claimed)
    const grant = await holdGrant(transaction, claimed.id)
    const overtaken = grant !== undefined && grant.endsAt !== null && grant.endsAt <= ground.clock()
    if (grant?.state !== 'active' || (overtaken && !nothingThere)) return []
    const drafts = await afterLook(ground, transaction, grant, standing === noAnswer ? undefined : standing)
    return await writePosts(transaction, drafts, ground.clock)
  })
}

const noAnswer = Symbol('the directory does not answer')

async function unlessNoAnswer<T>(asked: Promise<T>): Promise<T | typeof noAnswer> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof DirectoryError) return noAnswer
    throw error
  }
}

/** The directory could not be asked what a beginning or an ending rests on: as if the attempt had failed. */
async function failed(ground: AccessGround, claimed: KeptGrant): Promise<readonly string[]> {
  const attempts = afterFailure(claimed.attempts)
  const now = ground.clock().getTime()
  const next = now + backOff(attempts)
  const { endsAt } = claimed
  // Not later than its end, where that is to come.
  const dueAt = new Date(endsAt !== null && endsAt.getTime() > now ? Math.min(next, endsAt.getTime()) : next)
  const after = await ground.database.transaction().execute(async (transaction) => {
    const grant = await holdGrant(transaction, claimed.id)
    if (grant?.attempts !== claimed.attempts || grant.state !== claimed.state) return undefined
    // One that is being begun comes to its end under the number that it has.
    if (grant.state === 'waiting' && (await operationStands(transaction, grantOperation(grant)))) return undefined
    await changeGrant(transaction, grant.id, { attempts, dueAt })
    return { ...grant, attempts, dueAt }
  })
  const sentence = 'The directory does not answer.'
  const hopeless = after !== undefined && failures(attempts) >= patience
  return hopeless ? await tellOfFailure(ground, after, { sentence }) : []
}
