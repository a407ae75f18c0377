import type { AccountDoor } from '../directory/directory.ts'
import { lookUntil } from './change.ts'
import { writtenOnPremises } from './on-premises.ts'
import type { Before, OperationRequest, OperationTools, ReadBack } from './operation.ts'

const looks = 8

/** Looks, where the account is mastered, until sign-in is allowed or blocked as is wanted. */
export async function enabledIs(
  wanted: boolean,
  { target }: OperationRequest,
  before: Before,
  { directory, pause }: OperationTools,
): Promise<ReadBack> {
  const look = async () => {
    const enabled = writtenOnPremises(before)
      ? enabledThere(await directory.accountDoor(target))
      : (await directory.user(target)).accountEnabled
    return enabled === wanted
  }
  const seen = await lookUntil(look, looks, () => pause(500))
  return seen === 'seen' ? 'as-wanted' : seen === 'not-seen' ? 'unchanged' : 'unknown'
}

function enabledThere(door: AccountDoor): boolean | undefined {
  return door.at === 'active-directory' ? door.enabled : undefined
}
