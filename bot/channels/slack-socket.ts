import { setTimeout as pause } from 'node:timers/promises'
import { type App, type Receiver, SocketModeReceiver } from '@slack/bolt'
import type { Logger } from 'pino'
import { DeliveryError } from './chat.ts'
import { slackLog } from './slack-log.ts'

const callTimeout = 10_000
/** Waits between attempts to connect, in milliseconds: doubled each time. */
const firstWait = 500
const longestWait = 30_000
/** Slack has so long to hang up as well. */
const longestGoodbye = 3_000
/** Slack has so long to greet; a connection on which it never does is given up. */
const longestGreeting = 20_000

export interface SocketReceiver extends Receiver {
  /** @throws DeliveryError while there is no connection */
  probe(): void
}

/**
 * Socket Mode: Slack is dialled. Bolt's receiver speaks the protocol; connecting again is done here, because its own
 * attempts end the process when one of them fails.
 */
export function socketReceiver(options: {
  readonly appToken: string
  readonly apiUrl: string
  readonly log: Logger
  readonly greetingMilliseconds?: number
}): SocketReceiver {
  const { log, greetingMilliseconds = longestGreeting } = options
  const logger = slackLog(log)
  const receiver = new SocketModeReceiver({
    appToken: options.appToken,
    logger,
    autoReconnectEnabled: false,
    installerOptions: {
      clientOptions: {
        slackApiUrl: options.apiUrl,
        timeout: callTimeout,
        retryConfig: { retries: 0 },
        rejectRateLimitedCalls: true,
      },
    },
    // Acknowledged already, or not to be: Slack delivers it again.
    processEventErrorHandler: async () => false,
  })
  const stopping = new AbortController()
  let connected = false
  let hungUp = () => {}
  receiver.client.on('disconnected', () => hungUp())
  let connection: Promise<void> = Promise.resolve()

  async function greeted(): Promise<void> {
    const silence = setTimeout(() => {
      log.warn('slack: connected, but not greeted')
      void receiver.stop()
    }, greetingMilliseconds)
    await receiver.start().finally(() => clearTimeout(silence))
  }

  async function stayConnected(tried: () => void): Promise<void> {
    let wait = firstWait
    while (!stopping.signal.aborted) {
      const ended = new Promise<void>((resolve) => {
        hungUp = resolve
      })
      try {
        await greeted()
        connected = true
        wait = firstWait
        tried()
        await ended
      } catch (error) {
        log.warn({ error: error instanceof Error ? error.message : String(error) }, 'slack: Socket Mode not connected')
        tried()
      }
      connected = false
      await pause(wait, undefined, { signal: stopping.signal }).catch(() => undefined)
      wait = Math.min(wait * 2, longestWait)
    }
  }

  return {
    init: (app: App) => receiver.init(app),
    /** Resolves after the first attempt; a bot whose Slack is away starts all the same. */
    start: () =>
      new Promise<void>((resolve) => {
        connection = stayConnected(resolve)
      }),
    async stop() {
      stopping.abort()
      await receiver.stop()
      await Promise.race([connection, pause(longestGoodbye, undefined, { ref: false })])
    },
    probe() {
      if (!connected) throw new DeliveryError('later', 'Slack is not connected (SLACK_APP_TOKEN, Socket Mode)')
    },
  }
}
