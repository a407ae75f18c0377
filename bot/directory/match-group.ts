import type { AdGroup } from '../../agent/protocol/commands.ts'
import type { SyncedGroup } from './entra-on-premises.ts'
import { same } from './match-object.ts'

/** Which of the groups that an agent found by SID is meant, or why none is. */
export type GroupCandidate =
  | { readonly group: AdGroup }
  | {
      readonly group: undefined
      readonly code: 'missing' | 'ambiguous'
      readonly detail: string
      readonly candidates: readonly AdGroup[]
    }

/** A SID is never given twice (MS-DTYP 2.4), so that two groups with one are a fault somewhere, and nothing is changed on it. */
export function groupCandidate(entra: SyncedGroup, found: readonly AdGroup[]): GroupCandidate {
  const living = found.filter(({ deleted }) => !deleted)
  const [group, ...others] = living
  const none = (code: 'missing' | 'ambiguous', detail: string): GroupCandidate => ({
    group: undefined,
    code,
    detail,
    candidates: living,
  })
  if (group === undefined)
    return none('missing', found.length > 0 ? 'the group is deleted in Active Directory' : 'no group has this SID')
  if (others.length > 0 || found.length > 1) return none('ambiguous', `more than one group has the SID ${entra.sid}`)
  if (!same(group.domain, entra.domain))
    return none('ambiguous', `${group.dn} is in ${group.domain}, and Entra ID says ${entra.domain}`)
  if (entra.samAccountName !== undefined && !same(group.samAccountName, entra.samAccountName))
    return none('ambiguous', `sAMAccountName of ${group.dn} is not what Entra ID says`)
  return { group }
}
