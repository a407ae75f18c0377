import type { AdGroup, AdUser } from '../../agent/protocol/commands.ts'
import { domainName } from '../../agent/protocol/frames.ts'
import type { AgentLink } from '../agent-link/agent-link.ts'
import type { GroupId, UserId } from '../identity/person.ts'
import { type ActiveDirectory, activeDirectory } from './active-directory.ts'
import type { Directory } from './directory.ts'
import { DirectoryError } from './directory-error.ts'
import type { EntraOnPremises, SyncedUser } from './entra-on-premises.ts'
import { anchorGuid } from './match-anchor.ts'
import { groupCandidate } from './match-group.ts'
import type { Match, Unmatched } from './match-object.ts'
import { candidateOf, doubtAbout } from './match-user.ts'
import { sentences } from './sentences.ts'

/** Both sides, as they are asked for one another's objects. */
export interface MatchGround {
  readonly entra: Pick<Directory, 'findByAddress'> & { readonly onPremises: EntraOnPremises }
  readonly link: Pick<AgentLink, 'ask' | 'domains'>
  /** False: Active Directory is not to be written, so nothing is asked there. */
  readonly writesActiveDirectory: boolean
  readonly correlationId: () => string
}

/**
 * Which account of Active Directory a person's is, asked of both sides now.
 * @throws DirectoryError not-found; unreachable when an agent would know and none answers
 */
export async function matchUser(ground: MatchGround, id: UserId): Promise<Match<AdUser>> {
  const entra = await ground.entra.onPremises.user(id)
  if (!entra.mastered) return { at: 'entra' }
  const domain = await servedDomain(ground, entra.domain)
  if (typeof domain !== 'string') return domain
  const anchor = entra.immutableId === undefined ? undefined : anchorGuid(entra.immutableId)
  if (entra.immutableId === undefined || anchor === undefined)
    return nowhere('ambiguous', 'onPremisesImmutableId is not a GUID: it is anchored at something we do not know')
  const there = activeDirectory(ground.link, { domain, correlationId: ground.correlationId() })
  const [found, holders] = await Promise.all([
    askedFor(there.usersByAnchor(entra.immutableId), 'find-users', (user) =>
      [user.guid, user.consistencyGuid].includes(anchor),
    ),
    ground.entra.onPremises.holders(entra.immutableId),
  ])
  if (found === 'conflict') return nowhere('ambiguous', moreThanShown)
  const candidates = found.filter(({ deleted }) => !deleted).map((object) => ({ domain, object }))
  const candidate = candidateOf(anchor, found)
  if (candidate.user === undefined) return nowhere(candidate.code, candidate.detail, candidates)
  const { user } = candidate
  const names = await namesOf(ground, there, user)
  if (names === 'conflict') return nowhere('ambiguous', moreThanShown, candidates)
  const doubt = doubtAbout({ entra, user, holders, ...names })
  return doubt === undefined
    ? { at: 'active-directory', domain, object: user }
    : nowhere('ambiguous', doubt, candidates)
}

/** Who else goes by the names of an account: in Active Directory, and in Entra ID. */
async function namesOf({ entra }: MatchGround, there: ActiveDirectory, { userPrincipalName, mail }: AdUser) {
  const addresses = new Set([userPrincipalName, mail].flatMap((one) => (one ? [one.toLowerCase()] : [])))
  const [namesakes, ...people] = await Promise.all([
    userPrincipalName ? askedFor(there.usersByName(userPrincipalName), 'find-users', () => true) : [],
    ...[...addresses].map((one) => entra.findByAddress(one)),
  ])
  return namesakes === 'conflict' ? namesakes : { namesakes, addressees: people.flat().map(({ id }) => id) }
}

/** The same of a group. @throws DirectoryError as `matchUser` */
export async function matchGroup(ground: MatchGround, id: GroupId): Promise<Match<AdGroup>> {
  const entra = await ground.entra.onPremises.group(id)
  if (!entra.mastered) return { at: 'entra' }
  const domain = await servedDomain(ground, entra.domain)
  if (typeof domain !== 'string') return domain
  const { sid } = entra
  if (sid === undefined) return nowhere('ambiguous', 'Entra ID does not say its onPremisesSecurityIdentifier')
  const there = activeDirectory(ground.link, { domain, correlationId: ground.correlationId() })
  const found = await askedFor(there.groupsBySid(sid), 'find-groups', (group) => group.sid === sid)
  if (found === 'conflict') return nowhere('ambiguous', moreThanShown)
  const candidate = groupCandidate(entra, found)
  if (candidate.group) return { at: 'active-directory', domain, object: candidate.group }
  const candidates = candidate.candidates.map((object) => ({ domain, object }))
  return nowhere(candidate.code, candidate.detail, candidates)
}

/** The domain to ask; or why nobody is asked. */
async function servedDomain(
  { link, writesActiveDirectory }: MatchGround,
  domain: SyncedUser['domain'],
): Promise<string | Unmatched<never>> {
  if (!writesActiveDirectory) return nowhere('switched-off', 'the directory type lets nothing be written on-premises')
  const served = await link.domains()
  if (served.length === 0) return nowhere('no-connector', 'mastered on-premises, and no agent is enrolled')
  if (domain === undefined || !domainName.safeParse(domain).success)
    return nowhere('ambiguous', 'Entra ID does not say of which domain it is (onPremisesDomainName)')
  if (served.includes(domain)) return domain
  return nowhere('no-connector', `mastered in ${domain}, and no agent of that domain is enrolled`)
}

const moreThanShown = 'another object of Active Directory, which the agent may not show, answers to the same value'

/** What was found, if it is what was asked for; `conflict` where the agent says that there is more than it shows. */
async function askedFor<T>(
  asking: Promise<readonly T[]>,
  command: string,
  fits: (one: T) => boolean,
): Promise<readonly T[] | 'conflict'> {
  let found: readonly T[]
  try {
    found = await asking
  } catch (error) {
    if (error instanceof DirectoryError && error.code === 'conflict') return 'conflict'
    throw error
  }
  if (found.every(fits)) return found
  throw new DirectoryError('unreachable', {
    sentence: sentences.unreachable,
    detail: `${command}: something was answered that was not asked for`,
  })
}

function nowhere<T>(
  code: Unmatched<T>['code'],
  detail: string,
  candidates: Unmatched<T>['candidates'] = [],
): Unmatched<T> {
  return { at: 'nowhere', code, detail, candidates }
}
