import { type Kysely, sql } from 'kysely'
import type { Alarm } from '../../agent/protocol/frames.ts'
import type { Schema } from '../store/schema.ts'
import type { AgentLinkGround, AlarmingAgent } from './ground.ts'
import { writeAgentEvent } from './write-event.ts'

/** An agent that raises more is out of its mind, or in other hands: IT knows by then. */
const alarmsPerHour = 60
const hour = 60 * 60_000

/** Writes an alarm into the audit and tells IT, once however often it comes. */
export async function raiseAlarm(ground: AgentLinkGround, alarm: Alarm, agent: AlarmingAgent): Promise<void> {
  const { log, metrics } = ground
  metrics.agentLink('alarm')
  log.warn({ agent: agent.id, alarm: alarm.id, kind: alarm.kind, what: alarm.what }, 'agents: an alarm')
  const { allowed } = await ground.ephemeral.spend(`agent-alarms:${agent.id}`, alarmsPerHour, hour)
  if (!allowed) return
  const operationId = `agent-alarm:${alarm.id}`
  const tell = await ground.database.transaction().execute(async (transaction) => {
    if (await isWritten(transaction, operationId)) return undefined
    // Before the audit: all other writers of it wait until this is committed.
    const told = await ground.alarm(alarm, agent, transaction)
    await writeAgentEvent(ground, transaction, {
      action: 'agent-alarm',
      agent: agent.id,
      name: agent.name,
      operationId,
      why: alarm.because,
      outcome: 'refused',
      correlationId: asId(alarm.correlationId),
      detail: {
        kind: alarm.kind,
        what: alarm.what,
        raisedAt: alarm.at,
        ...(alarm.commandId === null ? {} : { command: alarm.commandId }),
        ...(agent.domain === undefined ? {} : { domain: agent.domain }),
      },
    })
    return told
  })
  tell?.()
}

/** The audit takes visible ASCII; what an agent writes may be anything. */
function asId(text: string | null): string | undefined {
  return text !== null && /^[\x21-\x7e]+$/.test(text) ? text : undefined
}

async function isWritten(database: Kysely<Schema>, operationId: string): Promise<boolean> {
  const row = await database
    .selectFrom('audit')
    .select('seq')
    .where(sql<string>`event->>'operationId'`, '=', operationId)
    .executeTakeFirst()
  return row !== undefined
}
