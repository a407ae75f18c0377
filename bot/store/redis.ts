import { createClient } from 'redis'
import type { Ephemeral } from './ephemeral.ts'
import { checkLimit, checkMilliseconds, storedKey } from './ephemeral-limits.ts'

const connectTimeoutMilliseconds = 1_000
/** From the call to its answer, waiting for a connection included: a person is waiting, and the caller must fail closed soon. */
const callTimeoutMilliseconds = 1_000
/** Calls that wait for a connection or an answer; more are refused at once. */
const longestQueue = 1_000
const longestReconnectMilliseconds = 2_000

/**
 * Counts one use and reads the rest of the window in one atomic step, so that no counter is ever left without an end.
 * The window starts with the first use; refused uses do not prolong it.
 */
const spendScript = `
local used = redis.call('INCR', KEYS[1])
local rest = redis.call('PTTL', KEYS[1])
if rest < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  rest = tonumber(ARGV[1])
end
return {used, rest}`

/**
 * `Ephemeral` in Redis (6.2 or later), shared by all replicas. Connects in the background and reconnects for ever, waiting
 * longer each time (at most 2 s). A call that has no answer after a second rejects; its effect is then unknown: a claim may
 * have been taken. The caller decides, and where it protects something it decides "no".
 *
 * @param url `redis://` or `rediss://`, credentials included; never shown in an error
 * @param options `prefix` goes before every key; `onError` hears of lost connections, for the log
 * @throws TypeError when the address is not one of Redis
 */
export function openRedis(url: string, options: { prefix: string; onError?: (error: Error) => void }): Ephemeral {
  const { prefix, onError } = options
  // new URL() would repeat the whole address, password included, in its error.
  if (!/^rediss?:$/.test(URL.parse(url)?.protocol ?? '')) {
    throw new TypeError('the address of Redis must start with redis:// or rediss://')
  }
  let client = connect()
  let closed = false

  function connect() {
    const fresh = createClient({
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
    fresh.on('error', (error: Error) => onError?.(error))
    // Rejects only when closed while connecting: every other failure is retried and told to the listener.
    fresh.connect().catch(() => undefined)
    return fresh
  }

  /** The client forgets its own timeout once a command is written, so a server that hangs is noticed here. */
  async function answered<T>(call: (client: ReturnType<typeof connect>) => Promise<T>): Promise<T> {
    if (closed) throw new Error('the ephemeral store is closed')
    const used = client
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      late.reject(new Error(`Redis did not answer within ${callTimeoutMilliseconds} ms`))
      // A connected server that does not answer may be gone without a word (failover, firewall): dial again.
      if (used.isReady && used === client && !closed) {
        client = connect()
        used.destroy()
      }
    }, callTimeoutMilliseconds)
    try {
      return await Promise.race([call(used), late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async claim(key, milliseconds) {
      checkMilliseconds(milliseconds)
      const name = storedKey('claim', key)
      const expiration = { type: 'PX', value: milliseconds } as const
      return (await answered((redis) => redis.set(name, '1', { condition: 'NX', expiration }))) === 'OK'
    },
    async release(key) {
      await answered((redis) => redis.del(storedKey('claim', key)))
    },
    async spend(key, limit, windowMilliseconds) {
      checkLimit(limit)
      checkMilliseconds(windowMilliseconds)
      const keys = [storedKey('spend', key)]
      const reply = await answered((redis) =>
        redis.eval(spendScript, { keys, arguments: [String(windowMilliseconds)] }),
      )
      const [used, rest] = Array.isArray(reply) ? reply : []
      if (typeof used !== 'number' || typeof rest !== 'number') throw new Error('Redis gave no count')
      const allowed = used <= limit
      return { allowed, retryAfterMilliseconds: allowed ? 0 : Math.max(rest, 1) }
    },
    async ping() {
      await answered((redis) => redis.ping())
    },
    async close() {
      if (closed) return
      closed = true
      client.destroy()
    },
  }
}
