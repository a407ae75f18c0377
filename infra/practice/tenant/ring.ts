/** Keeps the last `limit` values. */
export class Ring<T> {
  readonly #limit: number
  readonly #values: T[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  push(value: T): void {
    this.#values.push(value)
    if (this.#values.length > this.#limit) this.#values.shift()
  }

  /** The last `count` values, oldest first. */
  last(count = this.#limit): readonly T[] {
    return count <= 0 ? [] : this.#values.slice(-count)
  }
}
