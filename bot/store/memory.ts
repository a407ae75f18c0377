import type { Clock } from '../clock.ts'
import type { Ephemeral } from './ephemeral.ts'
import { checkLimit, checkMilliseconds, storedKey } from './ephemeral-limits.ts'

const sweepEveryMilliseconds = 30_000

interface Entry {
  readonly expiresAt: number
  used: number
}

/**
 * `Ephemeral` in this process's memory, for a bot that runs as one process. Holds at most `capacity` keys: expired ones are
 * swept out every 30 seconds, and when it is full all the same the oldest key makes room for the new one.
 */
export function memoryEphemeral(clock: Clock, capacity = 100_000): Ephemeral {
  const entries = new Map<string, Entry>()
  let nextSweep = 0
  let closed = false

  const live = (key: string, now: number): Entry | undefined => {
    const entry = entries.get(key)
    return entry !== undefined && entry.expiresAt > now ? entry : undefined
  }

  const remember = (key: string, entry: Entry, now: number): void => {
    if (now >= nextSweep) {
      for (const [name, { expiresAt }] of entries) if (expiresAt <= now) entries.delete(name)
      nextSweep = now + sweepEveryMilliseconds
    }
    // A Map lists its keys in the order they were set; deleting first makes a renewed key the youngest.
    entries.delete(key)
    const oldest = entries.keys().next()
    if (entries.size >= capacity && !oldest.done) entries.delete(oldest.value)
    entries.set(key, entry)
  }

  const checkOpen = (): void => {
    if (closed) throw new Error('the ephemeral store is closed')
  }

  return {
    async claim(key, milliseconds) {
      checkOpen()
      checkMilliseconds(milliseconds)
      const name = storedKey('claim', key)
      const now = clock().getTime()
      if (live(name, now)) return false
      remember(name, { expiresAt: now + milliseconds, used: 1 }, now)
      return true
    },
    async release(key) {
      checkOpen()
      entries.delete(storedKey('claim', key))
    },
    async spend(key, limit, windowMilliseconds) {
      checkOpen()
      checkLimit(limit)
      checkMilliseconds(windowMilliseconds)
      const name = storedKey('spend', key)
      const now = clock().getTime()
      let window = live(name, now)
      if (!window) {
        window = { expiresAt: now + windowMilliseconds, used: 0 }
        remember(name, window, now)
      }
      window.used += 1
      const allowed = window.used <= limit
      return { allowed, retryAfterMilliseconds: allowed ? 0 : window.expiresAt - now }
    },
    async ping() {
      checkOpen()
    },
    async close() {
      closed = true
      entries.clear()
    },
  }
}
