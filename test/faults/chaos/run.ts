import { chanceOf } from '../../properties/chance.ts'
import type { UsedSecret } from '../../support/secret-scan.ts'
import { watchTenant } from './directories.ts'
import { judge, standing, type Verdict } from './judge.ts'
import { type Deed, letMonkeyLoose } from './monkey.ts'
import { type Actor, gatherPeople } from './people.ts'
import { startStage } from './stage.ts'
import { type Diary, live, type StoryName } from './stories.ts'

export interface ChaosOptions {
  readonly seed: number
  readonly minutes: number
  /** So many people talk at the same time. */
  readonly atOnce: number
  readonly people: number
  /** Hears how it goes. */
  readonly say: (line: string) => void
  /** Ends it early; it is judged all the same. */
  readonly ending?: AbortSignal
}

export interface ChaosReport extends Verdict {
  readonly deeds: readonly Deed[]
  /** How often replicas ended. */
  readonly replicaEnds: number
}

const weights: Readonly<Record<StoryName, number>> = {
  reset: 5,
  unlock: 3,
  access: 3,
  talk: 1,
  'wrong-code': 1,
  'half-way': 1,
}
/** Everything whole again, what was begun is given this long to come to its end. */
const longestAftermath = 90_000

/**
 * The real service under a stream of conversations while things break, then a while of peace, then the judge. The seed decides who says
 * what in which order and what breaks; how they meet in time is up to the machine.
 */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { seed, say } = options
  const network = chanceOf(seed ^ 0x5bd1e995)
  const stage = await startStage(Math.max(240, options.people * 3), network.next)
  try {
    const secrets: UsedSecret[] = []
    const actors = await gatherPeople(stage, options.people, (kind, value) => void secrets.push({ kind, value }))
    const before = await standing(stage, actors)
    const cloud = watchTenant(stage)
    const diary: Diary = { stories: [], approvals: [] }
    const ending = AbortSignal.any([
      AbortSignal.timeout(options.minutes * 60_000),
      ...(options.ending ? [options.ending] : []),
    ])
    const free = new Set(actors)
    const slot = async (index: number): Promise<void> => {
      const chance = chanceOf(seed * 31 + index)
      while (!ending.aborted) {
        const name = chance.weighed(weights)
        const actor = choose(chance.next(), free, name)
        if (!actor) {
          await new Promise((resolve) => setTimeout(resolve, 500))
          continue
        }
        free.delete(actor)
        await live(stage, diary, actor, name)
        // Nobody asks for the same access twice.
        if (name !== 'access') free.add(actor)
      }
    }
    say('the stage stands')
    const monkey = letMonkeyLoose(stage, chanceOf(seed), ending, ({ trick, detail }) => say(`${trick}: ${detail}`))
    await Promise.all(Array.from({ length: options.atOnce }, (_, index) => slot(index)))
    const deeds = await monkey
    say('peace')
    await peace(stage)
    // Whoever gave up is served now that everything works.
    const unserved = [
      ...new Set(diary.stories.filter(({ outcome }) => outcome === 'gave-up').map(({ actor }) => actor)),
    ]
    const again: string[] = []
    for (const actor of unserved) {
      const story = await live(stage, diary, actor, 'talk')
      if (story.outcome !== 'served')
        again.push(`${actor.user.displayName} is not served even in peace: ${story.lines.join(' | ')}`)
    }
    say('waiting for what is under way')
    await settle(stage)
    const verdict = await judge(stage, diary, actors, before, cloud, secrets)
    const replicaEnds = stage.replicas.reduce((sum, replica) => sum + replica.ends(), 0)
    return { ...verdict, faults: [...again, ...verdict.faults], deeds, replicaEnds }
  } finally {
    await stage.close()
  }
}

/** Somebody for whom this conversation makes sense. */
function choose(chance: number, free: ReadonlySet<Actor>, name: StoryName): Actor | undefined {
  const fitting = [...free].filter(({ account }) => (name === 'unlock' ? account : name === 'access' ? !account : true))
  return fitting[Math.floor(chance * fitting.length)]
}

async function peace(stage: Awaited<ReturnType<typeof startStage>>): Promise<void> {
  for (const replica of stage.replicas) await replica.up()
  if (!stage.onPremises.agent().isRunning()) await stage.onPremises.agent().start()
  await stage.onPremises.agentIsLive()
}

/** Waits until nothing is under way any more, or time is up: the judge says what is left then. */
async function settle(stage: Awaited<ReturnType<typeof startStage>>): Promise<void> {
  const until = Date.now() + longestAftermath
  while (Date.now() < until) {
    const left = await stage.withDatabase(async (database) => {
      const running = await database.selectFrom('operations').select('id').where('state', '=', 'running').execute()
      const posts = await database.selectFrom('posts').select('key').where('state', 'in', ['due', 'changed']).execute()
      return running.length + posts.length
    })
    if (left === 0) return
    await new Promise((resolve) => setTimeout(resolve, 1_000))
  }
}
