import type { Kysely } from 'kysely'
import type { Alarm } from '../../agent/protocol/frames.ts'
import type { Clock } from '../clock.ts'
import type { Escalation } from '../escalation/escalation.ts'
import { type TenantId, userId } from '../identity/person.ts'
import { plainText } from '../plain-text.ts'
import type { Schema } from '../store/schema.ts'
import { writePosts } from '../turns/outbox.ts'

export interface AlarmGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly tenant: TenantId
  readonly escalation: Pick<Escalation, 'open'>
  readonly hasItChannel: boolean
}

const kinds: Readonly<Record<Alarm['kind'], string>> = {
  privileged: 'the account or the group has administrator rights',
  outside: 'it lies outside of what its own policy lets it change',
  forbidden: 'its own policy does not allow the operation',
  cap: 'its own limit for an hour is used up',
  protocol: 'what reached it was not what the bot would send',
}

/**
 * Tells IT that an agent refused what it was ordered. Where an operation of ours ordered it, in a thread about whose account it was;
 * otherwise in the channel, because then somebody else may be holding the bot's key.
 * @returns keys of the posts to be brought out
 */
export async function tellItOfAlarm(
  ground: AlarmGround,
  alarm: Alarm,
  agent: { readonly name: string; readonly domain: string | undefined },
): Promise<readonly string[]> {
  const { database, tenant, clock } = ground
  const correlationId = alarm.correlationId ?? alarm.id
  const operation = await database
    .selectFrom('operations')
    .select(['target_id'])
    .where('tenant_id', '=', tenant)
    .where('correlation_id', '=', correlationId)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  const facts = [
    { title: 'Agent', value: agent.domain === undefined ? agent.name : `${agent.name}, ${agent.domain}` },
    { title: 'Was to do', value: alarm.what },
    { title: 'Refused because', value: `${kinds[alarm.kind]}: ${alarm.because}` },
  ]
  const target = userId.safeParse(operation?.target_id)
  if (target.success) {
    const opened = await ground.escalation.open(
      {
        id: `agent-alarm:${alarm.id}`,
        person: { tenant, id: target.data, name: '' },
        reason: alarm.kind === 'privileged' ? 'privileged-target' : 'refused',
        title,
        urgency: 'high',
        facts,
        correlationId,
      },
      database,
    )
    return opened.posts
  }
  if (!ground.hasItChannel) return []
  const text = `${unexplained} ${facts.map((fact) => `${fact.title}: ${plainText(fact.value, 300)}.`).join(' ')}`
  const content = { card: 'message', data: { title, text } }
  const draft = { key: `agent-alarm:${alarm.id}`, to: { tenant, it: true as const }, content, correlationId }
  return await writePosts(database, [draft], clock)
}

const title = 'The on-premises agent refused what it was ordered'
const unexplained =
  'No operation of mine explains this order: find out who holds the bot’s key, and revoke the agent if you do not know.'
