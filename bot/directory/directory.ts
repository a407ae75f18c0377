import type { GroupId, UserId } from '../identity/person.ts'

/** A user as the directory holds it. Absent and unknown are `undefined`: treat them as "no". */
export interface DirectoryUser {
  readonly id: UserId
  readonly displayName: string
  readonly givenName: string | undefined
  readonly userPrincipalName: string
  readonly mail: string | undefined
  /** Private or second addresses, for notices that must reach a person whose mailbox may be stolen. */
  readonly otherMails: readonly string[]
  readonly department: string | undefined
  readonly jobTitle: string | undefined
  readonly accountEnabled: boolean | undefined
  readonly userType: 'Member' | 'Guest' | undefined
  /** Where the object is mastered: the only side that may be written. */
  readonly sourceOfAuthority: 'entra' | 'on-premises'
  /** `lastPasswordChangeDateTime`; undefined when the directory does not say. */
  readonly passwordChangedAt: Date | undefined
  readonly createdAt: Date | undefined
}

/** The live answer to "may this account be touched by a help desk?". */
export interface Privilege {
  readonly privileged: boolean
  /** For IT and the audit: e.g. `directory role: Global Administrator`, `role-assignable group: Tier 0`. Never for the person. */
  readonly because: readonly string[]
}

/** What the directory answered to a change: enough to find it again in the vendor's own logs. */
export interface Receipt {
  /** Graph `request-id` of the write, or the id of the agent's command. */
  readonly requestId: string | undefined
  /** Set where it was written on-premises: by which agent and on which domain controller. */
  readonly onPremises?: WrittenOnPremises
}

export interface WrittenOnPremises {
  readonly agent: string
  readonly controller: string
}

/**
 * Which side an object is mastered in, and whether we can write there. Found live, never configured.
 * - no-connector: Active Directory, and no agent of its domain has ever been enrolled
 * - switched-off: the setting of the directory type does not let us write to that side
 * - ambiguous: which object of Active Directory it is cannot be said for certain
 * - missing: there is no such object in Active Directory (any more)
 * - not-allowed: the agent's own policy does not let it be changed
 */
export type Authority =
  | { readonly at: 'entra' }
  | {
      readonly at: 'active-directory'
      /** DNS name, lower case. */
      readonly domain: string
      /** objectGUID, lower case. */
      readonly guid: string
      /** DN, for IT and the audit; never acted on. */
      readonly dn: string
    }
  | {
      readonly at: 'nowhere'
      readonly code: 'no-connector' | 'switched-off' | 'ambiguous' | 'missing' | 'not-allowed'
      /** For IT and the audit. */
      readonly detail: string
    }

/**
 * Where a temporary password goes the moment it exists, and where it comes from when we make it ourselves (an agent makes its own).
 * Nothing else may keep it.
 */
export interface PasswordSlot {
  make(): string
  put(password: string): void
}

/** An account's door. Entra ID says nothing of it: it has neither a lock to look at nor an unlock. */
export type AccountDoor =
  | { readonly at: 'entra' }
  | {
      readonly at: 'active-directory'
      readonly locked: boolean
      readonly lockedAt: Date | undefined
      /** Until when the policy keeps it locked; undefined = until somebody unlocks it, or not locked. */
      readonly lockedUntil: Date | undefined
      readonly badPasswordCount: number
      readonly lastBadPasswordAt: Date | undefined
      readonly enabled: boolean
      readonly accountExpired: boolean
      readonly passwordExpired: boolean
      readonly mustChangePassword: boolean
      readonly passwordSetAt: Date | undefined
      readonly controller: string
    }

/** Of an account's password, for reading back. Undefined: the directory does not say. */
export interface PasswordState {
  readonly changedAt: Date | undefined
  /** A new one must be chosen at the next sign-in. Active Directory then says nothing of when it was changed (pwdLastSet = 0). */
  readonly mustChange: boolean | undefined
}

/** What became of an unlock. `after` is read back where it was written; undefined when that could not be done. */
export interface UnlockReceipt extends Receipt {
  /** False when it was not locked at all. */
  readonly changed: boolean
  readonly before: AccountDoor
  readonly after: AccountDoor | undefined
}

/** One page-wise listing, so that no caller holds a whole directory in memory. */
export type Pages<T> = AsyncIterable<readonly T[]>

