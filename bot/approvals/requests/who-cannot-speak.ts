import type { Directory } from '../../directory/directory.ts'
import type { UserId } from '../../identity/person.ts'
import type { AccessRequest, Named } from './request.ts'
import { ifThere } from './transient.ts'

/** Those who said yes to a request. */
export function approversOf({ asks }: Pick<AccessRequest, 'asks'>): readonly Named[] {
  return asks.filter(({ state }) => state === 'approved').map(({ approver }) => approver)
}

/**
 * The first of these people who is no enabled member any more, and whose word counts for nothing by that: asked of the directory now.
 * @throws DirectoryError: unknown is never "yes"
 */
export async function whoCannotSpeak(
  directory: Pick<Directory, 'user'>,
  people: readonly Named[],
): Promise<Named | undefined> {
  const able = await Promise.all(people.map(({ id }) => maySpeak(directory, id)))
  return people.find((_, index) => !able[index])
}

async function maySpeak(directory: Pick<Directory, 'user'>, id: UserId): Promise<boolean> {
  const user = await ifThere(directory.user(id))
  return user?.accountEnabled === true && user.userType === 'Member'
}
