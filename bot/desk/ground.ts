import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { EntryIndex } from '../access/entry-index.ts'
import type { AccessGround } from '../access/ground.ts'
import type { Audit } from '../audit/audit.ts'
import type { ChannelName } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import type { Escalation } from '../escalation/escalation.ts'
import type { KeyRing } from '../identity/key-ring.ts'
import type { Person } from '../identity/person.ts'
import type { Handover } from '../operations/handover.ts'
import type { OperationEngine } from '../operations/operation.ts'
import type { IsIt } from '../operations/relation.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import type { Tickets } from '../tickets/tickets.ts'

/** What every desk stands on; the same for all people. */
export interface Ground {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly directory: Directory
  readonly policy: Policy
  readonly ring: KeyRing
  readonly audit: Audit
  readonly tickets: Tickets
  readonly engine: OperationEngine
  readonly handover: Handover
  /** Name that authenticator apps show. */
  readonly issuer: string
  /** Brings posts out that were just written. */
  readonly bringOut: (keys: readonly string[]) => Promise<void>
  readonly hasItChannel: boolean
  /** Whether mails can be sent at all. */
  readonly canMail: boolean
  /** Whether somebody belongs to IT, asked of the directory now. @throws DirectoryError */
  readonly isIt: IsIt
  /** Whether being signed in there counts for as much as being signed in to the directory; where unknown: no. */
  readonly channelIsStrong: (channel: ChannelName | undefined) => boolean
  /** Calls IT in. */
  readonly escalation: Pick<Escalation, 'open' | 'list'>
  /** What requests for access, grants and contracts stand on. */
  readonly access: AccessGround
  /** Finds in the catalogue what people mean, among what they may see. */
  readonly entries: EntryIndex
  readonly log: Logger
}

/** Whose desk it is, and in which dialog. */
export interface Sitting {
  readonly person: Person
  readonly dialogId: string
  readonly correlationId: string
  /** Where the person last spoke in it. */
  readonly channel: ChannelName | undefined
}
