/** Thrown when somebody sends faster than one can work: nothing was done. */
export class TooManyAtOnce extends Error {}

/** Runs what concerns the same key one after the other, and no more than `most` waiting. Other keys do not wait. */
export function oneAtATime(most: number): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const lines = new Map<string, { last: Promise<unknown>; length: number }>()
  return async (key, work) => {
    const line = lines.get(key) ?? { last: Promise.resolve(), length: 0 }
    if (line.length >= most) throw new TooManyAtOnce()
    line.length++
    lines.set(key, line)
    const mine = line.last.then(work, work)
    line.last = mine.catch(() => undefined)
    try {
      return await mine
    } finally {
      line.length--
      if (line.length === 0) lines.delete(key)
    }
  }
}
