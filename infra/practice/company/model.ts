/** A user as the practice directory keeps it. Replaced as a whole on every change, so an old version stays readable. */
export interface CompanyUser {
  readonly id: string
  readonly userPrincipalName: string
  readonly displayName: string
  readonly givenName: string | null
  readonly surname: string | null
  readonly mail: string | null
  readonly mailNickname: string
  readonly otherMails: readonly string[]
  readonly proxyAddresses: readonly string[]
  readonly jobTitle: string | null
  readonly department: string | null
  readonly companyName: string | null
  readonly officeLocation: string | null
  readonly businessPhones: readonly string[]
  readonly mobilePhone: string | null
  readonly preferredLanguage: string | null
  readonly usageLocation: string | null
  readonly employeeId: string | null
  readonly accountEnabled: boolean
  readonly userType: 'Member' | 'Guest'
  readonly createdDateTime: Date
  /** True for people mastered in the on-premises Active Directory; null (as Entra ID says it) for cloud-only ones. */
  readonly onPremisesSyncEnabled: true | null
  readonly onPremisesImmutableId: string | null
  readonly onPremisesSamAccountName: string | null
  readonly onPremisesDomainName: string | null
  readonly onPremisesUserPrincipalName: string | null
  /** Taken over by the cloud: what the on-premises Active Directory says of it counts no more. */
  readonly isCloudManaged: boolean
  readonly lastPasswordChangeDateTime: Date
  /** Refresh tokens older than this are worthless. */
  readonly signInSessionsValidFromDateTime: Date
  readonly passwordPolicies: string | null
  readonly managerId: string | null
  readonly licensed: boolean
  /** `forceChangePasswordNextSignIn` of the last reset; Graph never shows it to an application. */
  readonly mustChangePassword: boolean
}

/** A group as the practice directory keeps it; members are user or group ids. */
export interface CompanyGroup {
  readonly id: string
  readonly displayName: string
  readonly description: string
  readonly mailNickname: string
  readonly mail: string | null
  readonly mailEnabled: boolean
  readonly securityEnabled: boolean
  readonly groupTypes: readonly ('Unified' | 'DynamicMembership')[]
  readonly membershipRule: string | null
  readonly isAssignableToRole: boolean | null
  readonly onPremisesSyncEnabled: true | null
  readonly onPremisesSecurityIdentifier: string | null
  readonly onPremisesSamAccountName: string | null
  readonly onPremisesDomainName: string | null
  /** As of a user. */
  readonly isCloudManaged: boolean
  readonly createdDateTime: Date
  readonly owners: ReadonlySet<string>
  readonly members: ReadonlySet<string>
}

/** A user that was deleted and can still be restored. */
export interface DeletedUser {
  readonly user: CompanyUser
  readonly deletedDateTime: Date
}

/** A directory role given to a user, a role-assignable group or an application, tenant-wide. */
export interface RoleAssignment {
  readonly id: string
  /** `eligible`: may be activated through Privileged Identity Management, and is not in force until then. */
  readonly state: 'active' | 'eligible'
  readonly principalId: string
  /** The role template's id, which is the built-in role definition's id. */
  readonly roleDefinitionId: string
}

/** Somebody as Teams and the practice page need to know them. */
export interface PersonCard {
  readonly id: string
  readonly name: string
  readonly givenName?: string
  readonly userPrincipalName: string
  readonly email?: string
  /** The home tenant: another than the company's for a guest. */
  readonly tenantId: string
  readonly guest?: boolean
}

/** A built-in directory role that is activated in the tenant. */
export interface DirectoryRole {
  /** Of this tenant; other than the template's id. */
  readonly id: string
  readonly roleTemplateId: string
  readonly displayName: string
}
