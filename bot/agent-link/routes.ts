import type { Kysely } from 'kysely'
import type { Schema } from '../store/schema.ts'
import type { OtherReplicas, SeenThere } from './between-replicas.ts'
import { mostAgents } from './enrolled.ts'
import type { LiveAgent } from './live-agent.ts'

/** Where an agent is connected; `replica` undefined = here. */
export interface Route extends SeenThere {
  readonly replica: string | undefined
}

/** One connection: an agent that comes back comes by another route. */
export const nameOf = ({ id, replica, since }: Route): string => `${id} ${replica ?? ''} ${since}`

/** Who is asked. */
export interface Wanted {
  /** DNS name, lower case. */
  readonly domain: string | undefined
  readonly agent: string | undefined
}

/** An agent as others may know of it; undefined until it has said how it is. */
export function seenHere(agent: LiveAgent): SeenThere | undefined {
  const standing = agent.standing()
  if (!standing) return undefined
  const { operations: _operations, type: _type, ...health } = standing.health
  const { domain, fault } = standing
  const { id, name, since } = agent
  return { id, name, since, health, ...(domain && { domain }), ...(fault && { fault: fault.slice(0, 500) }) }
}

/** All routes to all agents: of several connections of one agent the latest. */
export async function allRoutes(
  here: ReadonlyMap<string, LiveAgent>,
  others: OtherReplicas,
  freshMilliseconds: number,
): Promise<readonly Route[]> {
  const routes = new Map<string, Route>()
  const own = [...here.values()]
    .flatMap((agent) => seenHere(agent) ?? [])
    .map((seen) => ({ ...seen, replica: undefined }))
  for (const route of [...(await others.seen(freshMilliseconds)), ...own]) {
    const known = routes.get(route.id)
    if (!known || known.since <= route.since) routes.set(route.id, route)
  }
  return [...routes.values()]
}

/**
 * The agent to ask: of those that serve what is wanted without a fault the one that is nearest to its domain controller.
 * @param leftOut routes (`nameOf`) that led nowhere
 */
export function bestRoute(routes: readonly Route[], wanted: Wanted, leftOut: ReadonlySet<string>): Route | undefined {
  const distance = ({ health }: Route) => health.latency ?? Number.POSITIVE_INFINITY
  return routes
    .filter((route) => route.fault === undefined && !leftOut.has(nameOf(route)))
    .filter(({ domain }) => wanted.domain === undefined || domain === wanted.domain)
    .filter(({ id }) => wanted.agent === undefined || id === wanted.agent)
    .sort((one, other) => distance(one) - distance(other) || one.name.localeCompare(other.name))
    .at(0)
}

/** Agents that are enrolled, revoked ones not among them: the domains they serve, and how many have not said one yet. */
export async function servedDomains(
  database: Kysely<Schema>,
): Promise<{ readonly domains: readonly string[]; readonly agents: readonly string[]; readonly unknown: number }> {
  const rows = await database
    .selectFrom('agents')
    .select(['id', 'domain'])
    .where('state', '=', 'active')
    .orderBy('id')
    .limit(mostAgents)
    .execute()
  const domains = [...new Set(rows.flatMap(({ domain }) => domain ?? []))].sort()
  const unknown = rows.filter(({ domain }) => domain === null).length
  return { domains, agents: rows.map(({ id }) => id), unknown }
}
