import type { SlackEvent } from './slack/events.ts'
import type { TeamsEvent } from './teams/events.ts'

/** What the page and its front door say to each other, as JSON. */

export type Badge = 'guest' | 'administrator' | 'synced' | 'disabled'

/** Somebody of the practice company, as the pickers show them. */
export interface Someone {
  /** Object id. */
  readonly id: string
  readonly name: string
  readonly userPrincipalName: string
  readonly jobTitle: string
  readonly department: string
  readonly badges: readonly Badge[]
  /** What to expect of HelpBot with this person; empty for most. */
  readonly hint: string
  readonly managerId?: string
}

export type GroupMark = 'synced' | 'dynamic' | 'microsoft-365'

/** A group that somebody is in themselves, not through another group. */
export interface PersonGroup {
  /** Object id. */
  readonly id: string
  readonly name: string
  readonly marks: readonly GroupMark[]
}

/** What the directory holds about a person right now. Times are the machine's. */
export interface DirectoryState {
  readonly id: string
  readonly signInAllowed: boolean
  /** Locked for a while after too many wrong passwords. */
  readonly locked: boolean
  readonly mustChangePassword: boolean
  /** ISO 8601. */
  readonly passwordChangedAt: string
  readonly sessionsRevokedAt: string
  /** Direct memberships by name, the first of them. */
  readonly groups: readonly PersonGroup[]
  /** Whether there are more. */
  readonly moreGroups: boolean
  /** Automatic replies are on, or set for a time. */
  readonly outOfOffice: boolean
  /** Second mailbox, when the directory knows one. */
  readonly secondMailbox?: string
  /** How many mails lie in it. */
  readonly mails: number
}

/** What the domain controller says about an account right now. Times are ISO 8601 and the machine's. */
export interface DomainAccount {
  readonly isEnabled: boolean
  readonly isLocked: boolean
  readonly lockedAt?: string
  /** Since the last right one, within the time in which they count together. */
  readonly wrongPasswords: number
  readonly mustChangePassword: boolean
  /** Absent where it must be changed: the domain keeps one or the other. */
  readonly passwordSetAt?: string
  /** Of the domain, by way of a group in a group. */
  readonly isAdministrator: boolean
}

/** How the on-premises half of the company is. */
export interface OnPremisesView {
  /** DNS name of the domain. */
  readonly realm: string
  readonly controller: { readonly host: string; readonly isUp: boolean }
  readonly agent: { readonly isRunning: boolean; readonly isConnected: boolean }
  /** Between agent and bot. */
  readonly line: 'whole' | 'cut'
  readonly sync: {
    readonly isPaused: boolean
    readonly isFailing: boolean
    /** ISO 8601, the machine's time. */
    readonly lastAt?: string
  }
}

/** Somebody was put into a group or taken out of it. */
export interface MembershipChange {
  /** Grows with every change, over restarts as well. */
  readonly number: number
  /** ISO 8601, the machine's time. */
  readonly at: string
  readonly what: 'added' | 'removed'
  readonly member: string
  readonly group: string
  /** The bot comes through Microsoft Graph; an administrator does not ask it. */
  readonly by: 'bot' | 'administrator'
}

export interface Mail {
  readonly at: string
  readonly subject: string
  readonly text: string
}

/** An audit row with the names of the people in it. */
export interface AuditLine {
  readonly seq: number
  readonly at: string
  readonly hash?: string
  readonly kind: string
  readonly action: string
  readonly outcome?: string
  readonly actorId: string
  readonly targetId: string
  readonly actor: string
  readonly target: string
  readonly why?: string
  /** Name of the group it is about, or of what was asked for. */
  readonly about?: string
  /** ISO 8601, or `never`. */
  readonly endsAt?: string
  /** Names of those who said yes. */
  readonly approvers?: readonly string[]
  /** DNS name of the domain controller that did it. */
  readonly controller?: string
  /** Name of the one who decides from now on, where it was passed on. */
  readonly decides?: string
  /** Reasons and codes, when it did not go well. */
  readonly detail?: string
  readonly proofs: readonly string[]
}

export interface CompanyView {
  readonly name: string
  readonly bot: string
  readonly itChannelId: string
  readonly itChannelName: string
  /** Who sits in the panes when the page opens. */
  readonly employee: Someone
  readonly manager: Someone
  readonly it: Someone
  /** Those who answer in the IT channel, the first of them being `it`. */
  readonly itPeople: readonly Someone[]
  /** Somebody to try Slack with. */
  readonly colleague: Someone
  /** Who says yes to access after the employee's manager. */
  readonly approver: Someone
  /** Absent in a company without Slack. */
  readonly slack?: SlackView
  readonly canRestartBot: boolean
  /** Absent in a company that is in the cloud alone. */
  readonly onPremises?: {
    readonly realm: string
    /** Somebody to try it with. */
    readonly person: Someone
  }
}

/** Somebody's account in Slack. */
export interface SlackAccount {
  /** Slack user id. */
  readonly user: string
  /** The direct message with the bot. */
  readonly conversationId: string
}

export interface SlackView {
  readonly botUserId: string
  /** The IT channel, where it is in Slack. */
  readonly itChannelId?: string
  /** What a message's menu offers. */
  readonly shortcut: { readonly callbackId: string; readonly name: string }
}

export type SignInOutcome = 'signed-in' | 'must-change' | 'wrong' | 'disabled' | 'locked' | 'failed'

export interface SignInAnswer {
  readonly outcome: SignInOutcome
  readonly sentence: string
}

export interface ClockView {
  /** ISO 8601. */
  readonly now: string
  readonly offsetMilliseconds: number
  /** When it was moved, oldest first; at first it is the machine's time. */
  readonly moves: readonly ClockMove[]
}

/** From then on, by the machine's time (ISO 8601), the company is so far ahead of it. */
export interface ClockMove {
  readonly at: string
  readonly offsetMilliseconds: number
}

/** One event of `GET /practice/api/live`. */
export type LiveEvent =
  | { readonly type: 'audit'; readonly lines: readonly AuditLine[] }
  | { readonly type: 'state'; readonly state: DirectoryState }
  | { readonly type: 'memberships'; readonly changes: readonly MembershipChange[] }
  | { readonly type: 'clock'; readonly clock: ClockView }
  | { readonly type: 'bot'; readonly up: boolean }
  | { readonly type: 'on-premises'; readonly view: OnPremisesView }
  | { readonly type: 'domain-account'; readonly id: string; readonly account: DomainAccount | 'unknown' }

/** What happens in Slack. Of a modal only whether one is open: its content is for the one who looks at it. */
export type SlackNews =
  | Exclude<SlackEvent, { type: 'view' }>
  | { readonly type: 'view'; readonly user: string; readonly isOpen: boolean }

/** One event of `GET /practice/api/chats`. */
export type ChatNews = { readonly teams: TeamsEvent } | { readonly slack: SlackNews }

/** Ways in which Microsoft Graph can fail: throttled, unavailable, slow, connection cut. */
export const FAULT_KINDS = ['none', '429', '503', 'slow', 'cut'] as const
export type FaultKind = (typeof FAULT_KINDS)[number]
