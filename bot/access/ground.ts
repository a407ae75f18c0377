import type { RequestGround } from '../approvals/requests/ground.ts'
import type { OperationEngine } from '../operations/operation.ts'

/** What grants and contracts stand on while they are worked off: requests, and the engine that changes the directory. */
export interface AccessGround extends RequestGround {
  readonly engine: OperationEngine
}

/** What is enough to make rows of what was approved, and to move them on when an operation ends. */
export type RowGround = Pick<RequestGround, 'clock' | 'policy' | 'catalogue' | 'audit'>
