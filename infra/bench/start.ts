import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { inheritedEnvironment } from '../practice/inherited-environment.ts'
import { managersKnown } from './enrolled.ts'
import { type BenchGround, openGround } from './ground.ts'
import { closedInAnyCase } from './interruption.ts'
import { percentile, table } from './statistics.ts'

const patience = 30_000
const target = 2_000

interface Way {
  readonly title: string
  readonly program: string
  readonly environment: Readonly<Record<string, string>>
}

/** Milliseconds since the process was asked for. */
interface Start {
  readonly listening: number
  readonly answered: number
}

/**
 * From the start of the process to the first message of somebody in Teams being answered, the database being made already: the bot
 * with the command of the container, beside the echo bot, by turns. The message is sent as soon as the port takes connections.
 * @param starts of each
 * @returns how many did not answer
 */
export async function benchStart(starts: number): Promise<number> {
  const ground = await openGround(60)
  const program = (file: string) => fileURLToPath(new URL(file, import.meta.url))
  const bot: Way = { title: 'HelpBot', program: program('../../bot/main.ts'), environment: {} }
  const cached = { NODE_COMPILE_CACHE: join(ground.folder, 'compile-cache') }
  const ways: readonly Way[] = [
    { title: 'bare CloudAdapter echo', program: program('./echo-bot.ts'), environment: {} },
    bot,
    { ...bot, title: 'HelpBot, with compiled code kept (NODE_COMPILE_CACHE)', environment: cached },
  ]
  try {
    const person = ground.employees(1)[0]?.id ?? ''
    await prepare(ground, person)
    const measured = ways.map((): Start[] => [])
    let failed = 0
    for (let round = 0; round <= starts; round++)
      for (const [nth, way] of ways.entries())
        try {
          const start = await measure(ground, way, person)
          // The first of each fills the caches of the disk, and its own.
          if (round > 0) measured[nth]?.push(start)
        } catch (error) {
          failed += 1
          console.error(`${way.title}: ${String(error)}`)
        }
    console.log(
      table(
        [`${starts} starts each`, ...heads],
        ways.map((way, nth) => rowOf(way, measured[nth] ?? [], measured[0] ?? [])),
      ),
    )
    return failed
  } finally {
    await ground.close()
  }
}

const heads = ['listens, median', 'answers, min', 'median', 'max', 'per echo', `target ≤ ${target / 1_000} s`] as const

function rowOf({ title }: Way, starts: readonly Start[], baseline: readonly Start[]): readonly string[] {
  const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(2)} s`
  const answered = starts.map((start) => start.answered)
  const median = percentile(answered, 0.5)
  const ratio =
    median /
    percentile(
      baseline.map((start) => start.answered),
      0.5,
    )
  return [
    title,
    seconds(
      percentile(
        starts.map(({ listening }) => listening),
        0.5,
      ),
    ),
    seconds(Math.min(...answered)),
    seconds(median),
    seconds(Math.max(...answered)),
    ratio.toFixed(2),
    starts === baseline ? '' : median <= target ? 'met' : 'not met',
  ]
}

/** The database is made, the person has been greeted, and the bot has looked at who reports to whom: all of that is once in a life. */
async function prepare(ground: BenchGround, person: string): Promise<void> {
  const bot = await ground.startBot()
  const { client } = ground.company.teams
  const { conversationId } = client.open(person)
  await client.waitFor(conversationId, (messages) => messages.find(({ from }) => from.role === 'bot'), patience)
  await managersKnown(ground)
  await bot.stop('SIGTERM')
}

async function measure({ settings, botPort, company }: BenchGround, way: Way, person: string): Promise<Start> {
  const { client } = company.teams
  const flags = ['--use-env-proxy', '--disable-warning=DeprecationWarning', '--disable-warning=ExperimentalWarning']
  const started = performance.now()
  const child = spawn(process.execPath, [...flags, way.program], {
    env: { ...inheritedEnvironment(), ...settings, HELPBOT_PRACTICE_CLOCK: '', ...way.environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const stop = closedInAnyCase([() => end(child)])
  try {
    await takesConnections(botPort, started + patience)
    const listening = performance.now() - started
    const { message } = client.say(person, 'hello')
    await client.nextMessage(person, {
      after: message.id,
      match: ({ from }) => from.role === 'bot',
      timeoutMs: patience,
    })
    return { listening, answered: performance.now() - started }
  } finally {
    await stop()
  }
}

async function takesConnections(port: number, deadline: number): Promise<void> {
  while (performance.now() < deadline) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch {
      await pause(5)
    } finally {
      socket.destroy()
    }
  }
  throw new Error(`nothing listened within ${patience / 1_000} s`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await ended
  clearTimeout(late)
}
