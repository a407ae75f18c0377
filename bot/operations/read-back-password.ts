import type { PasswordState } from '../directory/directory.ts'
import { lookUntil } from './change.ts'
import { writtenOnPremises } from './on-premises.ts'
import type { Before, OperationRequest, OperationTools, ReadBack } from './operation.ts'

const tries = 8

/** Looks, where the account is mastered, whether its password is another one than before. */
export async function readBackPassword(
  request: OperationRequest,
  before: Before,
  { directory, pause }: OperationTools,
): Promise<ReadBack> {
  let last: ReadBack = 'unchanged'
  const look = async () => {
    last = writtenOnPremises(before)
      ? compared(before, await directory.passwordState(request.target))
      : isNewer((await directory.user(request.target)).passwordChangedAt, before.passwordChangedAt ?? before.startedAt)
        ? 'as-wanted'
        : 'unchanged'
    return last !== 'unchanged'
  }
  const seen = await lookUntil(look, tries, () => pause(500))
  return seen === 'unknown' ? 'unknown' : last
}

/**
 * A temporary password has no time of its own in Active Directory: pwdLastSet is 0 while a new one must be chosen
 * (MS-ADA3 pwdLastSet). Where that was so before, looking tells nothing.
 */
function compared(before: Before, now: PasswordState): ReadBack {
  if (isNewer(now.changedAt, before.password?.changedAt ?? before.startedAt)) return 'as-wanted'
  if (now.mustChange === false) return 'unchanged'
  return now.mustChange === true && before.password?.mustChange === false ? 'as-wanted' : 'as-before'
}

function isNewer(changedAt: Date | undefined, since: string): boolean {
  return changedAt !== undefined && changedAt.getTime() > Date.parse(since)
}