/** A group as a person is shown it. */
export interface DirectoryGroup {
  readonly id: GroupId
  readonly displayName: string
  readonly description?: string
}

/** What decides whether the members of a group may be changed. Unknown is `undefined`, and means no. */
export interface GroupFacts extends DirectoryGroup {
  readonly mailNickname: string | undefined
  readonly mail: string | undefined
  readonly roleAssignable: boolean | undefined
  readonly dynamic: boolean | undefined
  /** A Microsoft 365 group: mail-enabled, and its members can be changed all the same. */
  readonly unified: boolean | undefined
  readonly mailEnabled: boolean | undefined
  readonly securityEnabled: boolean | undefined
  readonly sourceOfAuthority: 'entra' | 'on-premises'
}

/** What became of a change of membership. */
export interface MembershipReceipt extends Receipt {
  /** False when it was so before: already a member, or not a member at all. */
  readonly changed: boolean
}

/** Whether somebody answers mail by machine: on holiday, most of the time. */
export type Presence = 'here' | 'away' | 'unknown'

/**
 * A Temporary Access Pass that was just made. `pass` is a secret that nobody can read again: it goes to one window and
 * nowhere else.
 */
export interface AccessPass extends Receipt {
  readonly pass: string
  /** Names the pass without being it: for the audit and for reading back. */
  readonly passId: string
  readonly startsAt: Date
  /** As the directory made it, in minutes. */
  readonly lifetimeMinutes: number
}

/** What can be read of a pass afterwards: not the pass. */
export interface AccessPassState {
  readonly id: string
  readonly createdAt: Date | undefined
  /** False when it was used up, expired or is not allowed by policy, and when the directory does not say. */
  readonly usable: boolean
}

/** Who reports to whom, for the daily look at manager changes. */
export interface ManagerLink {
  readonly person: UserId
  readonly manager: UserId | undefined
}

/**
 * Users and groups, wherever they live. Every method throws `DirectoryError` and nothing else.
 * Every method takes an AbortSignal-free, bounded path: the implementation sets the timeouts.
 */
export interface Directory {
  /** Reads one user. @throws DirectoryError not-found */
  user(id: UserId): Promise<DirectoryUser>
  /** The manager, or undefined when there is none. */
  manager(id: UserId): Promise<DirectoryUser | undefined>
  /** Live check of directory roles, role-assignable groups (member or owner), nested included. Fails closed: an error is thrown, never "no". */
  privilege(id: UserId): Promise<Privilege>
  /** Which of these groups the user is in, nested included (`checkMemberGroups`, 20 a call). */
  memberOf(id: UserId, groups: readonly GroupId[]): Promise<readonly GroupId[]>
  /** Every user's manager, page by page. */
  managers(): Pages<ManagerLink>
  /**
   * Everybody whose mail, user principal name or alias is this address, letters A–Z in any case; guests and disabled
   * ones too, for the caller to refuse. At most three: two are one too many already.
   */
  findByAddress(address: string): Promise<readonly DirectoryUser[]>
  /**
   * Members whose display name has words that begin with the words of `text`, or whose mail or user principal name
   * begins with it, by name; disabled ones too, and guests where they are asked for. At most `limit`, and never more than 25. May lag behind the directory.
   */
  findPeople(text: string, limit: number, options?: { readonly guests: boolean }): Promise<readonly DirectoryUser[]>
  /** People whose manager this is, by name; at most `limit`, and never more than 100. @throws DirectoryError not-found */
  directReports(id: UserId, limit: number): Promise<readonly DirectoryUser[]>
  /**
   * The groups this person is in, nested included, by name; at most `limit`, and never more than 100. `more`: there
   * are others. For showing, not for deciding: may lag behind the directory. @throws DirectoryError not-found
   */
  groupsOf(id: UserId, limit: number): Promise<{ readonly groups: readonly DirectoryGroup[]; readonly more: boolean }>
  /** Reads one group. @throws DirectoryError not-found */
  group(id: GroupId): Promise<GroupFacts>
  /** Reads many groups at once, 20 a call; those that are not there are left out. */
  groups(ids: readonly GroupId[]): Promise<readonly GroupFacts[]>
  /** Live check of a group: role-assignable, holding a directory role, or nested in such a one. Fails closed like `privilege`. */
  groupPrivilege(id: GroupId): Promise<Privilege>
  /** Which of these groups this group is, or is in, nested included. @throws DirectoryError */
  groupWithin(id: GroupId, groups: readonly GroupId[]): Promise<readonly GroupId[]>
  /** People who own the group, by name; at most `limit`, and never more than 100. @throws DirectoryError not-found */
  owners(id: GroupId, limit: number): Promise<{ readonly people: readonly DirectoryUser[]; readonly more: boolean }>
  /** People who are direct members, by name where the directory sorts; at most `limit`, and never more than 100. @throws DirectoryError not-found */
  members(id: GroupId, limit: number): Promise<{ readonly people: readonly DirectoryUser[]; readonly more: boolean }>
  /** Whether the person is a direct member, asked where the group is mastered. May lag by seconds. @throws DirectoryError not-found */
  isMember(group: GroupId, id: UserId): Promise<boolean>
  /** The groups this person is a direct member of; at most `limit`, and never more than 200. */
  directGroups(
    id: UserId,
    limit: number,
  ): Promise<{ readonly groups: readonly DirectoryGroup[]; readonly more: boolean }>
  /**
   * Whether the person has automatic replies on now. `unknown` without a mailbox or without the permission: nothing may
   * depend on it.
   */
  presence(id: UserId): Promise<Presence>
  /** A small photo as a data URI, or undefined. */
  photo(id: UserId): Promise<string | undefined>

