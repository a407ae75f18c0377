import type { Kysely, Transaction } from 'kysely'
import type { Logger } from 'pino'
import type { Audit } from '../../audit/audit.ts'
import type { ChannelName } from '../../channels/chat.ts'
import type { Clock } from '../../clock.ts'
import type { Directory } from '../../directory/directory.ts'
import type { Escalation } from '../../escalation/escalation.ts'
import type { KeyRing } from '../../identity/key-ring.ts'
import type { Who } from '../../identity/who.ts'
import type { Catalogue } from '../../policy/catalogue/catalogue.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Schema } from '../../store/schema.ts'
import type { Tickets } from '../../tickets/tickets.ts'
import type { PostChange, PostDraft } from '../../turns/outbox.ts'
import type { AccessRequest } from './request.ts'

/** What requests for access stand on. */
export interface RequestGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly directory: Directory
  readonly policy: Policy
  readonly catalogue: Catalogue
  readonly audit: Audit
  /** Tickets within a transaction of the caller's. */
  readonly ticketsIn: (connection: Kysely<Schema>) => Tickets
  readonly escalation: Pick<Escalation, 'open'>
  readonly ring: KeyRing
  readonly hasItChannel: boolean
  /** Whether being signed in there counts for as much as being signed in to the directory. */
  readonly channelIsStrong: (channel: ChannelName | undefined) => boolean
  readonly isIt: (person: Who) => Promise<boolean>
  /**
   * Makes what was approved, in the transaction that ends the request: a grant, a later end, a contract. What it leaves to be
   * shown is brought out with the rest.
   */
  readonly approved: (transaction: Transaction<Schema>, request: AccessRequest) => Promise<Shown>
  readonly log: Logger
}

/** What is to be shown, or to be shown differently. */
export interface Shown {
  readonly posts: readonly PostDraft[]
  readonly changes: readonly PostChange[]
}
