/**
 * An application permission of Microsoft Graph, and what it is for. `npm run doctor` and infra/README.md read this
 * table.
 */
export interface Permission {
  readonly name: string
  /** What a person sees HelpBot do with it. */
  readonly operations: readonly string[]
  readonly without: string
  /**
   * Needed only when this is set up; undefined = always. `access-pass`: policy delivers Temporary Access Passes, which
   * few do: the doctor calls for it only when told so. `access`: there is a catalogue of what can be asked for. `on-premises`: there is
   * an agent beside Active Directory.
   */
  readonly onlyFor?: 'notices' | 'teams' | 'access-pass' | 'access' | 'on-premises'
  /** Everything works without it, only less well: the doctor names it and does not call for it. */
  readonly optional?: true
  /** Permissions that include this one and more: they work, and give away more than needed. */
  readonly broader: readonly string[]
}

/** Nothing less shows it: these permissions are of those who take over, too (learn.microsoft.com/graph/api/onpremisessyncbehavior-get). */
const takenOver =
  'what is synced counts as managed in Active Directory, which it almost always is. It also allows taking over: grant it only where the cloud has'

const directoryRead = ['Directory.Read.All', 'Directory.ReadWrite.All'] as const

/**
 * Every application permission that `entraDirectory` uses, least privilege first, as the permission table of each
 * call's page in learn.microsoft.com/graph/api names it.
 */
export const permissions: readonly Permission[] = [
  {
    name: 'User.Read.All',
    operations: [
      'recognise who is writing',
      'find somebody by name or by confirmed address',
      'find the manager and the direct reports',
      'notice a new manager',
      'show a photo',
    ],
    without: 'nothing works: nobody is recognised',
    broader: ['User.ReadWrite.All', ...directoryRead],
  },
  {
    name: 'GroupMember.Read.All',
    operations: [
      'see that a person belongs to or owns a role-assignable group',
      'apply policy to the members of a group',
      'show people the groups they are in',
      'find the owners and members of a group that can be asked for',
    ],
    without: 'every change is refused, because nobody can be shown not to be privileged',
    broader: ['Group.Read.All', 'GroupMember.ReadWrite.All', 'Group.ReadWrite.All', ...directoryRead],
  },
  {
    name: 'RoleManagement.Read.Directory',
    operations: ['see that a person or a group holds, or may activate (PIM), a directory role, scoped ones included'],
    without: 'every change is refused, because nobody can be shown not to be privileged',
    broader: ['RoleManagement.Read.All', 'RoleManagement.ReadWrite.Directory'],
  },
  {
    name: 'User-PasswordProfile.ReadWrite.All',
    operations: ['reset a password'],
    without: 'password resets end with a ticket for IT',
    broader: [],
  },
  {
    name: 'User.RevokeSessions.All',
    operations: ['end all sessions after a reset or a “This wasn’t me”'],
    without: 'sessions of a thief stay open; IT is told to end them',
    broader: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
  },
  {
    name: 'User.EnableDisableAccount.All',
    operations: ['block sign-in after a “This wasn’t me”, and when a contract is over', 'allow it again'],
    without: 'a stolen account or one whose contract is over stays open; IT is told to block it',
    broader: ['User.ReadWrite.All', 'Directory.ReadWrite.All'],
  },
  {
    name: 'Mail.Send',
    operations: ['send notices by mail, also to a second address'],
    without: 'notices go to the chat only, which a thief may be reading',
    onlyFor: 'notices',
    broader: [],
  },
  {
    name: 'TeamsAppInstallation.ReadWriteSelfForUser.All',
    operations: ['write first to somebody who never wrote to HelpBot, such as a manager'],
    without: 'managers who never opened HelpBot in Teams get no card; IT is told',
    onlyFor: 'teams',
    broader: [
      'TeamsAppInstallation.ReadWriteForUser.All',
      'TeamsAppInstallation.ReadWriteAndConsentSelfForUser.All',
      'TeamsAppInstallation.ReadWriteAndConsentForUser.All',
    ],
  },
  {
    name: 'UserAuthMethod-TAP.ReadWrite.All',
    operations: ['make a Temporary Access Pass for somebody who cannot reach chat'],
    without: 'nobody gets a Temporary Access Pass; resets work all the same',
    onlyFor: 'access-pass',
    broader: ['UserAuthenticationMethod.ReadWrite.All'],
  },
  {
    name: 'GroupMember.ReadWrite.All',
    operations: ['give approved access and take it back: add and remove members of the groups in the catalogue'],
    without: 'approved access is not given; IT is told to do it by hand',
    onlyFor: 'access',
    broader: ['Group.ReadWrite.All', 'Directory.ReadWrite.All'],
  },
  {
    name: 'MailboxSettings.Read',
    operations: ['see that an approver has automatic replies on, and ask their manager at once instead'],
    without: 'approvers who are away are asked all the same, and their manager only when they do not answer',
    onlyFor: 'access',
    optional: true,
    broader: ['MailboxSettings.ReadWrite'],
  },
  {
    name: 'User-OnPremisesSyncBehavior.ReadWrite.All',
    operations: ['see that the cloud has taken over an account that is synced from Active Directory'],
    without: takenOver,
    onlyFor: 'on-premises',
    optional: true,
    broader: [],
  },
  {
    name: 'Group-OnPremisesSyncBehavior.ReadWrite.All',
    operations: ['see that the cloud has taken over a group that is synced from Active Directory'],
    without: takenOver,
    onlyFor: 'on-premises',
    optional: true,
    broader: [],
  },
]

/** The names of all of them: what an application that does everything is given. */
export const allPermissions: readonly string[] = permissions.map(({ name }) => name)

/**
 * An Entra role (by its template id, the same in every tenant), any one of which lets the application reset
 * passwords.
 */
export interface EntraRole {
  readonly name: string
  readonly templateId: string
}

/**
 * Roles that may reset passwords of people without a role, least first
 * (learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference).
 */
export const passwordRoles: readonly EntraRole[] = [
  { name: 'Password Administrator', templateId: '966707d0-3269-4727-9be2-8c3a10f19b9d' },
  { name: 'Helpdesk Administrator', templateId: '729827e3-9c14-49f7-bb1b-9608f156bbb8' },
  { name: 'Authentication Administrator', templateId: 'c4e39bd9-1100-46d3-8c65-fb160da0071f' },
  { name: 'User Administrator', templateId: 'fe930be7-5e62-47db-91af-98c3a49a38b1' },
  { name: 'Privileged Authentication Administrator', templateId: '7be44c8a-adaf-4e2a-84d6-ab2649e08a13' },
  { name: 'Global Administrator', templateId: '62e90394-69f5-4237-9190-012177145e10' },
]

/** The one to assign: Graph's page on updating a user names it for resets by an application. */
export const passwordRole = 'User Administrator'
