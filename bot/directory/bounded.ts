/** A whole number from 1 to `most`, whatever the caller asked for. */
export function bounded(limit: number, most: number): number {
  return Number.isNaN(limit) ? 1 : Math.min(Math.max(Math.trunc(limit), 1), most)
}

/** Pages of a search that gave nothing to keep: after so many it is over. */
const mostPages = 20

/** The first `limit` of a listing that are worth keeping. Stops asking as soon as it has them. */
export async function firstFew<T, K>(
  pages: AsyncIterable<readonly T[]>,
  limit: number,
  keep: (item: T) => K | undefined,
): Promise<K[]> {
  const kept: K[] = []
  let looked = 0
  for await (const page of pages) {
    for (const item of page) {
      const one = keep(item)
      if (one !== undefined) kept.push(one)
      if (kept.length === limit) return kept
    }
    looked += 1
    if (looked === mostPages) break
  }
  return kept
}
