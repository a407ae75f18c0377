import type { TenantId, UserId } from '../identity/person.ts'
import type { Proof, ProofMethod } from '../identity/proof.ts'
import type { LockdownState } from './lockdown.ts'
import type { OperationName } from './operation-name.ts'
import type { Approver, PersonProof } from './schema.ts'

/** Somebody who said yes to this very request. */
export interface Approval {
  readonly by: UserId
  readonly at: Date
  /** In what capacity. */
  readonly kind: Approver
}

/** All that a decision rests on, read live just before. Undefined and `unknown` lead to a refusal. */
export interface DecisionRequest {
  readonly operation: OperationName
  /** Who asks, as the validated token and the directory say. */
  readonly person: {
    readonly id: UserId
    readonly tenant: TenantId
    readonly accountEnabled: boolean | undefined
    readonly guest: boolean | undefined
  }
  /** Whose account is concerned. */
  readonly target: {
    readonly id: UserId
    readonly tenant: TenantId
    readonly privileged: boolean | 'unknown'
    /**
     * Which protected groups of the policy the target is in, in words for IT. Left out = nobody looked, which is a refusal
     * when the policy names any. Protected people are found here without it.
     */
    readonly protectedBecause?: readonly string[]
    readonly sourceOfAuthority: 'entra' | 'on-premises'
    /** Whether it can be written there, found live; left out = no, of what is mastered on-premises. */
    readonly writableOnPremises?: boolean
    /** Why not, for IT and the audit. */
    readonly notWritableBecause?: string
    readonly accountEnabled: boolean | undefined
    readonly guest: boolean | undefined
  }
  /** What the person is to the target, as the directory says now. */
  readonly relation: Relation
  /** Only those of the dialog at hand: a proof serves no other. */
  readonly proofs: readonly Proof[]
  /** Those that the target gave, where it is somebody else; of the dialog at hand too. */
  readonly targetProofs?: readonly Proof[]
  /** Only those of the request at hand. */
  readonly approvals: readonly Approval[]
  /** How often within the last day, this time not counted: for this account, and by whoever starts it for others. */
  readonly usage: { readonly today: number; readonly byStarter?: number }
  /** What is in force for everybody, read just now. */
  readonly lockdown: LockdownState
  readonly now: Date
}

export type Relation = 'self' | 'manager-of' | 'it' | 'none'

export const refusalCodes = [
  'other-tenant',
  'not-self',
  'own-account',
  'not-in-charge',
  'forbidden',
  'lockdown',
  'limit',
  'unverifiable',
  'guest',
  'privileged',
  'protected',
  'disabled',
  'mastered-elsewhere',
] as const
export type RefusalCode = (typeof refusalCodes)[number]

export interface Refusal {
  readonly verdict: 'refuse'
  readonly code: RefusalCode
  /** For the person: true, with the next step; no ids, nothing about roles. */
  readonly sentence: string
  /** For IT and the audit; at most 500 characters. */
  readonly detail: string
  /** Whether IT must hear of it at once. */
  readonly tellIt: boolean
  readonly policyVersion: string
}

export type Decision =
  | {
      readonly verdict: 'allow'
      readonly proofsUsed: readonly Proof[]
      /** What the other person gave, where one had to prove themselves too. */
      readonly targetProofsUsed: readonly Proof[]
      /** What the approval was, where one was needed. */
      readonly approval: Approval | undefined
      readonly policyVersion: string
    }
  | {
      readonly verdict: 'need-proof'
      /** What is still missing of each alternative, the shortest first; any one of them is enough. Never empty. */
      readonly alternatives: readonly (readonly ProofMethod[])[]
      readonly policyVersion: string
    }
  | {
      /** The person who asks has proved themselves; now the one whose account it is must. */
      readonly verdict: 'need-person-proof'
      /** As above. Never empty. */
      readonly alternatives: readonly (readonly PersonProof[])[]
      readonly policyVersion: string
    }
  | { readonly verdict: 'need-approval'; readonly from: Approver; readonly policyVersion: string }
  | Refusal
