import type { AgentLink } from '../agent-link/agent-link.ts'
import type { Directory } from '../directory/directory.ts'
import type { Holders } from '../directory/entra-on-premises.ts'
import { immutableIdOf } from '../directory/match-anchor.ts'
import type { UserId } from '../identity/person.ts'

export interface PersonOfGround {
  readonly link: Pick<AgentLink, 'ask'>
  readonly directoryFor: (correlationId: string) => Pick<Directory, 'authority'>
  /** Who in Entra ID has this immutable id. @throws DirectoryError */
  readonly holders: (immutableId: string) => Promise<Holders>
  readonly requestId: () => string
}

/**
 * Whose account an object of Active Directory is: found by both anchors that a sync may use, and only where the way back leads to the
 * same object. Undefined where that cannot be said for certain.
 * @throws DirectoryError
 */
export function personOf(ground: PersonOfGround): (domain: string, objectGuid: string) => Promise<UserId | undefined> {
  return async (domain, objectGuid) => {
    const correlationId = ground.requestId()
    const { value } = await ground.link.ask('user', { guid: objectGuid }, { domain, correlationId })
    const anchors = new Set([value.guid, value.consistencyGuid ?? value.guid])
    const found = await Promise.all([...anchors].map((anchor) => ground.holders(immutableIdOf(anchor))))
    const [person, ...others] = new Set(found.flatMap(({ live }) => live))
    if (person === undefined || others.length > 0) return undefined
    const authority = await ground.directoryFor(correlationId).authority(person)
    return authority.at === 'active-directory' && authority.guid === value.guid ? person : undefined
  }
}
