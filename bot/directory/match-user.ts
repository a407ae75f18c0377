import type { AdUser } from '../../agent/protocol/commands.ts'
import type { UserId } from '../identity/person.ts'
import type { Holders, SyncedUser } from './entra-on-premises.ts'
import { same } from './match-object.ts'

/** The one living account with an anchor; or why there is none. */
export type Candidate =
  | { readonly user: AdUser }
  | { readonly user: undefined; readonly code: 'missing' | 'ambiguous'; readonly detail: string }

/**
 * Of the accounts that an agent found by an anchor, the one that is meant. objectGUID and mS-DS-ConsistencyGuid both serve as anchors,
 * and which of them this company uses is not known here: whatever can be read in two ways is ambiguous.
 */
export function candidateOf(anchor: string, found: readonly AdUser[]): Candidate {
  const [first, ...others] = found.filter(({ deleted }) => !deleted)
  if (first === undefined) {
    const detail = found.length > 0 ? 'the account is deleted in Active Directory' : 'no account has this anchor'
    return { user: undefined, code: 'missing', detail }
  }
  const ambiguous = (detail: string): Candidate => ({ user: undefined, code: 'ambiguous', detail })
  if (others.length > 0) return ambiguous(`${[first, ...others].map(({ dn }) => dn).join(' and ')} have this anchor`)
  const twin = found.find(({ deleted }) => deleted)
  if (twin) return ambiguous(`a deleted account has this anchor too: ${twin.dn}`)
  // Once there is an mS-DS-ConsistencyGuid, Entra Connect goes by it, and objectGUID is nobody's anchor any more.
  if (first.consistencyGuid !== null && first.consistencyGuid !== anchor)
    return ambiguous(`${first.dn} has this objectGUID, and another mS-DS-ConsistencyGuid`)
  return { user: first }
}

/** What speaks about one candidate on both sides. */
export interface Evidence {
  readonly entra: SyncedUser
  readonly user: AdUser
  /** Accounts of Active Directory with the candidate's user principal name, deleted ones too. */
  readonly namesakes: readonly AdUser[]
  readonly holders: Holders
  /** Whom Entra ID knows by the candidate's user principal name and mail. */
  readonly addressees: readonly UserId[]
}

/** Why a candidate may be somebody else than the person; undefined where nothing says so. */
export function doubtAbout({ entra, user, namesakes, holders, addressees }: Evidence): string | undefined {
  if (!same(user.domain, entra.domain)) return `${user.dn} is in ${user.domain}, and Entra ID says ${entra.domain}`
  const namesake = namesakes.find(({ guid }) => guid !== user.guid)
  if (namesake)
    return `${namesake.deleted ? 'a deleted' : 'another'} account has the same user principal name: ${namesake.dn}`
  if (holders.deleted.length > 0) return `a deleted user of Entra ID has the same anchor: ${holders.deleted.join(', ')}`
  const others = holders.live.filter((id) => id !== entra.id)
  if (others.length > 0) return `another user of Entra ID has the same anchor: ${others.join(', ')}`
  const strangers = addressees.filter((id) => id !== entra.id)
  if (strangers.length > 0)
    return `user principal name or mail of ${user.dn} means somebody else in Entra ID: ${strangers.join(', ')}`
  // The anchor says who it is and never changes; names do. After a new surname one of the two is behind until the next sync, and with
  // an alternate login ID the user principal names differ for good. Both being another's is no renaming: then it is not believed.
  const upnAgrees =
    same(user.userPrincipalName, entra.onPremisesUserPrincipalName) ||
    same(user.userPrincipalName, entra.userPrincipalName)
  if (!upnAgrees && !same(user.samAccountName, entra.samAccountName))
    return `neither user principal name nor sAMAccountName of ${user.dn} is what Entra ID says`
  return undefined
}
