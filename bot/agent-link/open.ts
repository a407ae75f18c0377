import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import type { WebSocket } from 'ws'
import { agentPath } from '../../agent/protocol/frames.ts'
import { startJobs } from '../jobs.ts'
import type { AgentLink } from './agent-link.ts'
import { agentsSeen } from './agents-seen.ts'
import { asker } from './ask.ts'
import { otherReplicas } from './between-replicas.ts'
import { agentConnection } from './connection.ts'
import { agentDoor } from './door.ts'
import { stillEnrolled } from './enrolled.ts'
import type { Admitted } from './greeting.ts'
import type { AgentLinkGround } from './ground.ts'
import { type LiveAgent, liveAgent } from './live-agent.ts'
import { seenHere, servedDomains } from './routes.ts'

/** By so much the clocks of replicas may differ; until then what may have been done is asked for again. */
const longestLate = 2_000
const announceEvery = 10_000
const pingEvery = 15_000
/** Agents have so long to say goodbye. */
const goodbyeMilliseconds = 2_000

export interface OpenAgentLink {
  readonly link: AgentLink
  /** For `startServer`: where agents knock. */
  readonly upgrade: {
    readonly path: string
    readonly take: (request: IncomingMessage, socket: Duplex, head: Buffer, address: string) => void
  }
  /** For readiness: how many of the enrolled agents are connected, by domain; undefined when none is enrolled. */
  remark(): Promise<string | undefined>
  /** Call it before the server takes connections. */
  start(): Promise<void>
  /** Closes every connection, to be made again with another replica. Call it when nothing asks any more. */
  drain(): Promise<void>
}

/** The bot's end of the wire to the agents, put together. */
export function agentLink(ground: AgentLinkGround): OpenAgentLink {
  const { log, metrics, realTime, times } = ground
  /** Agents that are connected here: one connection each, the latest. */
  const here = new Map<string, LiveAgent>()
  const others = otherReplicas(ground)
  let announcing: Promise<void> = Promise.resolve()
  let announceAgain = false
  let jobs: { stop(): Promise<void> } | undefined

  /** Says who is here; of many calls at once the last counts. */
  function announce(): Promise<void> {
    if (announceAgain) return announcing
    announceAgain = true
    announcing = announcing.then(async () => {
      announceAgain = false
      await others
        .announce([...here.values()].flatMap((agent) => seenHere(agent) ?? []))
        .catch((error: unknown) =>
          log.warn({ error: String(error) }, 'agents: other replicas were not told who is here'),
        )
    })
    return announcing
  }

  /** Clocks of replicas differ: a new connection is later than those that are known, whatever the time is elsewhere. */
  async function sinceOf(id: string): Promise<number> {
    const elsewhere = (await others.seen(0)).filter((agent) => agent.id === id).map(({ since }) => since + 1)
    return Math.max(realTime().getTime(), (here.get(id)?.since ?? 0) + 1, ...elsewhere)
  }

  function admit(socket: WebSocket, admitted: Admitted, since: number): void {
    const { agent, welcome } = admitted
    const connection = agentConnection(socket, admitted, {
      hear: (frame) => live.hear(frame),
      unknownResult: (command) => {
        metrics.agentLink('unknown-result')
        log.warn({ agent: agent.id, command }, 'agents: a result nobody waits for')
      },
      closed(reason, why) {
        metrics.agentLink(reason)
        log.info({ agent: agent.id, reason, why }, 'agents: a connection ended')
        if (here.get(agent.id) !== live) return
        here.delete(agent.id)
        void announce()
      },
    })
    let known = false
    const live = liveAgent(ground, connection, since, () => {
      if (!known) void announce()
      known = true
    })
    const before = here.get(agent.id)
    here.set(agent.id, live)
    before?.connection.close('replaced', 'it is connected anew')
    socket.send(JSON.stringify(welcome))
    if (agent.rotate) void live.look(agent)
    // A stopped agent's place may be taken at another replica: that one is told, and looks for itself now and then as well.
    others
      .tookOver(agent.id, live.since)
      .catch((error: unknown) => log.warn({ error: String(error) }, 'agents: other replicas were not told'))
  }

  async function look(): Promise<void> {
    const live = [...here.values()]
    const rows = new Map((await stillEnrolled(ground.database, [...here.keys()])).map((row) => [row.id, row]))
    for (const agent of live) await agent.look(rows.get(agent.id))
    for (const { id, since } of await others.seen(times.look)) hangUp(id, since)
  }

  /** Ends our connection of an agent that has a later one elsewhere. */
  function hangUp(id: string, since: number): void {
    const live = here.get(id)
    if (live && live.since < since) live.connection.close('replaced', 'it is connected to another replica')
  }

  const door = agentDoor(ground, { since: sinceOf, admit })
  metrics.watchAgents(() =>
    [...here.values()].map((agent) => ({
      domain: agent.standing()?.domain ?? 'unknown',
      latencyMilliseconds: agent.standing()?.health.latency ?? undefined,
      queue: agent.standing()?.health.queue ?? 0,
    })),
  )
  const agents = () => agentsSeen(ground.database, here, others)

  return {
    link: {
      ask: asker(ground, here, others),
      agents,
      domains: async () => (await servedDomains(ground.database)).domains,
    },
    upgrade: { path: agentPath, take: door.take },
    async remark() {
      const enrolled = (await agents()).filter(({ state }) => state !== 'revoked')
      const byDomain = Map.groupBy(enrolled, ({ domain }) => domain ?? 'domain not known yet')
      const parts = [...byDomain].map(([domain, all]) => {
        const well = all.filter(({ state, fault }) => state === 'live' && fault === undefined)
        return `${domain}: ${well.length} of ${all.length} live`
      })
      return parts.length === 0 ? undefined : parts.join(', ')
    },
    async start() {
      await others.serve({
        hangUp,
        async order(command, milliseconds) {
          const live = here.get(command.agentId)
          if (!live || Date.parse(command.expires) + times.grace + longestLate < realTime().getTime())
            return { kind: 'never-sent', why: 'the agent is not connected here, or it is too late' }
          return live.connection.order(command, milliseconds)
        },
      })
      jobs = startJobs(
        [
          { name: 'agents', everyMilliseconds: times.look, run: look },
          { name: 'agents here', everyMilliseconds: announceEvery, run: announce },
          {
            name: 'pings to agents',
            everyMilliseconds: pingEvery,
            run: async () => {
              for (const { connection } of here.values()) connection.ping()
            },
          },
        ],
        log,
      )
    },
    async drain() {
      door.shut()
      await jobs?.stop()
      for (const { connection } of here.values()) connection.close('restart', 'this replica stops')
      const patience = performance.now() + goodbyeMilliseconds
      while (here.size > 0 && performance.now() < patience) await pause(20)
      await announcing
      await others.withdraw().catch(() => undefined)
    },
  }
}
