import type { Kysely, Transaction } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import type { GroupId, UserId } from '../identity/person.ts'
import type { Catalogue } from '../policy/catalogue/catalogue.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import type { PostDraft } from '../turns/outbox.ts'
import {
  type AboutAccess,
  type AccessOperation,
  accessOperations,
  type Before,
  type Changed,
  type DirectoryOperation,
  type ForIt,
  type Operation,
  type OperationRequest,
  type OperationResult,
  type ReadBack,
} from './operation.ts'
import type { IsIt } from './relation.ts'

export interface RunDependencies {
  readonly database: Kysely<Schema>
  readonly audit: Audit
  /** Calls made for a request carry its correlation id, so that Microsoft's logs and ours can be laid side by side. */
  readonly directoryFor: (correlationId: string) => Directory
  /** Entra ID alone, where there are two sides: for what must not wait for the company's own directory. */
  readonly entraFor?: (correlationId: string) => Directory
  /** Which of these groups the group is in, nested included. Asked only where the policy protects groups. @throws DirectoryError */
  readonly groupWithin: (
    group: GroupId,
    groups: readonly GroupId[],
    correlationId: string,
  ) => Promise<readonly GroupId[]>
  readonly policy: Policy
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly isIt: IsIt
  readonly operations: readonly Operation[]
  /** Whether this process has not been given up by others, who may go on with the same operation. */
  readonly mayChange: () => Promise<boolean>
  /** Who is told what when it is over; written in the same transaction as the outcome. */
  readonly notices: (
    request: OperationRequest,
    result: OperationResult,
    otherMails: readonly string[],
    transaction: Transaction<Schema>,
  ) => Promise<readonly PostDraft[]>
  /**
   * Moves the grant or the contract on when a change of access is over, and says who is told what; once an operation, in the
   * same transaction as the outcome. `detail` is what the audit says.
   */
  readonly settleAccess: (
    transaction: Transaction<Schema>,
    request: OperationRequest,
    result: OperationResult,
    detail: Readonly<Record<string, string>>,
  ) => Promise<readonly PostDraft[]>
  /** Runs after the outcome is written: tickets, incidents, bringing posts out. Repeatable. */
  readonly afterwards: (ended: Ended) => Promise<void>
  readonly pause: (milliseconds: number) => Promise<void>
}

/** An operation that is over. */
export interface Ended {
  readonly request: OperationRequest
  readonly result: OperationResult
  /** Keys of the notices that were written. */
  readonly posts: readonly string[]
  /** What IT must hear of, with what the audit says of it. */
  readonly forIt: (ForIt & { readonly person: string; readonly detail: Readonly<Record<string, string>> }) | undefined
}

/** What preparing came to: leave, with the intent in the audit; or the end, with the reason in it. */
export type Prepared =
  | {
      readonly verdict: 'go'
      readonly before: Before
      readonly otherMails: readonly string[]
      /** Of changes of access: what carries them, for the audit. */
      readonly about?: Readonly<Record<string, string>>
    }
  | { readonly verdict: 'stop'; readonly result: OperationResult }

/** An operation whose intent is in the audit. */
export type Begun = Extract<Prepared, { verdict: 'go' }>

/** The steps of every operation. Each may run again after a crash; none returns a secret. */
export interface Steps {
  prepare(request: OperationRequest): Promise<Prepared>
  change(request: OperationRequest, before: Before): Promise<Changed>
  readBack(request: OperationRequest, before: Before): Promise<ReadBack>
  conclude(request: OperationRequest, prepared: Begun, changed: Changed, read: ReadBack): Promise<OperationResult>
  /**
   * Something broke that is no answer of a directory; `begun` when the intent was in the audit already.
   * @param mayBeMade where it is not known how far it had come
   */
  broken(request: OperationRequest, begun: Begun | undefined, mayBeMade: boolean): Promise<OperationResult>
}

/** A change of access, which needs a warrant. */
export type AccessChangeRequest = OperationRequest & { readonly name: AccessOperation; readonly access: AboutAccess }

/** A change of an account, which needs leave of the policy file. */
export type AccountRequest = OperationRequest & {
  readonly name: Exclude<DirectoryOperation, AccessOperation>
  readonly actor: UserId
}

const isAccessOperation = (name: DirectoryOperation): boolean => accessOperations.some((one) => one === name)

export function changesAccess(request: OperationRequest): request is AccessChangeRequest {
  return isAccessOperation(request.name) && request.access !== undefined
}

export function changesAccount(request: OperationRequest): request is AccountRequest {
  return !isAccessOperation(request.name) && request.access === undefined && request.actor !== 'helpbot'
}
