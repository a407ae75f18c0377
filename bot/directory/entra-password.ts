import type { UserId } from '../identity/person.ts'
import type { DirectoryUser, PasswordSlot, Receipt } from './directory.ts'
import { DirectoryError } from './directory-error.ts'
import { address } from './graph-address.ts'
import type { Graph } from './graph-client.ts'
import { GraphAnswerError } from './graph-errors.ts'
import { sentences } from './sentences.ts'

/**
 * Sets a password that must be changed at the next sign-in. passwordProfile alone: together with another property one
 * refusal would undo both (learn.microsoft.com/graph/api/user-update).
 * @throws DirectoryError protected when the account is mastered on-premises, policy when the password was not accepted,
 *   unreachable with maybeDone when nobody can tell
 */
export async function setEntraPassword(
  graph: Graph,
  id: UserId,
  slot: PasswordSlot,
  read: (id: UserId) => Promise<DirectoryUser>,
): Promise<Receipt> {
  const password = slot.make()
  // Kept before it is sent: when the answer gets lost, it may be the password all the same.
  slot.put(password)
  const body = { passwordProfile: { password, forceChangePasswordNextSignIn: true } }
  const options = { title: 'PATCH /users/{id} passwordProfile', secrets: [password] }
  try {
    return await graph.write('PATCH', address(['users', id]), body, options)
  } catch (error) {
    if (error instanceof GraphAnswerError && error.status === 400) throw await explain(error, () => read(id))
    throw error
  }
}

/** Graph answers 400 to a synced account and to a weak password alike: looking at the account tells them apart. */
async function explain(error: GraphAnswerError, read: () => Promise<DirectoryUser>): Promise<DirectoryError> {
  const { detail, requestId } = error
  // When the look fails too, the first error is the one that counts.
  const user = await read().catch(() => undefined)
  if (user?.sourceOfAuthority === 'on-premises')
    return new DirectoryError('protected', { sentence: sentences.protected, detail, requestId, cause: error })
  if (/password/i.test(`${error.vendorCode} ${error.vendorMessage}`))
    return new DirectoryError('policy', { sentence: sentences.policy, detail, requestId, cause: error })
  return error
}
