import { createHash } from 'node:crypto'

/** Longest key kept as it is, in characters. */
const longestKey = 200
/** Longest time anything is remembered here: what must last longer belongs in PostgreSQL. */
const longestMilliseconds = 31 * 24 * 60 * 60 * 1000

/** What a key is kept for. */
export type Kind = 'claim' | 'spend'

/**
 * The name a key is stored under, per kind, so that a claim and a counter of the same name never meet.
 * Keys hold ids that came from outside, so long ones are stored as their SHA-256.
 */
export function storedKey(kind: Kind, key: string): string {
  return key.length <= longestKey
    ? `${kind}:${key}`
    : `${kind}:sha256:${createHash('sha256').update(key).digest('hex')}`
}

/** @throws RangeError unless a whole number of milliseconds from 1 to 31 days */
export function checkMilliseconds(milliseconds: number): void {
  if (!Number.isInteger(milliseconds) || milliseconds < 1 || milliseconds > longestMilliseconds) {
    throw new RangeError(`a time must be a whole number of milliseconds from 1 to ${longestMilliseconds}`)
  }
}

/** @throws RangeError unless a whole number from 0 */
export function checkLimit(limit: number): void {
  if (!Number.isSafeInteger(limit) || limit < 0) throw new RangeError('a limit must be a whole number from 0')
}
