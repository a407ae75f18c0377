import type { Directory } from '../directory/directory.ts'
import type { GroupId } from './person.ts'
import type { Who } from './who.ts'

/**
 * Whether somebody is IT: a member of the configured group, nested included, an employee whose account may sign in. Asked of
 * the directory at every click, because a channel's membership says nothing. Without a group nobody is.
 * @throws DirectoryError: unknown is never yes
 */
export function itMembership(
  directory: Pick<Directory, 'memberOf' | 'user'>,
  group: GroupId | undefined,
): (person: Who) => Promise<boolean> {
  return async (person) => {
    if (group === undefined) return false
    const [user, within] = await Promise.all([directory.user(person.id), directory.memberOf(person.id, [group])])
    return user.accountEnabled === true && user.userType === 'Member' && within.includes(group)
  }
}
