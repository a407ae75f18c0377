import type { Clock } from '../../bot/clock.ts'
import type { OperationEngine, OperationRequest, OperationResult } from '../../bot/operations/operation.ts'
import type { Begun, Steps } from '../../bot/operations/run-operation.ts'
import type { Chance } from './chance.ts'
import { Killed, type Life } from './life.ts'

/** One operation as the engine keeps it: what a step came to is there for good, whoever dies. */
interface Kept {
  readonly request: OperationRequest
  owner: string
  readonly steps: Map<string, { readonly value: unknown } | { readonly error: unknown }>
  state: 'running' | 'interrupted' | 'over'
  ending: Promise<OperationResult | 'still-running'>
  /** Until when nobody could go on with it. */
  stuckSince: Date | undefined
  resumedAt: Date | undefined
  /** A statement of the engine's own failed: nobody knows what it came to. */
  isBroken: boolean
}

const mostTries = 8
/** What has not moved for so long another replica takes over. */
const silentFor = 10_000

/**
 * What the durable engine of all replicas keeps, without its tables: the real steps run in the real order; what a step came to is
 * kept once it is over, up to the change; what a kill interrupts goes on when that replica comes back, or on another that waits for
 * it, with what was not over. As bot/operations/engine.ts has it.
 */
export function engineStore(clock: Clock, chance: Chance) {
  const all = new Map<string, Kept>()
  const background = new Set<Promise<unknown>>()
  const counts = { interrupted: 0, resumed: 0, broken: 0, slow: 0, takenOver: 0 }

  async function operate(kept: Kept, steps: Steps, life: Life): Promise<OperationResult> {
    const { request } = kept
    async function step<T>(name: string, work: () => Promise<T>): Promise<T> {
      const before = kept.steps.get(name)
      if (before && 'error' in before) throw before.error
      // What this same step came to when it was over.
      if (before) return before.value as T
      try {
        const value = await again(work, 1)
        kept.steps.set(name, { value: JSON.parse(JSON.stringify(value)) })
        return value
      } catch (error) {
        if (!(error instanceof Killed)) kept.steps.set(name, { error })
        throw error
      }
    }
    /** Not kept: after a kill it runs again. */
    async function again<T>(work: () => Promise<T>, tries = mostTries): Promise<T> {
      life.point('operation')
      for (let turn = 1; ; turn++) {
        try {
          const value = await work()
          life.point('operation')
          return value
        } catch (error) {
          if (life.dead) throw new Killed()
          if (turn >= tries) throw error
        }
      }
    }
    let begun: Begun | undefined
    try {
      const prepared = await step('prepare', () => steps.prepare(request))
      if (prepared.verdict === 'stop') return prepared.result
      begun = prepared
      const changed = await step('change', () => steps.change(request, prepared.before))
      const read = await again(() => steps.readBack(request, prepared.before))
      return await again(() => steps.conclude(request, prepared, changed, read))
    } catch (error) {
      if (error instanceof Killed) throw error
      counts.broken++
      kept.isBroken = true
      return await again(() => steps.broken(request, begun, false), begun ? mostTries : 1)
    }
  }

  function start(kept: Kept, steps: Steps, life: Life): void {
    kept.state = 'running'
    kept.ending = operate(kept, steps, life).then(
      (result) => {
        kept.state = 'over'
        return result
      },
      (error: unknown) => {
        if (!(error instanceof Killed)) {
          kept.state = 'over'
          throw error
        }
        counts.interrupted++
        kept.state = 'interrupted'
        kept.stuckSince ??= clock()
        kept.resumedAt = undefined
        return 'still-running'
      },
    )
    const settled = kept.ending.catch(() => undefined).finally(() => background.delete(settled))
    background.add(settled)
  }

  return {
    counts,
    /** The engine as one process has it. */
    of(steps: Steps, life: Life): OperationEngine {
      return {
        async run(request) {
          life.point('operation')
          let kept = all.get(request.id)
          if (!kept) {
            kept = {
              ...{ request, owner: life.name, steps: new Map(), state: 'running' },
              ...{
                ending: Promise.resolve('still-running' as const),
                stuckSince: undefined,
                resumedAt: undefined,
                isBroken: false,
              },
            }
            all.set(request.id, kept)
            start(kept, steps, life)
          }
          if (kept.state === 'interrupted' && clock().getTime() - (kept.stuckSince?.getTime() ?? 0) >= silentFor) {
            counts.takenOver++
            kept.owner = life.name
            kept.resumedAt = clock()
            start(kept, steps, life)
          }
          if (kept.state === 'running' && chance.happens(0.01)) {
            counts.slow++
            return 'still-running'
          }
          const result = await kept.ending
          life.point('operation')
          return result
        },
        async stop() {},
      }
    },
    /** A replica has come back: what it had begun goes on. */
    resume(steps: Steps, life: Life): void {
      for (const kept of all.values()) {
        if (kept.owner !== life.name || kept.state !== 'interrupted') continue
        counts.resumed++
        kept.resumedAt = clock()
        start(kept, steps, life)
      }
    },
    /** Waits until nothing runs that nobody waits for. */
    async quiet(): Promise<void> {
      while (background.size > 0) await Promise.all(background)
    },
    /** Operations about a membership that a kill had interrupted. */
    interruptedOf(person: string, group: string) {
      return [...all.values()].filter(
        ({ request, stuckSince }) =>
          stuckSince !== undefined && request.target === person && request.access?.group?.id === group,
      )
    },
    /** Whether one about a membership broke. */
    brokeFor: (person: string, group: string): boolean =>
      [...all.values()].some(
        ({ request, isBroken }) => isBroken && request.target === person && request.access?.group?.id === group,
      ),
    forget: () => all.clear(),
  }
}

export type EngineStore = ReturnType<typeof engineStore>
