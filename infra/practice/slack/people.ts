import type { ProfileChange } from './client.ts'
import { stableId } from './identifiers.ts'
import type { Profile } from './shapes.ts'

/** Somebody in the directory, as far as Slack has an account for them: who has no mail has none. */
export interface DirectoryPerson {
  readonly id: string
  readonly displayName: string
  readonly mail: string | null | undefined
  readonly userType?: 'Member' | 'Guest'
  readonly photo?: string
}

export interface People {
  all(): readonly Profile[]
  get(user: string): Profile | undefined
  byEmail(email: string): Profile | undefined
  userOf(directoryId: string): string | undefined
  change(user: string, change: ProfileChange): Profile | undefined
}

/**
 * Accounts of the workspace. They follow the directory, so that joiners have one at once; what was changed in Slack itself stays
 * changed.
 */
export function createPeople(
  teamId: string,
  directory: {
    people(): Iterable<DirectoryPerson>
    /** By the directory's id; called often. */
    person(id: string): DirectoryPerson | undefined
  },
): People {
  const changes = new Map<string, ProfileChange>()
  /** A Slack id is made of the directory's and never changes, so that both may be remembered. */
  const userIds = new Map<string, string>()
  const directoryIds = new Map<string, string>()
  const userOf = (directoryId: string) => {
    const known = userIds.get(directoryId) ?? stableId('U', directoryId)
    userIds.set(directoryId, known)
    directoryIds.set(known, directoryId)
    return known
  }
  const profileOf = (person: DirectoryPerson): Profile => {
    const id = userOf(person.id)
    const { email, name, ...flags } = changes.get(id) ?? {}
    const isGuest = person.userType === 'Guest'
    return {
      id,
      directoryId: person.id,
      team_id: teamId,
      name: (person.mail ?? id).split('@')[0]?.toLowerCase() ?? id,
      real_name: name ?? person.displayName,
      email: email === null ? undefined : (email ?? person.mail ?? undefined),
      is_bot: false,
      is_restricted: isGuest,
      is_ultra_restricted: false,
      is_stranger: false,
      is_invited_user: false,
      is_email_confirmed: true,
      deleted: false,
      image: person.photo,
      ...flags,
    }
  }
  const all = () => [...directory.people()].filter(({ mail }) => Boolean(mail)).map(profileOf)
  const byUser = (user: string) => {
    if (!directoryIds.has(user)) for (const { id } of directory.people()) userOf(id)
    const directoryId = directoryIds.get(user)
    const person = directoryId === undefined ? undefined : directory.person(directoryId)
    return person?.mail ? person : undefined
  }
  const get = (user: string) => {
    const person = byUser(user)
    return person && profileOf(person)
  }
  return {
    all,
    get,
    byEmail: (email) =>
      all().find((profile) => profile.email?.toLowerCase() === email.toLowerCase() && !profile.deleted),
    userOf: (directoryId) => (get(userOf(directoryId)) ? userOf(directoryId) : undefined),
    change(user, change) {
      if (!get(user)) return undefined
      changes.set(user, { ...changes.get(user), ...change })
      return get(user)
    },
  }
}
