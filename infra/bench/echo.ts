import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { BenchGround } from './ground.ts'
import { closedInAnyCase } from './interruption.ts'
import { atOnce } from './statistics.ts'

const messages = 3_000
/** So many people are waiting for their echo at any moment. */
export const echoConcurrency = 32

export interface Echo {
  /** Messages answered in a second. */
  readonly rate: number
  /** How long each answer took, in milliseconds. */
  readonly times: readonly number[]
}

/** A bare CloudAdapter echo bot, running. */
export interface EchoBot {
  stop(): Promise<void>
}

/** Starts the baseline at the address where Teams looks for the bot; nothing else may listen there. @returns at once */
export function startEchoBot({ settings }: Pick<BenchGround, 'settings'>): EchoBot {
  const main = fileURLToPath(new URL('./echo-bot.ts', import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=DeprecationWarning', main], {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const stop = closedInAnyCase([
    async () => {
      child.kill('SIGTERM')
      await ended
    },
  ])
  return { stop }
}

/** How many messages a second a bare CloudAdapter echo bot with the same token checks answers on this machine, now. */
export async function measureEcho(ground: BenchGround): Promise<Echo> {
  const bot = startEchoBot(ground)
  try {
    await answers(ground.botPort)
    const { client } = ground.company.teams
    const ids = ground.employees(echoConcurrency).map(({ id }) => id)
    const times: number[] = []
    const say = async (id: string): Promise<void> => {
      const started = performance.now()
      await client.say(id, 'echo').delivered
      times.push(performance.now() - started)
    }
    await say(ids[0] ?? '')
    times.length = 0
    const jobs = Array.from({ length: messages }, (_, index) => ids[index % ids.length] ?? '')
    const started = performance.now()
    await atOnce(jobs, echoConcurrency, say)
    return { rate: messages / ((performance.now() - started) / 1_000), times }
  } finally {
    await bot.stop()
  }
}

async function answers(port: number): Promise<void> {
  for (let turn = 0; turn < 200; turn++) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the echo bot did not start within 20 seconds')
}
