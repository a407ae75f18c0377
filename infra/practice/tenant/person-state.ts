import type { CompanyUser } from '../company/model.ts'
import type { Usability } from './access-passes.ts'
import type { AutomaticReplies } from './mailboxes.ts'
import type { TenantState } from './state.ts'

/** What the directory holds of a person, without any password. Times are ISO 8601. */
export interface DirectoryState {
  readonly id: string
  readonly displayName: string
  readonly userPrincipalName: string
  readonly mail: string | null
  readonly accountEnabled: boolean
  readonly userType: 'Member' | 'Guest'
  readonly synced: boolean
  readonly passwordChangedAt: string
  readonly mustChangePassword: boolean
  readonly sessionsRevokedAt: string
  /** Smart lockout is on. */
  readonly locked: boolean
  readonly managerId: string | null
  readonly otherMails: readonly string[]
  readonly administrator: boolean
  readonly automaticReplies: AutomaticReplies['status']
  /** Direct memberships. */
  readonly groupIds: readonly string[]
}

/** What is kept of a Temporary Access Pass. Times are ISO 8601. */
export interface AccessPassRecord {
  readonly id: string
  readonly startsAt: string
  readonly lifetimeMinutes: number
  readonly once: boolean
  readonly usability: Usability
}

/** proxyAddresses that say the same as a new mail: it with SMTP: first, then the aliases there were. */
export function withPrimaryAddress(user: CompanyUser, edit: Partial<CompanyUser>): Partial<CompanyUser> {
  if (edit.mail === undefined) return {}
  const aliases = user.proxyAddresses.filter((one) => !one.startsWith('SMTP:'))
  return { proxyAddresses: edit.mail === null ? aliases : [`SMTP:${edit.mail}`, ...aliases] }
}

/** A person as the directory holds them now. */
export function directoryState(state: TenantState, user: CompanyUser): DirectoryState {
  const { company } = state
  return {
    id: user.id,
    displayName: user.displayName,
    userPrincipalName: user.userPrincipalName,
    mail: user.mail,
    accountEnabled: user.accountEnabled,
    userType: user.userType,
    synced: user.onPremisesSyncEnabled === true,
    passwordChangedAt: user.lastPasswordChangeDateTime.toISOString(),
    mustChangePassword: user.mustChangePassword,
    sessionsRevokedAt: user.signInSessionsValidFromDateTime.toISOString(),
    locked: state.signIns.isLocked(user.id),
    managerId: user.managerId,
    otherMails: user.otherMails,
    administrator: company.isAdministrator(user.id),
    automaticReplies: state.mailboxes.repliesOf(user.id).status,
    groupIds: company.directGroups(user.id, 'latest').map((group) => group.id),
  }
}

/** The pass a person has, if any. */
export function accessPassRecord(state: TenantState, userId: string): AccessPassRecord | undefined {
  const pass = state.accessPasses.of(userId)
  if (pass === undefined) return undefined
  const { id, startsAt, lifetimeMinutes, once } = pass
  const usability = state.accessPasses.usability(userId, pass)
  return { id, startsAt: startsAt.toISOString(), lifetimeMinutes, once, usability }
}
