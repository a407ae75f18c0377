import type { Fact } from '../escalation/escalation.ts'
import type { OperationName } from '../policy/operation-name.ts'
import type { Wanted } from './proposals.ts'

/** What IT sees of the switch: what is in force, and what waits for a second person. Plain data, so that a dialog can remember it. */
export interface LockdownSeen {
  readonly inForce: boolean
  /** What, why, since when, by whom. */
  readonly facts: readonly Fact[]
  readonly waiting:
    | {
        readonly id: string
        readonly facts: readonly Fact[]
        /** Whoever asked cannot confirm. */
        readonly mine: boolean
        readonly wanted: Wanted
        readonly operation: OperationName
      }
    | undefined
  /** What can be asked for now, with the leave that it needs; nothing while something waits. */
  readonly choices: readonly { readonly wanted: Wanted; readonly operation: OperationName; readonly title: string }[]
}

export interface LockdownDesk {
  /** Undefined for whoever is not IT. */
  lockdown(): Promise<LockdownSeen | undefined>
  /** The first person's wish; `key` makes it one, however often it is asked. */
  askForLockdown(
    key: string,
    wanted: Wanted,
    reason: string,
  ): Promise<{ readonly ok: boolean; readonly sentence: string }>
  /** The second person's yes. */
  confirmLockdown(id: string): Promise<{ readonly ok: boolean; readonly sentence: string }>
  withdrawLockdown(id: string): Promise<{ readonly ok: boolean; readonly sentence: string }>
}
