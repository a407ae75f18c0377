import type { Company } from '../../company/company.ts'
import type { CompanyGroup, CompanyUser, DeletedUser } from '../../company/model.ts'
import { directoryRoles } from '../../company/roles.ts'

/** A directory object as Graph writes it, with all its properties. */
export type Resource = Readonly<Record<string, unknown>>

/** What Graph gives of a user when nothing is selected (learn.microsoft.com/graph/api/resources/user). */
export const defaultUserProperties = [
  'businessPhones',
  'displayName',
  'givenName',
  'id',
  'jobTitle',
  'mail',
  'mobilePhone',
  'officeLocation',
  'preferredLanguage',
  'surname',
  'userPrincipalName',
] as const

/** Office 365 E3, the licence of the practice company. */
export const licence = { skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900', skuPartNumber: 'ENTERPRISEPACK' } as const

/** To the second, in UTC, as the directory writes times. */
export function graphTime(at: Date): string {
  return `${at.toISOString().slice(0, 19)}Z`
}

export function userResource(user: CompanyUser): Resource {
  const { managerId: _manager, licensed, mustChangePassword: _mustChange, isCloudManaged: _cloud, ...rest } = user
  return {
    '@odata.type': '#microsoft.graph.user',
    ...rest,
    createdDateTime: graphTime(user.createdDateTime),
    lastPasswordChangeDateTime: graphTime(user.lastPasswordChangeDateTime),
    signInSessionsValidFromDateTime: graphTime(user.signInSessionsValidFromDateTime),
    refreshTokensValidFromDateTime: graphTime(user.signInSessionsValidFromDateTime),
    creationType: null,
    externalUserState: user.userType === 'Guest' ? 'Accepted' : null,
    assignedLicenses: licensed ? [{ disabledPlans: [], skuId: licence.skuId }] : [],
    city: null,
    country: null,
    passwordProfile: null,
  }
}

export function deletedUserResource({ user, deletedDateTime }: DeletedUser): Resource {
  return { ...userResource(user), deletedDateTime: graphTime(deletedDateTime) }
}

export function groupResource(group: CompanyGroup): Resource {
  const { owners: _owners, members: _members, isCloudManaged: _cloud, ...rest } = group
  return {
    '@odata.type': '#microsoft.graph.group',
    ...rest,
    createdDateTime: graphTime(group.createdDateTime),
    membershipRuleProcessingState: group.membershipRule === null ? null : 'On',
    visibility: group.groupTypes.includes('Unified') ? 'Private' : null,
  }
}

const roleResources = directoryRoles.map((role) => ({
  '@odata.type': '#microsoft.graph.directoryRole',
  ...role,
  description: `Can do what a ${role.displayName} does.`,
}))

export function roleResource(templateOrId: string): Resource | undefined {
  return roleResources.find((role) => role.roleTemplateId === templateOrId || role.id === templateOrId)
}

export const allRoleResources: readonly Resource[] = roleResources

/** A user or group by id, as readers see it now. */
export function principalResource(company: Company, id: string): Resource | undefined {
  const user = company.users.get(id, 'visible')
  if (user !== undefined) return userResource(user)
  const group = company.groups.get(id, 'visible')
  return group === undefined ? undefined : groupResource(group)
}
