import type { DirectoryUser } from '../../directory/directory.ts'
import { eligibility, youAreBarred } from './eligible.ts'
import type { RequestGround } from './ground.ts'
import type { AccessRequest, Ask } from './request.ts'
import { isStillOf, peopleOf } from './sources.ts'
import { forAway, isForAway, mostStandIns } from './stand-in.ts'
import { nameOf } from './step/words.ts'
import { ifThere } from './transient.ts'

/**
 * Why somebody who was asked may not decide any more, as the directory has it now: a sentence for them. Undefined when they may:
 * they are an enabled member, and they, or the one in whose place they were asked, still are what the card says.
 * @throws DirectoryError when the directory does not answer
 */
export async function mayStillApprove(
  ground: RequestGround,
  request: AccessRequest,
  ask: Ask,
): Promise<string | undefined> {
  const user = await ifThere(ground.directory.user(ask.approver.id))
  const why = user ? await eligibility(ground.directory, request)(user) : 'gone'
  if (why !== undefined) return youAreBarred[why]
  const line = lineOf(request, ask)
  const [first] = line
  const from = request.stages[ask.stage]?.[ask.panel]?.from
  if (first === undefined || from === undefined) return 'This is not yours to decide any more.'
  for (const { state, approver } of line.slice(0, -1)) {
    // Whoever is gone was replaced by their manager; but what somebody passed on counts only as long as their own word would.
    if (state === 'delegated' && !isActive(await ifThere(ground.directory.user(approver.id))))
      return `${nameOf(approver)}, who passed this on, cannot approve anything any more.`
  }
  if (await isStillOf(ground, request, from, first.approver.id)) return undefined
  if (isForAway(first.as) && (await standsInForAway(ground, request, first))) return undefined
  return first.id === ask.id
    ? `You were asked as: ${ask.as}. That is not so any more, so this is not yours to decide.`
    : `${nameOf(first.approver)} was asked as: ${first.as}. That is not so any more, so nobody decides in their place.`
}

/** The asks that led to this one, the first first. */
function lineOf(request: AccessRequest, ask: Ask): readonly Ask[] {
  const line = [ask]
  // An ask comes after the one whose place it took, so there are never more steps than asks.
  for (let step = 0; step < request.asks.length; step++) {
    const before = request.asks.find(({ id }) => id === line[0]?.insteadOf)
    if (!before) break
    line.unshift(before)
  }
  return line[0]?.insteadOf === null ? line : []
}

/** Whether somebody for whom they were asked, who was away then, still would be asked, and still reports to them. */
async function standsInForAway(ground: RequestGround, request: AccessRequest, ask: Ask): Promise<boolean> {
  const from = request.stages[ask.stage]?.[ask.panel]?.from
  if (from === undefined) return false
  const { people } = await peopleOf(ground, request, from)
  for (const user of people.filter(({ displayName }) => forAway(displayName) === ask.as)) {
    let at = user
    for (let level = 0; level < mostStandIns; level++) {
      const { id } = at
      const manager = await ifThere(ground.directory.manager(id))
      if (!manager) break
      if (manager.id === ask.approver.id) return true
      at = manager
    }
  }
  return false
}

function isActive(user: DirectoryUser | undefined): boolean {
  return user?.accountEnabled === true && user.userType === 'Member'
}
