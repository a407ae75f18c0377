import { plain } from '../../channels/text.ts'
import type { DirectoryUser } from '../../directory/directory.ts'
import { DirectoryError } from '../../directory/directory-error.ts'
import { type GroupId, groupId, type UserId, userId } from '../../identity/person.ts'
import type { Source } from '../../policy/catalogue/catalogue.ts'
import type { RequestGround } from './ground.ts'
import { isStillLineManager, lineManager } from './line-manager.ts'
import type { AccessRequest } from './request.ts'
import { ifThere } from './transient.ts'

const page = 100

/** The people of a source as the directory has them now, whether they may decide or not. */
export interface SourcePeople {
  readonly people: readonly DirectoryUser[]
  /** In what capacity: `owner of Finance Reports`. */
  readonly as: string
  /** All of them, in words. */
  readonly called: string
  /** Why there is nobody at all, after a colon. */
  readonly lacking: string | undefined
}

/**
 * @throws DirectoryError when the directory does not answer. What is not there, and what may not be read, is `lacking`: waiting
 *   would not help.
 */
export async function peopleOf(ground: RequestGround, request: AccessRequest, source: Source): Promise<SourcePeople> {
  try {
    return await lookUp(ground, request, source)
  } catch (error) {
    if (!(error instanceof DirectoryError)) throw error
    if (error.code === 'not-found') return nobody('those who would have to approve are not in the directory any more')
    if (error.code === 'refused') return nobody('the directory does not let me see who would have to approve')
    throw error
  }
}

async function lookUp(ground: RequestGround, request: AccessRequest, source: Source): Promise<SourcePeople> {
  const { directory } = ground
  const named = parseSource(source)
  if (named.from === 'manager') {
    const found = await lineManager(ground, request)
    if (!found.manager) return nobody(found.lacking)
    return {
      people: [found.manager],
      as: `manager of ${found.of}`,
      called: `the manager of ${found.of}`,
      lacking: undefined,
    }
  }
  if (named.from === 'owners') {
    const { group } = request.terms
    if (!group) return nobody('there is no group whose owners could approve it')
    const { people } = await directory.owners(group.id, page)
    const name = plain(group.name, 100)
    return { people, as: `owner of ${name}`, called: `the owners of ${name}`, lacking: undefined }
  }
  if (named.from === 'group') {
    const [group, { people }] = await Promise.all([directory.group(named.id), directory.members(named.id, page)])
    const name = plain(group.displayName, 100)
    return { people, as: `member of ${name}`, called: `the members of ${name}`, lacking: undefined }
  }
  const person = await directory.user(named.id)
  const called = plain(person.displayName, 100)
  return { people: [person], as: 'approver by name', called, lacking: undefined }
}

function nobody(lacking: string): SourcePeople {
  return { people: [], as: '', called: '', lacking }
}

/** Whether somebody is of this source now, enabled or not. @throws DirectoryError when the directory does not answer */
export async function isStillOf(
  ground: RequestGround,
  request: AccessRequest,
  source: Source,
  id: UserId,
): Promise<boolean> {
  const { directory } = ground
  const named = parseSource(source)
  const asked = async () => {
    if (named.from === 'manager') return await isStillLineManager(ground, request, id)
    if (named.from === 'group') return await directory.isMember(named.id, id)
    if (named.from === 'person') return named.id === id
    const { group } = request.terms
    return group !== null && (await directory.owners(group.id, page)).people.some((owner) => owner.id === id)
  }
  return (await ifThere(asked())) ?? false
}

type ParsedSource =
  | { readonly from: 'manager' }
  | { readonly from: 'owners' }
  | { readonly from: 'group'; readonly id: GroupId }
  | { readonly from: 'person'; readonly id: UserId }

function parseSource(source: Source): ParsedSource {
  if (source === 'manager') return { from: 'manager' }
  if (source === 'owners') return { from: 'owners' }
  const id = source.slice(source.indexOf(':') + 1)
  return source.startsWith('group:')
    ? { from: 'group', id: groupId.parse(id) }
    : { from: 'person', id: userId.parse(id) }
}
