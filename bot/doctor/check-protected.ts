import type { Directory } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { Policy } from '../policy/policy.ts'
import type { Finding } from './finding.ts'

const what = 'HELPBOT_POLICY protected'

/**
 * Whether everybody and every group that the policy protects is there: one that was mistyped, or deleted and made anew, protects
 * nobody, and nothing else says so.
 */
export async function checkProtected(
  { people, groups }: Policy['protected'],
  directory: Pick<Directory, 'groups' | 'user'>,
): Promise<Finding[]> {
  if (people.length + groups.length === 0) return []
  try {
    const found = new Set((await directory.groups(groups)).map(({ id }) => id))
    const lost = groups.filter((id) => !found.has(id)).map((id) => gone('group', 'Groups › the group › Overview', id))
    for (const id of people) {
      const isThere = await directory.user(id).then(() => true, isNotThere)
      if (!isThere) lost.push(gone('person', 'Users › the person › Overview', id))
    }
    const count = `groups: ${groups.length}, people: ${people.length}; all of them are in the directory`
    return lost.length > 0 ? lost : [{ status: 'ok', what, why: count }]
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    return [{ status: 'warning', what, why: `whom it protects cannot be looked at: ${error.detail}` }]
  }
}

function isNotThere(error: unknown): false {
  if (error instanceof DirectoryError && error.code === 'not-found') return false
  throw error
}

function gone(kind: 'group' | 'person', where: string, id: string): Finding {
  return {
    status: 'missing',
    what,
    why: `the directory has no ${kind} ${id}: nobody is protected by that line`,
    fix: `write the object id of the ${kind} that is meant (entra.microsoft.com › ${where} › Object ID), or leave it out`,
  }
}
