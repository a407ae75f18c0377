import { randomUUID } from 'node:crypto'
import type { AdGroup, AdUser } from '../../../agent/protocol/commands.ts'
import type { Directory } from '../../../bot/directory/directory.ts'
import { type DirectoryType, hybridDirectory } from '../../../bot/directory/hybrid.ts'
import { groupId, userId } from '../../../bot/identity/person.ts'
import { wellKnown, wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import type { CompanyGroup, CompanyUser } from '../../../infra/practice/company/model.ts'
import {
  adGroup,
  adUser,
  domain,
  immutableIdOf,
  type ScriptedDomain,
  scriptedDomain,
  scriptedLink,
} from './scripted-link.ts'
import { openTenantDirectory, type TenantDirectory } from './tenant-directory.ts'

export const kwame = userId.parse(wellKnown.kwame.id)
export const ada = userId.parse(wellKnown.ada.id)
export const badges = groupId.parse(wellKnownGroups.warehouseBadges)
export const badgesSid = 'S-1-5-21-3623811015-3361044348-30300820-1601'

/** A tenant with a synced person and a synced group, and the domain where they come from, both as they should be. */
export interface HybridGround {
  readonly held: TenantDirectory
  readonly there: ScriptedDomain
  /** Kwame's account and the badge group in Active Directory. */
  readonly account: AdUser
  readonly group: AdGroup
  /** A directory that has asked nothing yet. */
  directory(type?: DirectoryType): Directory
}

export async function openHybrid(): Promise<{ fresh(): HybridGround; close(): Promise<void> }> {
  const held = await openTenantDirectory({ people: 60 })
  const { control, company } = held.tenant
  const person = company.users.get(kwame, 'latest')
  const badgeGroup = company.groups.get(badges, 'latest')
  if (!person || !badgeGroup) throw new Error('the practice company has lost somebody')
  return {
    fresh() {
      const account = adUser({
        samAccountName: 'kwame.mensah',
        userPrincipalName: person.userPrincipalName,
        mail: person.mail,
      })
      const synced: Partial<CompanyUser> = { ...person, onPremisesImmutableId: immutableIdOf(account.guid) }
      control.editUser(kwame, synced)
      const group = adGroup({ samAccountName: 'Warehouse Badge Access', sid: badgesSid })
      const asItWas: Partial<CompanyGroup> = badgeGroup
      control.editGroup(badges, asItWas)
      const there = scriptedDomain()
      there.users.push(account)
      there.groups.push(group)
      const link = scriptedLink(there)
      return {
        held,
        there,
        account,
        group,
        directory: (type = 'hybrid') =>
          hybridDirectory({ entra: held.directory, link, type, clock: () => new Date() }).correlated(randomUUID()),
      }
    },
    close: () => held.close(),
  }
}

export { domain }
