/** So much is done in one go; what is left waits for the next one. */
const mostPages = 100

/**
 * Works off page after page, each a statement of its own that holds nobody up, until one is not full.
 * @param work takes the size of a page, and answers how many there were
 * @returns how many in all
 */
export async function inPages(size: number, work: (size: number) => Promise<number>): Promise<number> {
  let all = 0
  for (let page = 0; page < mostPages; page++) {
    const done = await work(size)
    all += done
    if (done < size) break
  }
  return all
}
