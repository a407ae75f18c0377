import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { LockdownMode } from './policy/lockdown.ts'

/** An agent that is connected to this replica. */
export interface LiveAgent {
  /** DNS name of its domain, or `unknown`. */
  readonly domain: string
  /** Of its last look at its domain controller; undefined when that did not answer. */
  readonly latencyMilliseconds: number | undefined
  readonly queue: number
}

export interface Metrics {
  readonly registry: Registry
  turn(turn: { readonly kind: string; readonly outcome: string; readonly milliseconds: number }): void
  operation(name: string, state: string): void
  /** Read at every scrape. */
  watchPending(count: () => Promise<number>): void
  /** A command to an agent that came to its end; `outcome` is `done` or the code of its error. */
  command(command: { readonly name: string; readonly outcome: string; readonly milliseconds: number }): void
  /** How an agent that came was received, or why its connection was ended. */
  agentLink(event: string): void
  /** Read at every scrape: what two people of IT have put in force. */
  watchLockdown(mode: () => Promise<LockdownMode | undefined>): void
  /** Read at every scrape: the agents that are connected here, so that replicas add up. */
  watchAgents(live: () => readonly LiveAgent[]): void
}

/**
 * What Prometheus reads at /metrics. Labels come from closed sets only: no names, no ids; `domain` from the few domains of Active
 * Directory that agents serve.
 */
export function openMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'helpbot_' })
  const turns = new Counter({
    name: 'helpbot_turns_total',
    help: 'Things that came in and how they ended',
    labelNames: ['kind', 'outcome'],
    registers: [registry],
  })
  const seconds = new Histogram({
    name: 'helpbot_turn_seconds',
    help: 'Time from an authenticated event to its answer',
    labelNames: ['kind'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const operations = new Counter({
    name: 'helpbot_operations_total',
    help: 'Changes of a directory by outcome',
    labelNames: ['name', 'state'],
    registers: [registry],
  })
  const commands = new Counter({
    name: 'helpbot_agent_commands_total',
    help: 'Commands to agents by outcome',
    labelNames: ['name', 'outcome'],
    registers: [registry],
  })
  const commandSeconds = new Histogram({
    name: 'helpbot_agent_command_seconds',
    help: 'Time from asking an agent to its answer, waiting for one included',
    labelNames: ['name'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40],
    registers: [registry],
  })
  const linkEvents = new Counter({
    name: 'helpbot_agent_link_events_total',
    help: 'Agents that were let in, turned away, or whose connection was ended',
    labelNames: ['kind'],
    registers: [registry],
  })
  return {
    registry,
    turn({ kind, outcome, milliseconds }) {
      turns.inc({ kind, outcome })
      seconds.observe({ kind }, milliseconds / 1_000)
    },
    operation(name, state) {
      operations.inc({ name, state })
    },
    command({ name, outcome, milliseconds }) {
      commands.inc({ name, outcome })
      commandSeconds.observe({ name }, milliseconds / 1_000)
    },
    agentLink(event) {
      linkEvents.inc({ kind: event })
    },
    watchAgents: (live) => watchAgents(registry, live),
    watchLockdown(mode) {
      const gauge = new Gauge({
        name: 'helpbot_lockdown',
        help: 'What is in force for everybody: 0 nothing, 1 only the strongest proofs count, 2 self-service is frozen; NaN where it cannot be read',
        registers: [registry],
        async collect() {
          const values = { none: 0, strict: 1, freeze: 2 } as const
          gauge.set(
            await mode().then(
              (read) => values[read ?? 'none'],
              () => Number.NaN,
            ),
          )
        },
      })
    },
    watchPending(count) {
      const gauge = new Gauge({
        name: 'helpbot_posts_pending',
        help: 'Messages that still have to be brought out',
        registers: [registry],
        async collect() {
          gauge.set(await count())
        },
      })
    },
  }
}

function watchAgents(registry: Registry, live: () => readonly LiveAgent[]): void {
  const byDomain = () => Map.groupBy(live(), ({ domain }) => domain)
  const gauge = (name: string, help: string, value: (agents: readonly LiveAgent[]) => number | undefined) => {
    const made = new Gauge({
      name,
      help,
      labelNames: ['domain'],
      registers: [registry],
      collect() {
        made.reset()
        for (const [domain, agents] of byDomain()) {
          const read = value(agents)
          if (read !== undefined) made.set({ domain }, read)
        }
      },
    })
  }
  gauge('helpbot_agents_live', 'Agents connected to this replica', (agents) => agents.length)
  gauge('helpbot_agent_queue', 'Commands that wait or run at those agents', (agents) =>
    agents.reduce((sum, { queue }) => sum + queue, 0),
  )
  gauge('helpbot_agent_directory_seconds', "The best agent's last look at its domain controller", (agents) => {
    const known = agents.flatMap(({ latencyMilliseconds }) => latencyMilliseconds ?? [])
    return known.length === 0 ? undefined : Math.min(...known) / 1_000
  })
}
