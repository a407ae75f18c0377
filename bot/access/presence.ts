import type { Directory, DirectoryUser } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { UserId } from '../identity/person.ts'
import type { Membership } from './grants.ts'

/** What the directory says of a membership: there, or not, or the person or the group is no more. */
export type Standing = 'member' | 'not-member' | 'person-gone' | 'group-gone'

/** @throws DirectoryError where it cannot be told */
export async function standingOf(directory: Directory, { group, person }: Membership): Promise<Standing> {
  try {
    if (await directory.isMember(group.id, person.id)) return 'member'
  } catch (error) {
    if (!isNotFound(error)) throw error
    if (await isGone(() => directory.group(group.id))) return 'group-gone'
  }
  return (await userOrGone(directory, person.id)) === 'gone' ? 'person-gone' : 'not-member'
}

/** @throws DirectoryError where it cannot be told */
export async function userOrGone(directory: Directory, id: UserId): Promise<DirectoryUser | 'gone'> {
  try {
    return await directory.user(id)
  } catch (error) {
    if (isNotFound(error)) return 'gone'
    throw error
  }
}

async function isGone(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look()
    return false
  } catch (error) {
    if (isNotFound(error)) return true
    throw error
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof DirectoryError && error.code === 'not-found'
}
