import { setTimeout as pause } from 'node:timers/promises'
import type { FaultKind } from '../../../infra/practice/tenant/faults.ts'
import type { Chance } from '../../properties/chance.ts'
import { noMischief } from './balancer.ts'
import type { Stage } from './stage.ts'

/** How often each is done, against the others. */
const weights = {
  'kill a replica': 5,
  'stop a replica for a while': 3,
  'end a replica politely': 2,
  'kill the agent': 4,
  'kill Redis': 3,
  'hold Redis still': 2,
  'kill PostgreSQL': 2,
  'cut the connections to PostgreSQL': 3,
  'cut the connections to the bot': 3,
  'lose, repeat and delay requests': 5,
  'cut the agent off': 3,
  'hold what the agent says': 2,
  'kill the domain controller': 2,
  'hold the domain controller still': 2,
  'let Graph fail': 6,
  'move a clock': 2,
  'fill the agent’s disk': 2,
} as const
export type Trick = keyof typeof weights

export interface Deed {
  readonly at: Date
  readonly trick: Trick
  readonly detail: string
}

const graphFaults: readonly FaultKind[] = ['429', '500', '503', 'garbage', 'half', 'cut', 'cut-after', 'slow']

/** Breaks one thing after the other, each for a while, until told to stop; then everything is whole again. */
export async function letMonkeyLoose(
  stage: Stage,
  chance: Chance,
  ending: AbortSignal,
  tell: (deed: Deed) => void,
): Promise<readonly Deed[]> {
  const deeds: Deed[] = []
  while (!ending.aborted) {
    await pause(1_500 + chance.below(4_000), undefined, { signal: ending }).catch(() => undefined)
    if (ending.aborted) break
    const trick = chance.weighed(weights)
    const { detail, length, begin, mend } = prepared(stage, chance, trick)
    const deed = { at: new Date(), trick, detail }
    deeds.push(deed)
    tell(deed)
    await begin()
    await pause(length, undefined, { signal: ending }).catch(() => undefined)
    await mend()
  }
  return deeds
}

interface Prepared {
  readonly detail: string
  /** Milliseconds until it is mended. */
  readonly length: number
  readonly begin: () => Promise<unknown> | unknown
  readonly mend: () => Promise<unknown> | unknown
}

const nothing = () => undefined

/** All that chance decides of it is decided here, whatever the world is like: a seed gives the same tricks in the same order. */
function prepared(stage: Stage, chance: Chance, trick: Trick): Prepared {
  const { onPremises, postgres, redis, balancer, company, disk } = stage
  const replica = chance.pick(stage.replicas)
  const length = 1_000 + chance.below(5_000)
  const kind = chance.pick(graphFaults)
  const direction = chance.pick(['to-bot', 'to-agent', 'both'] as const)
  const shift = (chance.below(241) - 120) * 1_000
  const { faults } = company.tenant.control
  switch (trick) {
    case 'kill a replica':
      return { detail: replica.name, length: 0, begin: replica.kill, mend: nothing }
    case 'stop a replica for a while':
      return {
        detail: `${replica.name}, ${length * 3} ms`,
        length: length * 3,
        begin: replica.pause,
        mend: replica.resume,
      }
    case 'end a replica politely':
      return { detail: replica.name, length: 0, begin: replica.end, mend: nothing }
    case 'kill the agent':
      return {
        detail: `${length} ms`,
        length,
        begin: () => onPremises.agent().stop('SIGKILL'),
        mend: () => onPremises.agent().start(),
      }
    case 'kill Redis':
      return { detail: `${length} ms`, length, begin: redis.kill, mend: redis.restart }
    case 'hold Redis still':
      return { detail: `${length} ms`, length, begin: redis.freeze, mend: redis.thaw }
    case 'kill PostgreSQL':
      return { detail: `${length} ms`, length, begin: postgres.crash, mend: postgres.comeBack }
    case 'cut the connections to PostgreSQL':
      return { detail: '', length: 0, begin: postgres.cut, mend: nothing }
    case 'cut the connections to the bot':
      return { detail: '', length: 0, begin: balancer.cut, mend: nothing }
    case 'lose, repeat and delay requests': {
      const mischief = { again: 0.3, late: 0.4, lateBy: 1_500, lost: 0.15 }
      const mend = () => balancer.treat(noMischief)
      return { detail: `${length * 2} ms`, length: length * 2, begin: () => balancer.treat(mischief), mend }
    }
    case 'cut the agent off':
      return {
        detail: `${length} ms`,
        length,
        begin() {
          onPremises.front.refuse(true)
          onPremises.front.cut()
        },
        mend: () => onPremises.front.refuse(false),
      }
    case 'hold what the agent says':
      return {
        detail: `${direction}, ${length} ms`,
        length,
        begin: () => onPremises.front.hold(direction),
        mend: () => onPremises.front.hold(undefined),
      }
    case 'kill the domain controller':
      return {
        detail: `${length} ms`,
        length,
        begin: () => onPremises.controller.stop('SIGKILL'),
        mend: () => onPremises.controller.start(),
      }
    case 'hold the domain controller still':
      return {
        detail: `${length * 2} ms`,
        length: length * 2,
        begin: () => onPremises.controller.pause(),
        mend: () => onPremises.controller.resume(),
      }
    case 'let Graph fail': {
      const begin = () => faults.set({ class: 'all', kind, times: 'always', retryAfterSeconds: 1, delayMs: 2_500 })
      return { detail: `${kind}, ${length} ms`, length, begin, mend: () => faults.clear() }
    }
    case 'move a clock':
      return {
        detail: `${replica.name} by ${shift / 1_000} s`,
        length: length * 3,
        begin: () => replica.skew(shift),
        mend: () => replica.skew(0),
      }
    case 'fill the agent’s disk':
      return { detail: disk.isReal ? `${length} ms` : 'not possible here', length, begin: disk.fill, mend: disk.empty }
  }
}
