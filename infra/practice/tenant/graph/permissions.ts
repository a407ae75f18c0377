/** Sets of application permissions, least first, as learn.microsoft.com/graph/permissions-reference describes them. */
const directoryRead = ['Directory.Read.All', 'Directory.ReadWrite.All'] as const

export const readUsers = ['User.Read.All', 'User.ReadWrite.All', ...directoryRead] as const
export const writeUsers = ['User.ReadWrite.All', 'Directory.ReadWrite.All'] as const
export const readGroups = [
  'GroupMember.Read.All',
  'Group.Read.All',
  'GroupMember.ReadWrite.All',
  'Group.ReadWrite.All',
  ...directoryRead,
] as const
export const readMembership = ['User.Read.All', 'GroupMember.Read.All', 'Group.Read.All', ...directoryRead] as const
/** Both kinds at once (learn.microsoft.com/graph/api/directoryobject-checkmembergroups). */
export const checkMembership = [
  'User.Read.All+GroupMember.Read.All',
  'User.Read.All+Group.Read.All',
  'User.ReadWrite.All+GroupMember.Read.All',
  ...directoryRead,
] as const
export const writeMembership = ['GroupMember.ReadWrite.All', 'Group.ReadWrite.All', 'Directory.ReadWrite.All'] as const
export const readRoles = [
  'RoleManagement.Read.Directory',
  'RoleManagement.Read.All',
  'RoleManagement.ReadWrite.Directory',
  ...directoryRead,
] as const
export const readEligibility = [
  'RoleEligibilitySchedule.Read.Directory',
  'RoleManagement.Read.Directory',
  'RoleManagement.Read.All',
  'RoleManagement.ReadWrite.Directory',
] as const
export const writeAccessPasses = ['UserAuthMethod-TAP.ReadWrite.All', 'UserAuthenticationMethod.ReadWrite.All'] as const
export const readAccessPasses = [
  'UserAuthMethod-TAP.Read.All',
  'UserAuthenticationMethod.Read.All',
  ...writeAccessPasses,
] as const
export const revokeSessions = ['User.RevokeSessions.All', ...writeUsers] as const
export const installTeamsApps = [
  'TeamsAppInstallation.ReadWriteSelfForUser.All',
  'TeamsAppInstallation.ReadWriteForUser.All',
  'TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All',
  'TeamsAppInstallation.ReadWriteAndConsentForUser.All',
] as const
export const readTeamsApps = ['TeamsAppInstallation.ReadForUser.All', ...installTeamsApps] as const
