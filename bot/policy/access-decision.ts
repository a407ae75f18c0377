import type { GroupId, UserId } from '../identity/person.ts'
import type { LockdownState } from './lockdown.ts'

/** The changes of access: to be made only with a warrant, and within the rules of decide-access.ts. */
export type AccessChange = 'grant-access' | 'revoke-access' | 'disable-account' | 'enable-account'

/** Whose access is changed, as the directory says now. Unknown leads to a refusal. */
export interface AccessPerson {
  readonly id: UserId
  readonly accountEnabled: boolean | undefined
  readonly privileged: boolean | 'unknown'
  /** Which protected groups of the policy the person is in, in words for IT. Undefined = nobody looked. */
  readonly protectedBecause: readonly string[] | undefined
  readonly sourceOfAuthority: 'entra' | 'on-premises'
  /** Whether it can be written there, found live; left out = no, of what is mastered on-premises. */
  readonly writableOnPremises?: boolean
  /** Why not, for IT and the audit. */
  readonly notWritableBecause?: string
  /** Why privileged: for IT and the audit only. */
  readonly because: readonly string[]
}

/** The group whose members are changed, as the directory says now. Unknown leads to a refusal. */
export interface AccessGroup {
  readonly id: GroupId
  readonly roleAssignable: boolean | undefined
  readonly privileged: boolean | 'unknown'
  readonly dynamic: boolean | undefined
  readonly unified: boolean | undefined
  readonly mailEnabled: boolean | undefined
  readonly securityEnabled: boolean | undefined
  readonly sourceOfAuthority: 'entra' | 'on-premises'
  /** Whether it can be written there, found live; left out = no, of what is mastered on-premises. */
  readonly writableOnPremises?: boolean
  /** Why not, for IT and the audit. */
  readonly notWritableBecause?: string
  /** Which protected groups of the policy it is nested in. Undefined = nobody looked. */
  readonly within: readonly GroupId[] | undefined
  /** Why privileged: for IT and the audit only. */
  readonly because: readonly string[]
}

/** All that a decision about access rests on, read live just before. */
export interface AccessFacts {
  readonly change: AccessChange
  /** Why what carries the change does not hold, for IT; undefined when it does. */
  readonly unwarranted: string | undefined
  /** The membership is one that we granted ourselves. */
  readonly granted: boolean
  /** For sentences: as the directory has them, or as they were known before. */
  readonly names: { readonly person: string; readonly group: string }
  readonly person: AccessPerson | 'gone'
  /** null where no group is concerned. */
  readonly group: AccessGroup | 'gone' | null
  /** What is in force for everybody, read just now. */
  readonly lockdown: LockdownState
  /** Somebody of IT does it and has proved themselves for it; otherwise it rests on what others have said. */
  readonly proved: boolean
}

export const accessRefusalCodes = [
  'unwarranted',
  'unknown-person',
  'unknown-group',
  'unverifiable',
  'lockdown',
  'synced-group',
  'role-assignable-group',
  'privileged-group',
  'protected-group',
  'dynamic-group',
  'mail-enabled-group',
  'unsuitable-group',
  'privileged',
  'protected',
  'disabled',
  'cloud-person',
  'mastered-elsewhere',
] as const
export type AccessRefusalCode = (typeof accessRefusalCodes)[number]

export interface AccessRefusal {
  readonly verdict: 'refuse'
  readonly code: AccessRefusalCode
  /** For whoever asked and for IT: true, with names; no ids, nothing about roles. */
  readonly sentence: string
  /** For IT and the audit; at most 500 characters. */
  readonly detail: string
  /** Whether IT must hear of it; the sentence says so then. */
  readonly tellIt: boolean
}

export type AccessDecision = { readonly verdict: 'allow' } | AccessRefusal
