import { randomUUID } from 'node:crypto'
import type { AgentLink } from '../agent-link/agent-link.ts'
import type { Clock } from '../clock.ts'
import type { GroupId, UserId } from '../identity/person.ts'
import { type ActiveDirectory, activeDirectory } from './active-directory.ts'
import type { Authority, Directory, Privilege } from './directory.ts'
import { DirectoryError } from './directory-error.ts'
import type { EntraDirectory, EntraSide } from './entra.ts'
import { privilegeOf } from './entra-privilege.ts'
import { type MatchGround, matchGroup, matchUser } from './match-live.ts'
import type { Match } from './match-object.ts'
import { refusal, unseen } from './match-refusal.ts'
import { shortMemory } from './short-memory.ts'
import { type WrittenLately, writtenLately } from './written-lately.ts'

/** Which sides may be written at all. Where an object is mastered is found, whatever this says. */
export type DirectoryType = 'entra' | 'on-premises' | 'hybrid'

export interface HybridDeps {
  readonly entra: EntraDirectory
  readonly link: Pick<AgentLink, 'ask' | 'domains'>
  readonly type: DirectoryType
  readonly clock: Clock
  /** Makes the correlation id of a call that was given none. */
  readonly requestId?: () => string
}

/** Both directories as one, and the same under a correlation id of the caller's, in Microsoft's logs and in the agent's. */
export interface HybridDirectory extends Directory {
  correlated(correlationId: string): Directory
}

/**
 * People and groups as Entra ID shows them, written where each is mastered and only there. What a write rests on is matched anew for
 * every write.
 */
export function hybridDirectory({ entra, link, type, clock, requestId = randomUUID }: HybridDeps): HybridDirectory {
  const deps = { link, type, clock, lately: writtenLately<Place>(clock) }
  return {
    ...overBoth(entra, { ...deps, correlationId: requestId }),
    correlated: (correlationId) =>
      overBoth(entra.correlated(correlationId), { ...deps, correlationId: () => correlationId }),
  }
}

/** An object of Active Directory, by what names it. */
interface Place {
  readonly domain: string
  readonly guid: string
}

interface Surroundings extends Pick<HybridDeps, 'link' | 'type' | 'clock'>, Pick<MatchGround, 'correlationId'> {
  /** By correlation id and person: what one operation writes, it reads back. */
  readonly lately: WrittenLately<Place>
}

/** An object of Active Directory as all of them are: named, and written or not. */
interface OnPremisesObject {
  readonly guid: string
  readonly dn: string
  readonly writable: { readonly allowed: boolean; readonly because: string | null }
}

const cloudPerson =
  'That group is looked after in your company’s own network, and the account is not, so I cannot change whether it is a member. IT can tell you more.'
const twoDomains =
  'That group and that account are in different networks of your company, and I do not change members across them. IT can do it for you.'

