import type { Identifiers } from './identifiers.ts'

/** A person of the practice company as Teams knows them. */
export interface TeamsPerson {
  /** Object id in Microsoft Entra ID (GUID). */
  readonly id: string
  readonly name: string
  readonly givenName?: string
  readonly userPrincipalName: string
  readonly email?: string
  /** The person's home tenant. */
  readonly tenantId: string
  readonly guest?: boolean
}

/** A row of the roster as the connector returns it (TeamsChannelAccount). */
export function rosterEntry(person: TeamsPerson, identifiers: Identifiers) {
  const surname = person.name.split(' ').slice(1).join(' ')
  return {
    id: identifiers.ofPerson(person.id),
    objectId: person.id,
    aadObjectId: person.id,
    name: person.name,
    givenName: person.givenName ?? person.name.split(' ')[0] ?? person.name,
    ...(surname ? { surname } : {}),
    ...(person.email ? { email: person.email } : {}),
    userPrincipalName: person.userPrincipalName,
    tenantId: person.tenantId,
    userRole: person.guest ? 'guest' : 'user',
  }
}

export interface Installation {
  readonly installed: boolean
  readonly blocked: boolean
}

/** Who has the app, and who blocked it. Only what differs from the company's setup policy is remembered. */
export interface Installations {
  of(personId: string): Installation
  set(personId: string, change: Partial<Installation>): Installation
  /** True exactly once for each person and installation: the first time Teams tells the bot about them. */
  announce(personId: string): boolean
}

/** `byPolicy` says for whom an app setup policy has installed the app without their doing. */
export function createInstallations(byPolicy: (personId: string) => boolean): Installations {
  const changed = new Map<string, Installation>()
  const announced = new Set<string>()
  const of = (personId: string) => changed.get(personId) ?? { installed: byPolicy(personId), blocked: false }
  return {
    of,
    set(personId, change) {
      const next = { ...of(personId), ...change }
      changed.set(personId, next)
      if (!next.installed) announced.delete(personId)
      return next
    },
    announce(personId) {
      if (announced.has(personId)) return false
      announced.add(personId)
      return true
    },
  }
}
