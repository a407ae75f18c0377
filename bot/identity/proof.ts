import type { TenantId, UserId } from './person.ts'

/** The ways a person can prove who they are. `channel` is the authenticated chat itself. */
export const proofMethods = ['totp', 'manager', 'questions', 'channel'] as const
export type ProofMethod = (typeof proofMethods)[number]

/**
 * What is kept of a verification: who proved themselves, how, when and for which conversation. Never the code or the answer.
 * A proof serves only the dialog (`dialogId`) in which it was given.
 */
export interface Proof {
  readonly id: string
  readonly tenant: TenantId
  readonly person: UserId
  readonly method: ProofMethod
  readonly dialogId: string
  readonly at: Date
  /** For `manager`: who confirmed. */
  readonly confirmedBy?: UserId
  /** True when the factor is strong enough to count now; false for one that is still cooling off or whose manager is too new. */
  readonly counts: boolean
}
