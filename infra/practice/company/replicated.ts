/** Which state to look at: what has reached the replica that answers reads, or the truth. */
export type View = 'visible' | 'latest'

interface Former<T> {
  readonly value: T | undefined
  /** Milliseconds since the epoch until which reads still see it. */
  readonly until: number
}

/**
 * Objects by id, of which a write becomes visible to readers only after a delay, as in a directory with replicas.
 * Values are immutable: a write replaces the whole object.
 */
export class Replicated<T> {
  readonly #latest = new Map<string, T>()
  readonly #former = new Map<string, Former<T>[]>()
  readonly #order: string[] = []
  readonly #known = new Set<string>()
  readonly #now: () => number
  readonly #delay: () => number

  /** @param now milliseconds since the epoch; @param delay milliseconds until a write is visible */
  constructor(now: () => number, delay: () => number) {
    this.#now = now
    this.#delay = delay
  }

  /** Writes an object, or deletes it when `value` is undefined. */
  write(id: string, value: T | undefined): void {
    const delay = this.#delay()
    if (delay > 0) {
      const former = this.#former.get(id) ?? []
      former.push({ value: this.#latest.get(id), until: this.#now() + delay })
      this.#former.set(id, former)
    }
    if (value === undefined) this.#latest.delete(id)
    else this.#latest.set(id, value)
    if (!this.#known.has(id)) {
      this.#known.add(id)
      this.#order.push(id)
    }
  }

  get(id: string, view: View): T | undefined {
    if (view === 'latest' || !this.#former.has(id)) return this.#latest.get(id)
    const former = this.#settle(id)
    return former === undefined ? this.#latest.get(id) : former.value
  }

  /** Every id ever written, in order of creation; the deleted ones among them, so that positions in a page stay put. */
  ids(): readonly string[] {
    return this.#order
  }

  /** Ids whose readers may not yet see the truth. */
  unsettled(): string[] {
    return [...this.#former.keys()].filter((id) => this.#settle(id) !== undefined)
  }

  *values(view: View): Generator<T> {
    for (const id of this.#order) {
      const value = this.get(id, view)
      if (value !== undefined) yield value
    }
  }

  /** Forgets former values whose time is over; gives the oldest that still holds. */
  #settle(id: string): Former<T> | undefined {
    const now = this.#now()
    const left = (this.#former.get(id) ?? []).filter((former) => former.until > now)
    if (left.length === 0) this.#former.delete(id)
    else this.#former.set(id, left)
    return left[0]
  }
}
