import { AgentError } from '../agent-error.ts'

/** Listings kept open between one page and the next. */
const mostOpen = 8
const idleMilliseconds = 60_000
/**
 * An answer must fit into a frame of a mebibyte, in which its quotation marks are escaped: what is more waits for the next page. In
 * bytes of JSON.
 */
const largestAnswer = 600_000

/** One page, and the name under which the next is had; null = that was all. */
export interface ListPage<T> {
  readonly items: T[]
  readonly cursor: string | null
}

/** Listings of one kind. */
export interface OpenLists<T> {
  begin(pages: AsyncIterable<readonly T[]>, size: number): Promise<ListPage<T>>
  /**
   * Every page has a cursor of its own, good once: a page that got lost on its way is not skipped in silence.
   * @throws AgentError not-found when it is over: begin anew
   */
  next(cursor: string, size: number): Promise<ListPage<T>>
}

/** Counts the listings of all kinds together, and gives their cursors. */
export interface ListCounter {
  readonly clock: () => Date
  readonly randomBytes: (size: number) => Buffer
  open: number
}

interface Listing<T> {
  readonly pages: AsyncIterator<readonly T[]>
  /** Read, and told up to `told`. */
  read: readonly T[]
  told: number
  ended: boolean
}

/** Holds at most a page of each listing in memory, however large the directory. */
export function openLists<T>(counter: ListCounter): OpenLists<T> {
  const waiting = new Map<
    string,
    { readonly listing: Listing<T>; readonly until: number; readonly timer: NodeJS.Timeout }
  >()

  const end = async ({ pages }: Listing<T>) => {
    counter.open -= 1
    await pages.return?.()
  }
  const take = (cursor: string): Listing<T> | undefined => {
    const kept = waiting.get(cursor)
    if (kept === undefined) return undefined
    waiting.delete(cursor)
    clearTimeout(kept.timer)
    return kept.listing
  }
  const endIdle = async (cursor: string) => {
    const listing = take(cursor)
    if (listing !== undefined) await end(listing)
  }
  const keep = (listing: Listing<T>): string => {
    const cursor = counter.randomBytes(24).toString('base64url')
    const timer = setTimeout(() => void endIdle(cursor), idleMilliseconds)
    timer.unref()
    waiting.set(cursor, { listing, until: counter.clock().getTime() + idleMilliseconds, timer })
    return cursor
  }

  const page = async (listing: Listing<T>, size: number): Promise<ListPage<T>> => {
    try {
      const items: T[] = []
      let bytes = 0
      while (items.length < size) {
        const item = listing.read[listing.told]
        if (item === undefined) {
          if (listing.ended) break
          const { done, value } = await listing.pages.next()
          if (done === true) listing.ended = true
          else {
            listing.read = value
            listing.told = 0
          }
          continue
        }
        bytes += Buffer.byteLength(JSON.stringify(item))
        if (items.length > 0 && bytes > largestAnswer) break
        items.push(item)
        listing.told += 1
      }
      if (!listing.ended) return { items, cursor: keep(listing) }
      await end(listing)
      return { items, cursor: null }
    } catch (error) {
      await end(listing)
      throw error
    }
  }

  return {
    async begin(pages, size) {
      for (const [cursor, { until }] of waiting) if (until <= counter.clock().getTime()) await endIdle(cursor)
      if (counter.open >= mostOpen) throw new AgentError('throttled', `${mostOpen} listings are open already`)
      counter.open += 1
      return page({ pages: pages[Symbol.asyncIterator](), read: [], told: 0, ended: false }, size)
    },
    async next(cursor, size) {
      const until = waiting.get(cursor)?.until
      const listing = take(cursor)
      if (listing === undefined || until === undefined) throw over()
      if (until <= counter.clock().getTime()) {
        await end(listing)
        throw over()
      }
      return page(listing, size)
    },
  }
}

const over = () => new AgentError('not-found', 'this listing is over: begin it anew')
