/** Chance that can be had again: the same seed makes the same choices. */
export interface Chance {
  /** From 0 on, below 1. */
  next(): number
  /** A whole number from 0 on, below `limit`. */
  below(limit: number): number
  happens(probability: number): boolean
  /** @throws RangeError for an empty list */
  pick<T>(list: readonly T[]): T
  /** One of the names, each as often as its weight says. */
  weighed<K extends string>(weights: Readonly<Record<K, number>>): K
}

/** Mulberry32: 32 bits of state, good enough to choose by. */
export function chanceOf(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return {
    next,
    below,
    happens: (probability) => next() < probability,
    pick<T>(list: readonly T[]): T {
      const [one] = list.slice(below(list.length))
      if (one === undefined) throw new RangeError('there is nothing to choose from')
      return one
    },
    weighed<K extends string>(weights: Readonly<Record<K, number>>): K {
      const names = Object.keys(weights).filter((name): name is K => name in weights)
      let left = next() * names.reduce((sum, name) => sum + weights[name], 0)
      for (const name of names) {
        left -= weights[name]
        if (left < 0) return name
      }
      throw new RangeError('there is nothing to choose from')
    },
  }
}
