import { type BotProcess, startBot } from './bot-process.ts'

export interface KeptBot {
  url(): string
  /** Ends it; it comes back by itself. */
  stop(how: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** Ends it for good: `ending` must be aborted by then. */
  close(): Promise<void>
}

/** Starts the bot, and starts it again when it dies, as an orchestrator would, until `ending` is aborted. */
export async function keepBotRunning(
  settings: Readonly<Record<string, string>>,
  ending: AbortSignal,
): Promise<KeptBot> {
  let bot = await startBot(settings, console.log)
  let restart: Promise<void> = Promise.resolve()
  const watch = (running: BotProcess): void => {
    restart = running.ended
      .then(async (how) => {
        if (ending.aborted) return
        console.log(`The bot ended (${how}); starting it again.`)
        bot = await startBot(settings, console.log)
        watch(bot)
      })
      .catch((error: unknown) => console.error(error))
  }
  watch(bot)
  return {
    url: () => bot.url,
    stop: (how) => bot.stop(how),
    async close() {
      await bot.stop('SIGTERM')
      // It may have been coming back just then.
      await restart
      await bot.stop('SIGTERM')
    },
  }
}
