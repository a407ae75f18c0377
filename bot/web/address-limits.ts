import { networkOf } from './caller-address.ts'

const minute = 60_000
/** An address from which somebody proved to be Teams or Slack is known for so long: past a quiet night. */
const knownFor = 24 * 60 * minute
const mostAddresses = 20_000

/** Most requests of one address in a minute. */
export interface AddressLimits {
  /** Of those that were refused, such as for a token or a signature that is none. */
  readonly refused: number
  /** Of those that nobody has to prove anything for: the page of mails. */
  readonly open: number
}

export const addressLimits: AddressLimits = { refused: 120, open: 120 }

export interface Turnstile {
  /** Seconds until this address may come again; undefined when it may come in. Asked before anything of a request is read. */
  heldFor(address: string): number | undefined
  /** A request of this address was refused, for a reason that lies with it. */
  refused(address: string): void
  /** A request that proves nothing; answers as `heldFor`. */
  open(address: string): number | undefined
  /** Somebody who was let in by token or signature comes from there. */
  proven(address: string): void
}

/**
 * Keeps one address from costing much. In the memory of this process, because it guards the processor and no secret: what may be guessed is
 * counted in PostgreSQL for all replicas. Addresses from which Teams or Slack really come are held back by nothing: others can make
 * Microsoft's servers send to us as well, and would shut Teams out.
 * @param milliseconds a clock that never goes back
 */
export function turnstile(limits: AddressLimits, milliseconds: () => number): Turnstile {
  const counts = new Map<string, { used: number; until: number }>()
  const known = new Map<string, number>()

  function keep<T>(map: Map<string, T>, key: string, value: T): void {
    map.delete(key)
    map.set(key, value)
    const [oldest] = map.keys()
    if (map.size > mostAddresses && oldest !== undefined) map.delete(oldest)
  }

  function count(key: string): { used: number; until: number } {
    const now = milliseconds()
    const before = counts.get(key)
    const window = before && before.until > now ? before : { used: 0, until: now + minute }
    window.used += 1
    keep(counts, key, window)
    return window
  }

  const secondsUntil = (until: number) => Math.max(1, Math.ceil((until - milliseconds()) / 1_000))

  return {
    heldFor(address) {
      const network = networkOf(address)
      const now = milliseconds()
      const window = counts.get(`refused ${network}`)
      if (!window || window.until <= now || window.used < limits.refused) return undefined
      return (known.get(network) ?? 0) > now ? undefined : secondsUntil(window.until)
    },
    refused: (address) => void count(`refused ${networkOf(address)}`),
    open(address) {
      const window = count(`open ${networkOf(address)}`)
      return window.used > limits.open ? secondsUntil(window.until) : undefined
    },
    proven: (address) => keep(known, networkOf(address), milliseconds() + knownFor),
  }
}
