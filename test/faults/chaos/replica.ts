import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type BotProcess, startBot } from '../../../infra/practice/bot-process.ts'

/** One replica of the bot, which is started again when it ends, as an orchestrator does. */
export interface Replica {
  readonly name: string
  readonly port: number
  readonly log: readonly string[]
  /** How often it ended, by whatever hand. */
  ends(): number
  kill(): void
  /** Asks it to end: it finishes what it has begun. */
  end(): void
  pause(): void
  resume(): void
  /** Moves its clock, and no other's. */
  skew(milliseconds: number): void
  isUp(): boolean
  /** Waits until it answers. @throws Error after a minute */
  up(): Promise<void>
  /** Ends it for good. */
  close(): Promise<void>
}

/** @param folder for the clock of its own */
export async function startReplica(
  name: string,
  port: number,
  settings: Readonly<Record<string, string>>,
  folder: string,
): Promise<Replica> {
  const clock = join(folder, `clock-${name}`)
  const skew = (milliseconds: number) => writeFileSync(clock, `${milliseconds}\n`)
  skew(0)
  const environment = {
    ...settings,
    PORT: String(port),
    HELPBOT_REPLICA: name,
    HELPBOT_PRACTICE_CLOCK: clock,
  }
  const log: string[] = []
  let closing = false
  let ends = 0
  let bot: BotProcess | undefined
  const run = async (): Promise<void> => {
    while (!closing) {
      try {
        const started = await startBot(environment, (line) => log.push(line))
        if (closing) return await started.stop('SIGTERM')
        bot = started
        await started.ended
      } catch {
        // It does not start while its database is away; the next try may.
        await new Promise((resolve) => setTimeout(resolve, 500))
      }
      bot = undefined
      ends += 1
    }
  }
  const running = run()
  const signal = (how: NodeJS.Signals) => {
    const pid = bot?.pid
    if (pid !== undefined) process.kill(pid, how)
  }
  const up = async (): Promise<void> => {
    for (let turn = 0; turn < 600; turn++) {
      if (bot !== undefined) return
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    throw new Error(`${name} does not come up:\n${log.slice(-20).join('\n')}`)
  }
  await up()
  return {
    name,
    port,
    log,
    ends: () => ends,
    kill: () => signal('SIGKILL'),
    end: () => signal('SIGTERM'),
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    skew,
    isUp: () => bot !== undefined,
    up,
    async close() {
      closing = true
      signal('SIGCONT')
      await bot?.stop('SIGTERM')
      await running
    },
  }
}
