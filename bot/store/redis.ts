import type { Ephemeral } from './ephemeral.ts'
import { checkLimit, checkMilliseconds, storedKey } from './ephemeral-limits.ts'
import { redisCalls } from './redis-client.ts'

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
  const { answered, close } = redisCalls(url, options.prefix, options.onError)
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
      close()
    },
  }
}
