import { listOfDialog } from '../identity/proofs.ts'
import { lockdownNow } from '../lockdown/in-force.ts'
import { settledProofs } from '../lockdown/settled-proofs.ts'
import { closedBy, closedSentence, isStrict, isStrong } from '../policy/lockdown.ts'
import { match } from '../policy/matching.ts'
import type { OperationName } from '../policy/operation-name.ts'
import { operationFacts } from '../policy/operations.ts'
import type { Ground, Sitting } from './ground.ts'

/**
 * Whether a lockdown forbids at this moment what changes no directory and so is no operation of the engine: factors and answers. Asked
 * when it is done, whatever was decided when the conversation began.
 * @returns a sentence for the person, or undefined where it may go on
 */
export async function closedNow(
  ground: Pick<Ground, 'database' | 'policy' | 'clock'>,
  { person, dialogId }: Sitting,
  operation: OperationName,
): Promise<string | undefined> {
  const { database, policy, clock } = ground
  const state = await lockdownNow(database, person.tenant)
  if (state === 'open') return undefined
  const sentence = closedSentence(policy.lockdown.contact)
  if (closedBy(state, operation)) return sentence
  if (!isStrict(state, operationFacts[operation])) return undefined
  const since = clock().getTime() - policy.operations['replace-totp'].freshness
  const given = await settledProofs(ground, state, await listOfDialog(database, dialogId, person))
  const fresh = given.filter(({ counts, at }) => counts && at.getTime() >= since)
  const proved = policy.lockdown.strict
    .filter(isStrong)
    .some((alternative) => match(alternative, fresh).missing.length === 0)
  return proved ? undefined : sentence
}
