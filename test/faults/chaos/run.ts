import { atOnce } from '../../../infra/bench/statistics.ts'
import { chanceOf } from '../../properties/chance.ts'
import type { UsedSecret } from '../../support/secret-scan.ts'
import { watchTenant } from './directories.ts'
import { type Evidence, gather, standing } from './evidence.ts'
import { answered, judge } from './judge.ts'
import { type Deed, letMonkeyLoose } from './monkey.ts'
import { type Actor, gatherPeople } from './people.ts'
import { startStage } from './stage.ts'
import { type Diary, live, type Story, type StoryName } from './stories.ts'

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

export interface ChaosReport {
  /** Promises that were broken. */
  readonly faults: readonly string[]
  /** What there was to judge. */
  readonly counts: Readonly<Record<string, number>>
  readonly deeds: readonly Deed[]
  /** How often replicas ended. */
  readonly replicaEnds: number
  readonly stories: readonly Story[]
  /** What each program said, by its name. */
  readonly logs: ReadonlyMap<string, readonly string[]>
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
    // Whoever talks, or is a manager who will be asked: nobody is in two conversations at once.
    const busy = new Set<string>()
    const lived = new Map<string, number>()
    const slot = async (index: number): Promise<void> => {
      const chance = chanceOf(seed * 31 + index)
      while (!ending.aborted) {
        const name = chance.weighed(weights)
        const actor = choose(chance.next(), actors, name, busy, (one) => lived.get(`${one.user.id}/${name}`) ?? 0)
        if (!actor) {
          await new Promise((resolve) => setTimeout(resolve, 500))
          continue
        }
        const engaged = name === 'access' ? [actor.user.id, ...actor.manager.map(({ id }) => id)] : [actor.user.id]
        for (const id of engaged) busy.add(id)
        const key = `${actor.user.id}/${name}`
        lived.set(key, (lived.get(key) ?? 0) + 1)
        await live(stage, diary, actor, name, () => !ending.aborted)
        for (const id of engaged) busy.delete(id)
      }
    }
    say('the stage stands')
    const told = setInterval(() => say(progress(diary)), 60_000)
    ending.addEventListener('abort', () => clearInterval(told))
    const monkey = letMonkeyLoose(stage, chanceOf(seed), ending, ({ trick, detail }) => say(`${trick}: ${detail}`))
    await Promise.all(Array.from({ length: options.atOnce }, (_, index) => slot(index)))
    const deeds = await monkey
    say('peace')
    await peace(stage)
    say('everything is up')
    await settle(stage)
    // Whoever was not served at last is served now that everything works.
    const last = new Map(diary.stories.map((story) => [story.actor, story]))
    const unserved = [...last.values()].filter(({ outcome }) => outcome !== 'served')
    const again: string[] = []
    await atOnce(unserved, options.atOnce, async ({ actor, name }) => {
      const { outcome, lines } = await live(stage, diary, actor, name, () => true)
      if (outcome !== 'served')
        again.push(`${actor.user.displayName} is not served even in peace: ${lines.join(' | ')}`)
    })
    say('waiting for what is under way')
    await settle(stage)
    const evidence = await gather(stage, diary, actors, before, cloud, secrets)
    const faults = [...again, ...judge(evidence), ...answered(diary), ...tooFew(diary)]
    const replicaEnds = stage.replicas.reduce((sum, replica) => sum + replica.ends(), 0)
    const logs = new Map([...stage.replicas.map(({ name, log }) => [name, log] as const), ['agent', stage.agentLog]])
    return {
      faults,
      counts: counted(evidence, diary, secrets.length),
      deeds,
      replicaEnds,
      stories: diary.stories,
      logs,
    }
  } finally {
    await stage.close()
  }
}

function counted({ rows, cloud, passwordsWritten, approvals, shown }: Evidence, { stories }: Diary, secrets: number) {
  const count = (outcome: Story['outcome']) => stories.filter((story) => story.outcome === outcome).length
  return {
    conversations: stories.length,
    served: count('served'),
    refused: count('refused'),
    'gave up': count('gave-up'),
    'passwords shown': shown.length,
    'changes in the tenant': cloud.length,
    'passwords written on-premises': [...passwordsWritten.values()].reduce((sum, writes) => sum + writes, 0),
    approvals: approvals.length,
    intents: rows.filter(({ kind }) => kind === 'intent').length,
    'operations done': rows.filter(({ kind, outcome }) => kind === 'outcome' && outcome === 'done').length,
    'audit rows': rows.length,
    'secrets looked for': secrets,
  }
}

/** A service that refuses everybody breaks no other promise. */
function tooFew({ stories }: Diary): readonly string[] {
  const served = stories.filter(({ outcome }) => outcome === 'served').length
  return served * 2 < stories.length ? [`only ${served} of ${stories.length} conversations were served`] : []
}

function progress({ stories }: Diary): string {
  const counts = Map.groupBy(stories, ({ outcome }) => outcome)
  return `${stories.length} conversations: ${[...counts].map(([outcome, all]) => `${all.length} ${outcome}`).join(', ')}`
}

/**
 * How often a day the policy lets somebody do it, with room for a last time; nobody asks for the same access twice, and nobody types so
 * many wrong codes that their authenticator is locked.
 */
const most: Readonly<Partial<Record<StoryName, number>>> = { access: 1, reset: 7, unlock: 7, 'wrong-code': 2 }
const mostOf = (name: StoryName): number => most[name] ?? Number.POSITIVE_INFINITY

/** Somebody for whom this conversation makes sense: an unlock needs an account on-premises. */
function choose(
  chance: number,
  actors: readonly Actor[],
  name: StoryName,
  busy: ReadonlySet<string>,
  lived: (actor: Actor) => number,
): Actor | undefined {
  const fits = ({ user, account, manager }: Actor): boolean => {
    if (name === 'unlock') return account !== undefined
    if (name !== 'access') return true
    // Whoever approves invoices, as Finance does, needs a second yes to enter them.
    const isFinance = user.department === 'Finance'
    return account === undefined && !isFinance && !manager.some(({ id }) => busy.has(id))
  }
  const fitting = actors.filter((actor) => !busy.has(actor.user.id) && fits(actor) && lived(actor) < mostOf(name))
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
