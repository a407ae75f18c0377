import type { Standing } from '../desk.ts'
import { listOfDialog } from '../identity/proofs.ts'
import { askForLockdown } from '../lockdown/ask.ts'
import { type Came, no } from '../lockdown/ground.ts'
import { readInForce } from '../lockdown/in-force.ts'
import { leaveOf } from '../lockdown/leave.ts'
import type { LockdownDesk } from '../lockdown/lockdown-desk.ts'
import { openProposal, operationFor, wantedStates } from '../lockdown/proposals.ts'
import { confirmLockdown, withdrawLockdown } from '../lockdown/settle.ts'
import { askFor, factsOfForce, factsOfProposal } from '../lockdown/words.ts'
import type { OperationName } from '../policy/operation-name.ts'
import { elsewhere, newLinkOf, stillNew } from '../slack-people/new-link.ts'
import type { Ground, Sitting } from './ground.ts'
import { eventOf } from './proving.ts'

/** The switch for elevated threat, as somebody of IT works it in a conversation. */
export function lockingDown(ground: Ground, sitting: Sitting): LockdownDesk {
  const { person, dialogId, correlationId, channel } = sitting
  const { database } = ground
  const { tenant } = person

  async function told(came: Promise<Came>): Promise<{ readonly ok: boolean; readonly sentence: string }> {
    const { ok, sentence, posts } = await came
    await ground.bringOut(posts)
    return { ok, sentence }
  }

  /** An account that was linked lately says nothing of who sits at it; a code, or their manager, does. */
  async function settled(work: () => Promise<Came>): Promise<Came> {
    const link = await newLinkOf(ground, person, channel)
    const proofs = link ? await listOfDialog(database, dialogId, person) : []
    const proved = proofs.some(({ method, counts }) => counts && (method === 'totp' || method === 'manager'))
    return link && !proved ? no(stillNew(link, elsewhere)) : await work()
  }

  return {
    async lockdown() {
      if (!(await ground.isIt(person))) return undefined
      const [inForce, open] = await Promise.all([readInForce(database, tenant), openProposal(database, tenant)])
      const waits = open !== undefined && open.expiresAt > ground.clock()
      const operation = waits ? operationFor(inForce?.mode, open.wanted) : undefined
      const choices = wantedStates.flatMap((wanted) => {
        const needed = operationFor(inForce?.mode, wanted)
        return needed ? [{ wanted, operation: needed, title: askFor[wanted] }] : []
      })
      return {
        inForce: inForce !== undefined,
        facts: factsOfForce(inForce),
        waiting:
          waits && operation
            ? {
                id: open.id,
                facts: factsOfProposal(open),
                mine: open.askedBy.id === person.id,
                wanted: open.wanted,
                operation,
              }
            : undefined,
        choices: waits ? [] : choices,
      }
    },
    askForLockdown: (key, wanted, reason) =>
      told(
        settled(() =>
          askForLockdown(ground, person, { id: `${dialogId}:${key}`, wanted, reason, correlationId, dialogId }),
        ),
      ),
    confirmLockdown: (id) => told(settled(() => confirmLockdown(ground, person, { id, dialogId }))),
    withdrawLockdown: (id) => told(withdrawLockdown(ground, person, id)),
  }
}

/** What the policy says of what concerns everybody: for talking; it is decided anew when it is asked for and when it is confirmed. */
export async function standingForEverybody(
  ground: Ground,
  sitting: Sitting,
  operation: OperationName,
): Promise<Standing> {
  const { person, dialogId } = sitting
  const decision = await leaveOf(ground, { ...person, dialogId }, operation, [])
  if (decision.verdict === 'need-proof') return { verdict: 'need-proof', alternatives: decision.alternatives }
  if (decision.verdict !== 'refuse') {
    const { freshness } = ground.policy.operations[operation]
    return { verdict: 'allow', until: new Date(ground.clock().getTime() + freshness) }
  }
  const { sentence, tellIt, detail, code, policyVersion } = decision
  await ground.audit.append({
    ...eventOf(sitting, operation, 'failed', { refusal: code, because: detail }),
    operationId: `refusal:${dialogId}:${operation}`,
    outcome: 'refused',
    policyVersion,
  })
  return { verdict: 'no', sentence, tellIt, detail }
}
