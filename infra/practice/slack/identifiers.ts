import { createHash, randomBytes } from 'node:crypto'

/** An id as Slack makes them: a letter for the kind and ten more. The same for the same name, on every machine. */
export function stableId(letter: 'U' | 'D' | 'C' | 'A' | 'B', name: string): string {
  const digest = createHash('sha256').update(`practice slack: ${letter} ${name}`).digest()
  return `${letter}0${BigInt(`0x${digest.toString('hex', 0, 8)}`)
    .toString(36)
    .toUpperCase()
    .slice(0, 9)
    .padStart(9, '0')}`
}

/** An id nobody can guess. */
export function randomId(letter: 'V' | 'Ev' | 'F'): string {
  return `${letter}0${BigInt(`0x${randomBytes(10).toString('hex')}`)
    .toString(36)
    .toUpperCase()
    .slice(0, 13)}`
}

export const randomToken = (): string => randomBytes(16).toString('hex')

/** Slack numbers messages by the microsecond; no two are the same, and none goes back in time. */
export function numberedFrom(clock: () => Date): () => string {
  let last = 0
  return () => {
    last = Math.max(last + 1, clock().getTime() * 1_000)
    return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, '0')}`
  }
}
