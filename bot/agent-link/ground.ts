import type { Kysely, Transaction } from 'kysely'
import type { Logger } from 'pino'
import type { Alarm } from '../../agent/protocol/frames.ts'
import type { Audit } from '../audit/audit.ts'
import type { Clock } from '../clock.ts'
import type { KeyRing } from '../identity/key-ring.ts'
import type { TenantId } from '../identity/person.ts'
import type { Metrics } from '../metrics.ts'
import type { Ephemeral } from '../store/ephemeral.ts'
import type { Relay } from '../store/relay.ts'
import type { Schema } from '../store/schema.ts'
import type { LinkTimes } from './times.ts'

/** What the link to the agents is made of. */
export interface AgentLinkGround {
  readonly database: Kysely<Schema>
  readonly ring: KeyRing
  readonly relay: Relay
  readonly ephemeral: Ephemeral
  readonly audit: Audit
  /** Whose directory this is: stands in every row of the audit. */
  readonly tenant: TenantId
  /** The clock of the world: agents and other replicas go by it too. */
  readonly realTime: Clock
  readonly metrics: Metrics
  readonly random: (size: number) => Buffer
  readonly log: Logger
  readonly times: LinkTimes
  /**
   * Writes down what IT is to be told, in the transaction that writes the alarm's row in the audit: once for every alarm. What it
   * gives is called when that is committed.
   */
  readonly alarm: (alarm: Alarm, agent: AlarmingAgent, transaction: Transaction<Schema>) => Promise<() => void>
}

/** Who raised it. The name is data. */
export interface AlarmingAgent {
  readonly id: string
  readonly name: string
  readonly domain: string | undefined
}
