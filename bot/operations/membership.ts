import type { MembershipReceipt } from '../directory/directory.ts'
import { attempt, lookUntil } from './change.ts'
import type { Before, Changed, OperationRequest, OperationTools, ReadBack } from './operation.ts'

/** A group or a person that was made just now is not known everywhere: so often it is tried in all. */
const mostTries = 3
const looks = 8

/** The group a change of membership is about. @throws Error where the request names none: prepare lets none through */
export function groupOf({ access, id }: OperationRequest) {
  if (!access?.group) throw new Error(`operation ${id} names no group`)
  return access.group
}

/**
 * Makes or ends a membership. Says in `was-member` whether the person was one before: what the directory answers to a repeated
 * change tells nothing of that when the first answer was lost.
 */
export async function changeMembership(
  name: 'add-member' | 'remove-member',
  before: Before,
  write: () => Promise<MembershipReceipt>,
  { pause }: OperationTools,
): Promise<Changed> {
  for (let turn = 1; ; turn++) {
    let receipt: MembershipReceipt | undefined
    const changed = await attempt(name, async () => {
      receipt = await write()
      return receipt
    })
    const again = changed.fate === 'refused' && /^(conflict|not-found):/.test(changed.detail[`${name}-error`] ?? '')
    if (again && turn < mostTries) {
      await pause(1_000 * turn)
      continue
    }
    const was = receipt?.changed === true ? name === 'remove-member' : before.access?.member === true
    return { ...changed, detail: { ...changed.detail, 'was-member': was ? 'yes' : 'no', tries: String(turn) } }
  }
}

/** Looks until the person is a member, or none, as is wanted. */
export async function readMembership(
  request: OperationRequest,
  wanted: boolean,
  { directory, pause }: OperationTools,
): Promise<ReadBack> {
  const group = groupOf(request).id
  const look = async () => (await directory.isMember(group, request.target)) === wanted
  const seen = await lookUntil(look, looks, () => pause(500))
  return seen === 'seen' ? 'as-wanted' : seen === 'not-seen' ? 'unchanged' : 'unknown'
}
