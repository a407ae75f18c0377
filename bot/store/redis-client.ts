import { createClient } from '@redis/client'

const connectTimeoutMilliseconds = 1_000
/** From the call to its answer, waiting for a connection included: a person is waiting, and the caller must fail closed soon. */
const callTimeoutMilliseconds = 1_000
/** Calls that wait for a connection or an answer; more are refused at once. */
const longestQueue = 1_000
const longestReconnectMilliseconds = 2_000

/**
 * Connects in the background and reconnects for ever, waiting longer each time (at most 2 s).
 * @param url `redis://` or `rediss://`, credentials included; never shown in an error
 * @param onError hears of lost connections, for the log
 * @throws TypeError when the address is not one of Redis
 */
export function connectRedis(url: string, prefix: string, onError: ((error: Error) => void) | undefined) {
  // new URL() would repeat the whole address, password included, in its error.
  if (!/^rediss?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new TypeError('the address of Redis must start with redis:// or rediss://')
  }
  const client = createClient({
    url,
    keyPrefix: `${prefix}:`,
    commandsQueueMaxLength: longestQueue,
    // Takes a call that never got a connection out of the queue, so that it is not sent late.
    commandOptions: { timeout: callTimeoutMilliseconds },
    disableClientInfo: true,
    maintNotifications: 'disabled',
    socket: {
      connectTimeout: connectTimeoutMilliseconds,
      reconnectStrategy: (retries) => Math.min(50 * 2 ** Math.min(retries, 10), longestReconnectMilliseconds),
    },
  })
  // Without a listener a lost connection would end the process.
  client.on('error', (error: Error) => onError?.(error))
  // Rejects only when closed while connecting: every other failure is retried and told to the listener.
  client.connect().catch(() => undefined)
  return client
}
export type RedisClient = ReturnType<typeof connectRedis>

/** Calls that end within a second, whatever becomes of the server. */
export interface RedisCalls {
  /** @throws Error when there is no answer; the effect is then unknown */
  answered<T>(call: (client: RedisClient) => Promise<T>): Promise<T>
  close(): void
}

/** @throws TypeError as `connectRedis` */
export function redisCalls(url: string, prefix: string, onError: ((error: Error) => void) | undefined): RedisCalls {
  let client = connectRedis(url, prefix, onError)
  let closed = false
  return {
    /** The client forgets its own timeout once a command is written, so a server that hangs is noticed here. */
    async answered(call) {
      if (closed) throw new Error('the ephemeral store is closed')
      const used = client
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(() => {
        late.reject(new Error(`Redis did not answer within ${callTimeoutMilliseconds} ms`))
        // A connected server that does not answer may be gone without a word (failover, firewall): dial again.
        if (used.isReady && used === client && !closed) {
          client = connectRedis(url, prefix, onError)
          used.destroy()
        }
      }, callTimeoutMilliseconds)
      try {
        return await Promise.race([call(used), late.promise])
      } finally {
        clearTimeout(timer)
      }
    },
    close() {
      if (closed) return
      closed = true
      client.destroy()
    },
  }
}
