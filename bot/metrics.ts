import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface Metrics {
  readonly registry: Registry
  turn(turn: { readonly kind: string; readonly outcome: string; readonly milliseconds: number }): void
  operation(name: string, state: string): void
  /** Read at every scrape. */
  watchPending(count: () => Promise<number>): void
}

/** What Prometheus reads at /metrics. Labels come from closed sets only: no names, no ids. */
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
  return {
    registry,
    turn({ kind, outcome, milliseconds }) {
      turns.inc({ kind, outcome })
      seconds.observe({ kind }, milliseconds / 1_000)
    },
    operation(name, state) {
      operations.inc({ name, state })
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
