import type { Named } from '../approvals/requests/request.ts'
import type { GroupId, TenantId, UserId } from '../identity/person.ts'

/**
 * - waiting: approved, and not granted yet (its start is to come, or the directory is being asked)
 * - active: the membership is there, or was when it was last looked at
 * - ended: taken back, handed back, or left alone for a reason that `ending` gives
 * - failed: the membership could not be made
 */
export type GrantState = 'waiting' | 'active' | 'ended' | 'failed'

/** One approved membership with its end. A row, never a timer. */
export interface Grant {
  readonly id: string
  readonly tenant: TenantId
  readonly person: Named
  readonly group: { readonly id: GroupId; readonly name: string }
  /** Key of the catalogue; it may be gone from there by now. */
  readonly entry: string
  readonly title: string
  readonly requester: Named
  /** The request that carries it now: the first one, or the last extension. */
  readonly requestId: string
  /** Who said yes, to the request that carries it. */
  readonly approvers: readonly {
    readonly id: UserId
    readonly name: string
    readonly as: string
    readonly at: string
  }[]
  readonly reason: string
  readonly contractId: string | null
  readonly state: GrantState
  readonly startsAt: Date
  /** null = permanent. */
  readonly endsAt: Date | null
  readonly grantedAt: Date | null
  readonly endedAt: Date | null
  readonly ending: string | null
  /** The membership was there before the grant, so it is left alone at its end. null = not known yet. */
  readonly hadBefore: boolean | null
  /** When we noticed that the membership was gone behind our back. */
  readonly goneAt: Date | null
  /** How many of the reminders before the end were given. */
  readonly reminded: number
  readonly attempts: number
  /** When something must be done with it next: begin, remind, look, end. null = never. */
  readonly dueAt: Date | null
  readonly correlationId: string
}

/** A contractor's account: who answers for it, what for, and until when it works. */
export interface Contract {
  readonly id: string
  readonly tenant: TenantId
  readonly person: Named
  readonly sponsor: Named
  readonly project: string
  readonly requestId: string
  readonly state: 'waiting' | 'active' | 'ended' | 'failed'
  readonly startsAt: Date
  readonly endsAt: Date
  readonly endedAt: Date | null
  readonly ending: string | null
  /** When we noticed that the sponsor is gone; the end has been brought forward then. */
  readonly sponsorGoneAt: Date | null
  readonly reminded: number
  readonly attempts: number
  readonly dueAt: Date | null
  readonly correlationId: string
}