  /** Where the person's account can be written. @throws DirectoryError not-found; unreachable when an agent would know and none answers */
  authority(id: UserId): Promise<Authority>
  /** Where the members of a group can be written. @throws DirectoryError as `authority` */
  groupAuthority(id: GroupId): Promise<Authority>
  /** Whether the account is locked, expired, disabled: asked where it is mastered. @throws DirectoryError */
  accountDoor(id: UserId): Promise<AccountDoor>
  /** The state of the password where the account is mastered, as it is there now. @throws DirectoryError as `authority` */
  passwordState(id: UserId): Promise<PasswordState>

  /**
   * Sets a password that must be changed at the next sign-in, where the account is mastered; there an on-premises account is unlocked
   * as well. Never replayed. The slot is filled before a write that may get lost, where we made the password ourselves.
   */
  setPassword(id: UserId, slot: PasswordSlot): Promise<Receipt>
  /**
   * Ends a lockout on-premises. Not locked is success without a change.
   * @throws DirectoryError protected for an account of Entra ID, which has no unlock
   */
  unlockAccount(id: UserId): Promise<UnlockReceipt>
  /**
   * Makes a Temporary Access Pass, with which the person signs in instead of a password. An earlier one of theirs stops
   * working. Never replayed by a retry handler.
   * @param options lifetimeMinutes: 10 to 43,200, and what the tenant's own policy allows; once: for one sign-in only
   * @throws DirectoryError policy when the tenant's policy refuses it or would not let it be used; conflict when there is one
   *   that is in the way; protected for a guest from elsewhere; unreachable with maybeDone when it may have been made and
   *   nobody knows it
   */
  issueAccessPass(
    id: UserId,
    options: { readonly lifetimeMinutes: number; readonly once: boolean },
  ): Promise<AccessPass>
  /** The Temporary Access Passes the person has, for reading back. */
  accessPasses(id: UserId): Promise<readonly AccessPassState[]>
  /** Ends every session (refresh tokens); access tokens live on up to about an hour. */
  revokeSessions(id: UserId): Promise<Receipt>
  /** Blocks or allows sign-in. */
  setAccountEnabled(id: UserId, enabled: boolean): Promise<Receipt>

  /**
   * Makes somebody a direct member. Already a member is success without a change. Never replayed by a retry handler.
   * @throws DirectoryError protected for groups whose members cannot be written here; not-found
   */
  addMember(group: GroupId, id: UserId): Promise<MembershipReceipt>
  /**
   * Ends a direct membership, and never anything else. Not a member is success without a change.
   * @throws DirectoryError as `addMember`
   */
  removeMember(group: GroupId, id: UserId): Promise<MembershipReceipt>

  /** Installs the Teams app for the person so that the bot may write first. Already installed is success. */
  installTeamsApp(id: UserId, teamsAppId: string): Promise<Receipt>
  /** Sends a plain mail from the configured mailbox. */
  sendMail(mail: { to: readonly string[]; subject: string; text: string }): Promise<Receipt>

  /** True answer to "do you work?": one cheap read with the real credential. @throws DirectoryError */
  probe(): Promise<void>
}
