import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { TenantId } from '../identity/person.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import { writePosts } from '../turns/outbox.ts'
import { offeredToAll } from './lockouts-seen.ts'

const hour = 60 * 60_000

export interface WaveGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly policy: Pick<Policy, 'lockouts'>
  readonly tenant: TenantId
  readonly hasItChannel: boolean
  readonly log: Logger
}

/** Whether so many more may be offered an unlock in this hour: fewer are people who forgot, more are somebody who tries at many. */
export async function isWave({ database, clock, policy, tenant }: WaveGround, more: number): Promise<boolean> {
  const offered = await offeredToAll(database, tenant, new Date(clock().getTime() - hour))
  return offered + more > policy.lockouts.perHour
}

/**
 * Tells IT in the channel, in place of all those whose accounts were locked: once an hour and domain, however long it goes on.
 * @returns keys of the posts to be brought out
 */
export async function tellItOfWave(
  { database, clock, tenant, hasItChannel, log }: WaveGround,
  domain: string,
  locked: number,
  correlationId: string,
): Promise<readonly string[]> {
  log.warn({ correlationId, domain, locked }, 'lockouts: a wave of them, so nobody is offered an unlock')
  if (!hasItChannel) return []
  const text = `${locked} accounts of ${domain} were locked within seconds, or more than usual within the hour. So I offer nobody an unlock: find out first who tries passwords there. Whoever asks for an unlock and proves who they are still gets it.`
  const content = { card: 'message', data: { title: 'Many accounts are being locked', text } }
  const key = `lockout-wave:${domain}:${Math.floor(clock().getTime() / hour)}`
  return await writePosts(database, [{ key, to: { tenant, it: true }, content, correlationId }], clock)
}
