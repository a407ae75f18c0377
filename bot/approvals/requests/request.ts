import type { GroupId, TenantId, UserId } from '../../identity/person.ts'
import type { Risk, Stage } from '../../policy/catalogue/catalogue.ts'

export interface Named {
  readonly id: UserId
  /** As the directory had it: data, for showing only. */
  readonly name: string
}

/** How long something lasts: for so many milliseconds from when it begins, until a moment (ISO 8601), or without an end. */
export type Lasts = { readonly for: number } | { readonly until: string } | 'permanent'

/**
 * What is asked for:
 * - access: a membership
 * - extension: a later end of a grant that there is
 * - contract: an account that works until a date
 * - contract-extension: a later end of that
 */
export type RequestKind = 'access' | 'extension' | 'contract' | 'contract-extension'

/** Exactly what is approved: all that the card says of it. An approval is bound to the hash of this. */
export interface Terms {
  readonly kind: RequestKind
  readonly requester: Named
  /** Who gets it. */
  readonly person: Named
  /** The catalogue's key; null for contracts. */
  readonly entry: string | null
  /** `Sales dashboard: read`, or the project of a contract. */
  readonly title: string
  /** In plain words, what it opens. */
  readonly opens: string
  readonly group: { readonly id: GroupId; readonly name: string } | null
  readonly risk: Risk
  readonly reason: string
  /** ISO 8601; null = as soon as it is approved. */
  readonly startsAt: string | null
  readonly lasts: Lasts
  /** Sentences: what the person has that does not go with it; of a contract, what it takes away. */
  readonly conflicts: readonly string[]
  /** The grant or contract that is extended; null otherwise. */
  readonly extends: string | null
}

export type AskState = 'asked' | 'approved' | 'denied' | 'delegated' | 'handed-over' | 'unreachable' | 'closed'

/** One approver, asked once. */
export interface Ask {
  /** `<request id>:<number>`; also tells the key of the card: see `askPost`. */
  readonly id: string
  readonly stage: number
  readonly panel: number
  readonly approver: Named
  /** In what capacity: `manager of …`, `delegate of Maya Okonkwo`: words for people and the audit. */
  readonly as: string
  readonly state: AskState
  /** The ask that this one took the place of. */
  readonly insteadOf: string | null
  /** Hash of the terms that the card shows; of those that were approved, once it is. */
  readonly hash: string
  readonly askedAt: string
  /** When a reminder is due next; null = none any more. ISO 8601 as all of these. */
  readonly remindAt: string | null
  readonly reminders: number
  readonly handOverAt: string | null
  readonly decidedAt: string | null
  /** What a denial gave as its reason. */
  readonly reason: string | null
  /** What the approver proved at the click. */
  readonly proof: { readonly method: 'totp'; readonly at: string } | null
}

/** An approver asks the requester something. Both texts are theirs. */
export interface Question {
  readonly id: string
  readonly ask: string
  readonly text: string
  readonly askedAt: string
  readonly answer: string | null
  readonly answeredAt: string | null
}

/**
 * - open: approvers are being asked
 * - approved, denied, withdrawn, expired: as they say
 * - to-it: nobody could be asked; IT has it
 * - void: it cannot be any more (the person left, the group is gone, the grant ended)
 */
export type RequestState = 'open' | 'approved' | 'denied' | 'withdrawn' | 'expired' | 'to-it' | 'void'

/** A request for access, with all who are asked and what they said. One row; never a secret. */
export interface AccessRequest {
  /** Also the ticket's id. */
  readonly id: string
  readonly tenant: TenantId
  readonly state: RequestState
  readonly terms: Terms
  /** Terms that were in force before an approver shortened them, oldest first. */
  readonly earlier: readonly Terms[]
  readonly stages: readonly Stage[]
  /** The stage that is being asked. */
  readonly stage: number
  readonly asks: readonly Ask[]
  readonly questions: readonly Question[]
  readonly askedAt: string
  readonly expiresAt: string
  readonly decidedAt: string | null
  /** How it ended, as a sentence for the requester. */
  readonly ending: string | null
  readonly correlationId: string
}

/** The key of the card that asks an approver. */
export function askPost(ask: string): string {
  return `access-ask:${ask}`
}

/** The key of the card on which a requester answers an approver's question. */
export function questionPost(question: string): string {
  return `access-question:${question}`
}