function overBoth(entra: EntraSide, { link, type, clock, correlationId, lately }: Surroundings): Directory {
  const ground = { entra, link, writesActiveDirectory: type !== 'entra', correlationId }
  // Only reads go by what was found a moment ago; whatever writes matches for itself.
  const userSeen = shortMemory(clock, (id: UserId) => matchUser(ground, id))
  const groupSeen = shortMemory(clock, (id: GroupId) => matchGroup(ground, id))
  const at = (domain: string): ActiveDirectory => activeDirectory(link, { domain, correlationId: correlationId() })
  const { isCloudManaged } = entra.onPremises
  const writtenAs = (id: UserId) => `${correlationId()} ${id}`

  /** Whether the cloud may be written. @throws DirectoryError protected */
  const cloudIsWritable = (what: 'account' | 'group') => {
    if (type === 'on-premises') throw refusal(what, 'cloud', 'the directory type lets nothing be written in Entra ID')
  }

  /** Where an account is written now: undefined = in Entra ID. @throws DirectoryError protected where it is not */
  const writing = async (id: UserId) => {
    const match = await matchUser(ground, id)
    if (match.at !== 'entra') {
      const account = writable('account', match)
      lately.note(writtenAs(id), account)
      return account
    }
    cloudIsWritable('account')
    return undefined
  }

  /** Where the members of a group are written now, as `writing`. */
  const writingMembers = async (id: GroupId) => {
    const match = await matchGroup(ground, id)
    if (match.at !== 'entra') return writable('group', match)
    cloudIsWritable('group')
    return undefined
  }

  /** Where an account is read: undefined = in Entra ID. @throws DirectoryError protected */
  const reading = async (id: UserId): Promise<Place | undefined> => {
    const written = lately.find(writtenAs(id))
    if (written) return written
    const match = await userSeen(id)
    if (match.at === 'entra') return undefined
    if (match.at === 'nowhere') throw refusal('account', match.code, match.detail)
    return { domain: match.domain, guid: match.object.guid }
  }

  /**
   * The person as a member of a group of this domain. Where their own account may be written does not matter: the agent looks at both
   * before it changes anything.
   */
  const memberIn = async (domain: string, id: UserId): Promise<string> => {
    const match = await matchUser(ground, id)
    if (match.at === 'entra')
      throw new DirectoryError('protected', {
        sentence: cloudPerson,
        detail: 'the group is mastered in Active Directory, and the person in Entra ID',
      })
    if (match.at === 'nowhere') throw refusal('account', match.code, match.detail)
    if (match.domain !== domain)
      throw new DirectoryError('protected', {
        sentence: twoDomains,
        detail: `the group is of ${domain}, and the person of ${match.domain}`,
      })
    return match.object.guid
  }

  /** What Active Directory says of whoever it may be. @throws DirectoryError: not knowing is never "no" */
  const privilegeThere = async (match: Match<OnPremisesObject>): Promise<readonly string[]> => {
    // Without an agent Active Directory can be neither asked nor written; what is in the cloud is judged by the cloud, as ever.
    if (match.at === 'entra') return []
    if (match.at === 'nowhere' && (match.code === 'no-connector' || match.code === 'switched-off')) return []
    const asked = match.at === 'active-directory' ? [match] : match.candidates
    // Nothing found may mean that the agent may not read it: then it may be anybody.
    if (asked.length === 0) throw unseen(match.at === 'nowhere' ? `${match.code}: ${match.detail}` : 'nothing to ask')
    const found = await Promise.all(asked.map(({ domain, object }) => at(domain).privilege(object.guid)))
    return found.flatMap(({ privileged, because }) => {
      const reasons = because.map((reason) => `Active Directory: ${reason}`)
      return privileged && reasons.length === 0 ? ['Active Directory says so'] : privileged ? reasons : []
    })
  }

  const either = async (cloud: Promise<Privilege>, match: Promise<Match<OnPremisesObject>>): Promise<Privilege> => {
    const [there, here] = await Promise.all([match.then(privilegeThere), cloud])
    const reasons = here.privileged && here.because.length === 0 ? ['Entra ID says so'] : here.because
    return privilegeOf([...(here.privileged ? reasons : []), ...there])
  }

  return {
    ...entra,

    async user(id) {
      const user = await entra.user(id)
      if (user.sourceOfAuthority === 'entra' || !(await isCloudManaged({ kind: 'users', id }))) return user
      return { ...user, sourceOfAuthority: 'entra' }
    },
    async group(id) {
      const group = await entra.group(id)
      if (group.sourceOfAuthority === 'entra' || !(await isCloudManaged({ kind: 'groups', id }))) return group
      return { ...group, sourceOfAuthority: 'entra' }
    },

    authority: async (id) => authorityOf(await userSeen(id), type),
    groupAuthority: async (id) => authorityOf(await groupSeen(id), type),
    privilege: (id) => either(entra.privilege(id), userSeen(id)),
    groupPrivilege: (id) => either(entra.groupPrivilege(id), groupSeen(id)),

    async accountDoor(id) {
      const there = await reading(id)
      return there ? await at(there.domain).door(there.guid) : await entra.accountDoor(id)
    },
    async passwordState(id) {
      const there = await reading(id)
      if (!there) return await entra.passwordState(id)
      const { passwordSetAt, mustChangePassword } = await at(there.domain).door(there.guid)
      return { changedAt: passwordSetAt, mustChange: mustChangePassword }
    },

    async setPassword(id, slot) {
      const there = await writing(id)
      return there ? await at(there.domain).resetPassword(there.guid, slot) : await entra.setPassword(id, slot)
    },
    async unlockAccount(id) {
      const there = await writing(id)
      return there ? await at(there.domain).unlock(there.guid) : await entra.unlockAccount(id)
    },
    async setAccountEnabled(id, enabled) {
      const there = await writing(id)
      return there ? await at(there.domain).setEnabled(there.guid, enabled) : await entra.setAccountEnabled(id, enabled)
    },
    async issueAccessPass(id, options) {
      // A pass is kept in Entra ID whoever masters the account.
      cloudIsWritable('account')
      return await entra.issueAccessPass(id, options)
    },

    async isMember(group, id) {
      const [there, person] = await Promise.all([groupSeen(group), userSeen(id)])
      // Where nothing is written, Entra ID's copy is as good as it gets. Of a person who is not there, or not any more, only it knows.
      if (there.at !== 'active-directory' || person.at === 'entra') return await entra.isMember(group, id)
      if (person.at === 'nowhere' && person.code === 'missing') return await entra.isMember(group, id)
      if (person.at === 'nowhere') throw refusal('account', person.code, person.detail)
      if (person.domain !== there.domain) return await entra.isMember(group, id)
      return await at(there.domain).isMember(there.object.guid, person.object.guid)
    },
    async addMember(group, id) {
      const there = await writingMembers(group)
      if (!there) return await entra.addMember(group, id)
      return await at(there.domain).addMember(there.guid, await memberIn(there.domain, id))
    },
    async removeMember(group, id) {
      const there = await writingMembers(group)
      if (!there) return await entra.removeMember(group, id)
      return await at(there.domain).removeMember(there.guid, await memberIn(there.domain, id))
    },
  }
}

/** A match as callers are told it. */
function authorityOf(match: Match<OnPremisesObject>, type: DirectoryType): Authority {
  if (match.at === 'entra' && type === 'on-premises')
    return { at: 'nowhere', code: 'switched-off', detail: 'the directory type lets nothing be written in Entra ID' }
  if (match.at === 'entra') return match
  if (match.at === 'nowhere') return { at: 'nowhere', code: match.code, detail: match.detail }
  const { guid, dn, writable } = match.object
  if (!writable.allowed) return { at: 'nowhere', code: 'not-allowed', detail: notAllowed(match.object) }
  return { at: 'active-directory', domain: match.domain, guid, dn }
}

/** Where to write. @throws DirectoryError protected */
function writable(what: 'account' | 'group', match: Exclude<Match<OnPremisesObject>, { at: 'entra' }>): Place {
  if (match.at === 'nowhere') throw refusal(what, match.code, match.detail)
  if (!match.object.writable.allowed) throw refusal(what, 'not-allowed', notAllowed(match.object))
  return { domain: match.domain, guid: match.object.guid }
}

function notAllowed({ dn, writable: { because } }: OnPremisesObject): string {
  return `the agent does not let ${dn} be changed: ${because ?? 'its policy says no'}`
}
