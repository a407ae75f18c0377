import type { Kind } from './ephemeral-limits.ts'

/** Something that was counted or claimed a short while ago. */
export interface RecentUse {
  readonly kind: Kind
  readonly key: string
  readonly used: number
  /** Until when it counts, by the clock of this process. */
  readonly until: number
}

export interface RecentUses {
  /** One more use in a window that began with the first, or a claim. */
  add(kind: Kind, key: string, milliseconds: number): void
  forget(kind: Kind, key: string): void
  readonly size: number
  /** What still counts; none of it is kept. */
  takeAll(): readonly RecentUse[]
  /** What was taken and could not be brought anywhere is kept on. */
  putBack(taken: readonly RecentUse[]): void
}

/**
 * What this process itself counted lately in a store that may go away, so that it can be counted on in another one. The oldest
 * make room for new ones.
 * @param milliseconds a clock that never goes back
 */
export function recentUses(milliseconds: () => number, capacity = 20_000): RecentUses {
  const uses = new Map<string, RecentUse>()
  function keep({ kind, key, used, until }: RecentUse): void {
    const name = `${kind}:${key}`
    const before = uses.get(name)
    const goesOn = before !== undefined && before.until > milliseconds()
    // The one that is used now becomes the youngest: a Map lists its keys in the order they were set.
    uses.delete(name)
    uses.set(name, { kind, key, used: (goesOn ? before.used : 0) + used, until: goesOn ? before.until : until })
    const [oldest] = uses.keys()
    if (uses.size > capacity && oldest !== undefined) uses.delete(oldest)
  }

  return {
    add: (kind, key, lasts) => keep({ kind, key, used: 1, until: milliseconds() + lasts }),
    putBack(taken) {
      for (const use of taken) keep(use)
    },
    forget: (kind, key) => void uses.delete(`${kind}:${key}`),
    get size() {
      return uses.size
    },
    takeAll() {
      const now = milliseconds()
      const live = [...uses.values()].filter(({ until }) => until > now)
      uses.clear()
      return live
    },
  }
}
