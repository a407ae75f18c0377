import { DirectoryError } from '../../directory/directory-error.ts'
import { plainText } from '../../plain-text.ts'
import type { RequestGround } from './ground.ts'
import type { AccessRequest } from './request.ts'

/** What the directory says of whoever gets access, for showing only. What it does not say is undefined. */
export interface PersonFacts {
  /** A data URI. */
  readonly photo: string | undefined
  readonly jobTitle: string | undefined
  readonly department: string | undefined
  readonly manager: string | undefined
  /** Names of groups they are in; undefined when the directory did not answer. */
  readonly groups: readonly string[] | undefined
  /** So many others are not named. */
  readonly more: number
  /** There are even more than that. */
  readonly evenMore: boolean
}

const mostNamed = 8
const mostCounted = 100
const longestName = 80
/** In characters: beside all else a card of Teams must hold it. */
const longestPhoto = 12_000
const photoPattern = /^data:image\/(?:jpeg|png|gif);base64,[A-Za-z0-9+/]+={0,2}$/

/** Looks up what an approver is shown of the person. What the directory cannot say now is left out. */
export async function personFacts(
  { directory }: Pick<RequestGround, 'directory'>,
  { terms }: AccessRequest,
): Promise<PersonFacts> {
  const { id } = terms.person
  const [user, manager, photo, groups] = await Promise.all([
    orNothing(directory.user(id)),
    orNothing(directory.manager(id)),
    orNothing(directory.photo(id)),
    orNothing(directory.groupsOf(id, mostCounted)),
  ])
  const shown = photo !== undefined && photo.length <= longestPhoto && photoPattern.test(photo)
  return {
    photo: shown ? photo : undefined,
    jobTitle: short(user?.jobTitle),
    department: short(user?.department),
    manager: short(manager?.displayName),
    groups: groups?.groups.slice(0, mostNamed).map(({ displayName }) => plainText(displayName, longestName)),
    more: Math.max(0, (groups?.groups.length ?? 0) - mostNamed),
    evenMore: groups?.more ?? false,
  }
}

function short(text: string | undefined): string | undefined {
  const shown = plainText(text ?? '', longestName)
  return shown === '' ? undefined : shown
}

async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (error instanceof DirectoryError) return undefined
    throw error
  }
}
