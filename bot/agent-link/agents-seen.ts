import type { Kysely } from 'kysely'
import type { Schema } from '../store/schema.ts'
import type { AgentSeen } from './agent-link.ts'
import type { OtherReplicas } from './between-replicas.ts'
import { mostAgents } from './enrolled.ts'
import type { LiveAgent } from './live-agent.ts'
import { allRoutes } from './routes.ts'

/** What other replicas say may be so old. */
const fresh = 2_000

/** Every agent that was enrolled, by name, and how it is. */
export async function agentsSeen(
  database: Kysely<Schema>,
  here: ReadonlyMap<string, LiveAgent>,
  others: OtherReplicas,
): Promise<readonly AgentSeen[]> {
  const rows = await database
    .selectFrom('agents')
    .select(['id', 'name', 'state', 'domain', 'domain_sid', 'last_seen_at'])
    .orderBy('state')
    .orderBy('name')
    .orderBy('id')
    .limit(mostAgents)
    .execute()
  const routes = new Map((await allRoutes(here, others, fresh)).map((route) => [route.id, route]))
  return rows
    .map((row): AgentSeen => {
      const route = row.state === 'revoked' ? undefined : routes.get(row.id)
      return {
        id: row.id,
        name: row.name,
        state: row.state === 'revoked' ? 'revoked' : route ? 'live' : 'silent',
        domain: row.domain ?? undefined,
        domainSid: route?.health.domainSid ?? row.domain_sid ?? undefined,
        controller: route?.health.controller ?? undefined,
        latency: route?.health.latency ?? undefined,
        queue: route?.health.queue ?? 0,
        version: route?.health.version,
        fault: route?.fault,
        lastSeenAt: row.last_seen_at ?? undefined,
      }
    })
    .sort((one, other) => one.name.localeCompare(other.name))
}
