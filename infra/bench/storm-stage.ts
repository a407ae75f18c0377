import { freePort } from '../../bot/store/free-port.ts'
import { type BotProcess, startBot } from '../practice/bot-process.ts'
import type { CompanyUser } from '../practice/company/model.ts'
import type { OnPremises } from '../practice/domain/on-premises.ts'
import { startBalancer } from './balancer.ts'
import { chatterInSlack } from './chatter-in-slack.ts'
import { chatterInTeams } from './chatter-in-teams.ts'
import { enrolled, managersKnown } from './enrolled.ts'
import { type BenchGround, openGround } from './ground.ts'
import { closedInAnyCase } from './interruption.ts'
import { type RedisServer, startRedis } from './redis-server.ts'
import { atOnce } from './statistics.ts'
import { type Course, wholeReset } from './whole-reset.ts'

/** The whole service on this machine: both directories, both chat products, agent, PostgreSQL that counts, Redis; no bot yet. */
export interface StormStage {
  readonly ground: BenchGround
  readonly onPremises: OnPremises
  readonly redis: RedisServer
  /** Starts so many replicas where the chat products look for the bot; several of them behind a balancer. */
  startReplicas(count: number, options?: ReplicaOptions): Promise<Replicas>
  close(): Promise<void>
}

export interface ReplicaOptions {
  readonly environment?: Readonly<Record<string, string>>
  /** Hears of every line a replica writes. */
  readonly onLine?: (line: string) => void
}

export interface Replicas {
  readonly pids: readonly number[]
  /** Of loopback, in the order of `pids`. */
  readonly ports: readonly number[]
  /** Lines of warnings and errors. */
  readonly log: readonly string[]
  stop(): Promise<void>
}

/** One who goes through a reset. */
export interface StormPerson {
  readonly channel: 'teams' | 'slack'
  readonly mastered: 'cloud' | 'on-premises'
  readonly id: string
  reset(): Promise<Course>
}

/** Longer than any measurement: a carry-over into the tenant is half-hourly in the world, too. */
const syncEveryMilliseconds = 30 * 60_000
/** Every so-manieth person is mastered on-premises. */
const onPremisesEvery = 5

/** @param people who are to go through a reset, in all storms together */
export async function openStage(people: number): Promise<StormStage> {
  const ground = await openGround(people * 2 + 160, { syncEveryMilliseconds }, true)
  const ends: (() => Promise<unknown> | unknown)[] = [ground.close]
  const close = closedInAnyCase(ends)
  try {
    const { onPremises } = ground.company
    if (!onPremises) throw new Error('the practice company has no Active Directory')
    const redis = await startRedis(ground.folder)
    ends.push(redis.stop)
    return {
      ground,
      onPremises,
      redis,
      async startReplicas(count, options = {}) {
        const replicas = await startReplicas({ ground, redis }, count, options)
        ends.push(replicas.stop)
        return replicas
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

async function startReplicas(
  { ground, redis }: Pick<StormStage, 'ground' | 'redis'>,
  count: number,
  { environment = {}, onLine = () => {} }: ReplicaOptions,
): Promise<Replicas> {
  const log: string[] = []
  const bots: BotProcess[] = []
  const ports: number[] = []
  for (let nth = 1; nth <= count; nth++) {
    const port = count === 1 ? ground.botPort : await freePort()
    const own = { PORT: String(port), HELPBOT_REPLICA: `replica-${nth}`, HELPBOT_PRACTICE_CLOCK: '' }
    const settings = { ...ground.settings, REDIS_URL: redis.url, ...environment, ...own }
    bots.push(
      await startBot(settings, (line) => {
        if (line.startsWith('{')) log.push(line)
        onLine(line)
      }),
    )
    ports.push(port)
  }
  const balancer = count === 1 ? undefined : await startBalancer(ground.botPort, ports)
  return {
    pids: bots.flatMap(({ pid }) => pid ?? []),
    ports,
    log,
    async stop() {
      await balancer?.close()
      for (const bot of bots) await bot.stop('SIGTERM')
    },
  }
}

/** People with an authenticator, every other one in Slack, every fifth mastered on-premises. The bot must be up, once. */
export async function stormPeople({ ground }: StormStage, count: number): Promise<readonly StormPerson[]> {
  const { slack, teams } = ground.company
  const inSlack = (user: CompanyUser) => slack.client.userOf(user.id) !== undefined
  const synced = ground.employees(count, 'on-premises').filter(inSlack)
  const cloud = ground.employees(count * 2).filter(inSlack)
  const users = Array.from({ length: count }, (_, index) =>
    ((index + 1) % onPremisesEvery === 0 ? synced : cloud).shift(),
  )
  await managersKnown(ground)
  const found = users.filter((user) => user !== undefined)
  if (found.length < count) throw new Error(`only ${found.length} people are there to be measured with`)
  const people = await enrolled(ground, found)
  return people.map((person, index) => {
    const slackUser = index % 2 === 0 ? undefined : slack.client.userOf(person.id)
    return {
      channel: slackUser === undefined ? 'teams' : 'slack',
      mastered: (index + 1) % onPremisesEvery === 0 ? 'on-premises' : 'cloud',
      id: person.id,
      reset() {
        let again = 0
        const repeated = () => void again++
        const chatter =
          slackUser === undefined
            ? chatterInTeams(teams.client, person.id, repeated)
            : chatterInSlack(slack.client, slackUser, repeated)
        return wholeReset(chatter, person, () => again)
      },
    } as const
  })
}

/** Everybody has opened the chat once before, and was greeted: nobody meets the bot for the first time in a storm. */
export async function everybodyHasMetTheBot({ ground }: StormStage, people: readonly StormPerson[]): Promise<void> {
  const { slack, teams } = ground.company
  await atOnce(people, 8, async ({ channel, id }) => {
    if (channel === 'teams') {
      const { conversationId } = teams.client.open(id)
      await teams.client.waitFor(conversationId, (messages) => messages.find(({ from }) => from.role === 'bot'), 30_000)
      return
    }
    const user = slack.client.userOf(id)
    if (user === undefined) return
    const { conversationId } = await slack.client.open(user)
    await slack.client.waitFor(conversationId, (messages) => messages.find(({ from }) => from.isBot), 30_000, user)
  })
}
