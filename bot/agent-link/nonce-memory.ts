import type { Clock } from '../clock.ts'

/** Remembers what was said, as long as it could be said again. */
export interface NonceMemory {
  /** True the first time. False when it was said before, and when there is no more room to remember it. */
  isNew(nonce: string): boolean
}

/** @param milliseconds how long one is remembered */
export function nonceMemory(milliseconds: number, clock: Clock, capacity = 200_000): NonceMemory {
  const until = new Map<string, number>()
  return {
    isNew(nonce) {
      const now = clock().getTime()
      // A Map lists its keys in the order they were set: the oldest are first.
      for (const [old, end] of until) {
        if (end > now) break
        until.delete(old)
      }
      if (until.has(nonce) || until.size >= capacity) return false
      until.set(nonce, now + milliseconds)
      return true
    },
  }
}
