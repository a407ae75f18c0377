import type { Directory } from '../directory/directory.ts'
import type { GroupId, TenantId, UserId } from '../identity/person.ts'
import type { LockdownState } from '../policy/lockdown.ts'
import type { Follows } from '../sync/follow-up.ts'

/** Names of the operations that change a directory: each is a file beside this one. */
export type DirectoryOperation =
  | 'reset-password'
  | 'unlock-account'
  | 'protect-account'
  | 'reset-password-for'
  | 'freeze-account'
  | AccessOperation

/** Those that need no leave of the policy file but a warrant: an approved request, the end of a grant, an undo. */
export const accessOperations = ['grant-access', 'revoke-access', 'disable-account', 'enable-account'] as const
export type AccessOperation = (typeof accessOperations)[number]

/** Why access is changed, and what carries it. */
export type Warrant =
  /** An approved request and what it made: grant-access (a grant), enable-account (a contract). */
  | {
      readonly by: 'approval'
      readonly request: string
      readonly grant: string | null
      readonly contract: string | null
    }
  /** The end that was agreed. */
  | { readonly by: 'expiry'; readonly grant: string | null; readonly contract: string | null }
  /** The person, or whoever asked for it, gave it back. */
  | { readonly by: 'handed-back'; readonly grant: string; readonly contract: null }
  /** Somebody of IT undoes an operation. */
  | { readonly by: 'undo'; readonly operation: string; readonly grant: string | null; readonly contract: string | null }

/** What an access operation is about besides its target. `group` of grant-access and revoke-access only. */
export interface AboutAccess {
  readonly group: { readonly id: GroupId; readonly name: string } | null
  readonly title: string
  readonly warrant: Warrant
}

/** The before-image of an access operation: what an undo goes back to. */
export interface BeforeAccess {
  readonly member: boolean | null
  readonly accountEnabled: boolean | null
}

/** What is kept of a request, in the engine's own tables too: ids and words for the audit, never a secret. */
export interface OperationRequest {
  /** Unique: the same id is the same operation, however often it is started. */
  readonly id: string
  readonly name: DirectoryOperation
  readonly tenant: TenantId
  /** `helpbot` for what falls due. */
  readonly actor: UserId | 'helpbot'
  readonly target: UserId
  readonly dialogId: string | null
  readonly ticketId: string
  readonly correlationId: string
  readonly why: string
  /** Who started it for the target, in words for them: only of what is done for others. */
  readonly startedBy?: { readonly name: string; readonly as: 'manager' | 'it' }
  /** Who is shown what is made, where that is not whoever started it. */
  readonly shownTo?: { readonly id: UserId; readonly name: string }
  /** Of access operations, and of no others. */
  readonly access?: AboutAccess
  /** The second person of IT who agreed, and when (ISO 8601). */
  readonly confirmedBy?: { readonly id: UserId; readonly at: string }
}

/** What stood before the change, to compare with afterwards. Times are ISO 8601. */
export interface Before {
  readonly displayName: string
  readonly passwordChangedAt: string | null
  readonly accountEnabled: boolean | null
  readonly onPremises: boolean
  /** Of an account mastered on-premises: whether it can be written there. */
  readonly writableOnPremises?: boolean
  /** Of a reset on-premises. There `changedAt` is null while a new one must be chosen. */
  readonly password?: { readonly changedAt: string | null; readonly mustChange: boolean }
  /** Of an unlock on-premises. */
  readonly locked?: boolean
  /** Of a change of membership: whether the group is mastered on-premises. */
  readonly groupOnPremises?: boolean
  readonly startedAt: string
  /** What was in force when leave was given, where that was a lockdown: the proofs were as strong as it asks for. */
  readonly lockdown?: LockdownState
  /** Of access operations. */
  readonly access?: BeforeAccess
}

/** One change as it went: no secret, all strings for the audit. */
export interface Changed {
  /** accepted: the directory said yes. refused: it said no, nothing changed. lost: no answer, it may have happened. interrupted: not tried. */
  readonly fate: 'accepted' | 'refused' | 'lost' | 'interrupted'
  /** For the person when the fate is not `accepted`. */
  readonly sentence: string
  readonly detail: Readonly<Record<string, string>>
  /** Of what was not tried, and never had been: what came into force after leave was given. The operation ends with it. */
  readonly forbidden?: Forbidden
}

/** A no right before the change. */
export interface Forbidden {
  readonly state: 'refused' | 'failed'
  readonly code: string
  readonly sentence: string
  /** For the audit. */
  readonly because: string
  readonly tellIt: boolean
}

/** as-before: it stands as is wanted, and stood so before the change too, so that this alone says nothing. */
export type ReadBack = 'as-wanted' | 'as-before' | 'unchanged' | 'unknown'

export interface OperationResult {
  readonly state: 'done' | 'refused' | 'failed' | 'unclear'
  readonly sentence: string
  readonly at: string
}

/** Runs operations, each once for its id. */
export interface OperationEngine {
  /** Starts an operation, or finds the one with this id, and waits for its end at most so long. */
  run(request: OperationRequest, patienceMilliseconds: number): Promise<OperationResult | 'still-running'>
  stop(): Promise<void>
}

/** What IT must hear of, as an incident of its own. */
export interface ForIt {
  readonly title: string
  readonly urgency: 'normal' | 'high'
}

/** What an operation may use. */
export interface OperationTools {
  readonly directory: Directory
  readonly pause: (milliseconds: number) => Promise<void>
  readonly now: () => Date
}

/**
 * One change of a directory. `change` may run twice after a crash: it must be harmless then, or find out that it is not
 * wanted any more. Nothing it returns may hold a secret.
 */
export interface Operation {
  readonly name: DirectoryOperation
  change(request: OperationRequest, before: Before, tools: OperationTools): Promise<Changed>
  readBack(request: OperationRequest, before: Before, tools: OperationTools): Promise<ReadBack>
  /**
   * What to tell the person, given how it went, and what to tell IT. A sentence may say that IT has been told only with `forIt`. What
   * `follows` is looked after, and said behind the sentence.
   */
  conclude(
    request: OperationRequest,
    before: Before,
    changed: Changed,
    read: ReadBack,
  ): Omit<OperationResult, 'at'> & { readonly forIt?: ForIt; readonly follows?: Follows }
}
