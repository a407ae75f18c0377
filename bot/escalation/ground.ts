import type { Kysely } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { ChannelName } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import type { UserId } from '../identity/person.ts'
import type { Who } from '../identity/who.ts'
import type { OperationResult } from '../operations/operation.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import type { Tickets } from '../tickets/tickets.ts'

/** An account two people of IT want frozen. */
export interface FreezeRequest {
  /** The operation's id: the same id is the same freeze. */
  readonly id: string
  readonly threadId: string
  /** Whose account. */
  readonly person: Who
  readonly askedBy: UserId
  readonly confirmedBy: UserId
  readonly ticketId: string
  readonly correlationId: string
}

/** What the threads with IT stand on. Times in milliseconds. */
export interface EscalationGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  /** Tickets written in the caller's transaction: a thread and its ticket are there together or not at all. */
  readonly ticketsIn: (connection: Kysely<Schema>) => Tickets
  readonly audit: Audit
  readonly directory: Pick<Directory, 'user'>
  readonly hasItChannel: boolean
  /** Asked of the directory now. An error counts as no. */
  readonly isIt: (who: Who) => Promise<boolean>
  /** Whether being signed in there asks for a second factor; where unknown: no. */
  readonly channelIsStrong: (channel: ChannelName | undefined) => boolean
  readonly policy: Pick<Policy, 'chatLinkMustStandFor'>
  /** Runs the operation that freezes an account, under policy and audit like any other. */
  readonly freeze: (request: FreezeRequest) => Promise<OperationResult | 'still-running'>
  /** How long a thread may wait for an answer before IT is reminded. */
  readonly reminders: Readonly<Record<'normal' | 'high', number>>
  /** How long a caller check and a freeze wait for the second person. */
  readonly answerWithin: number
}

/** Whether somebody is IT at this moment; unknown is no. */
export async function isItNow(ground: Pick<EscalationGround, 'isIt'>, who: Who): Promise<boolean> {
  return await ground.isIt(who).catch(() => false)
}
