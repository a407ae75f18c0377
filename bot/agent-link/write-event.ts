import type { Transaction } from 'kysely'
import { userId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import type { AgentLinkGround } from './ground.ts'

/** Something that happened to an agent, or to the key the bot shows them. */
export interface AgentEvent {
  readonly action:
    | 'issue-agent-code'
    | 'enrol-agent'
    | 'revoke-agent'
    | 'request-agent-rotation'
    | 'rotate-agent'
    | 'rotate-bot'
    | 'agent-alarm'
  /** Its id; undefined where it concerns all. */
  readonly agent?: string | undefined
  readonly name?: string | undefined
  readonly why: string
  readonly correlationId?: string | undefined
  readonly operationId?: string
  readonly outcome?: 'done' | 'refused'
  readonly detail?: Readonly<Record<string, string>>
}

/**
 * Writes it into the audit, within the transaction that does it. Call it last. The object concerned is the agent, or the directory as a
 * whole: both bear GUIDs.
 */
export async function writeAgentEvent(
  { audit, tenant }: Pick<AgentLinkGround, 'audit' | 'tenant'>,
  transaction: Transaction<Schema>,
  event: AgentEvent,
): Promise<void> {
  await audit.appendWithin(transaction, {
    kind: 'event',
    action: event.action,
    tenant,
    actor: 'helpbot',
    target: userId.parse(event.agent ?? tenant),
    correlationId: event.correlationId ?? crypto.randomUUID(),
    ...(event.operationId === undefined ? {} : { operationId: event.operationId }),
    why: event.why,
    outcome: event.outcome ?? 'done',
    detail: { ...(event.name === undefined ? {} : { agent: event.name }), ...event.detail },
  })
}
