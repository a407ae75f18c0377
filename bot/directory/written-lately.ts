import type { Clock } from '../clock.ts'

/** Milliseconds for which it is remembered: longer than reading back takes. And of how many. */
const goodFor = 10_000
const most = 500

/** What is on its way to be written, or was written a moment ago, by a key of the caller's. */
export interface WrittenLately<Written> {
  note(key: string, written: Written): void
  find(key: string): Written | undefined
}

/**
 * Remembers where something was written, so that it is read back from the very same object: matched anew that could be another one by
 * then, and finding it takes both directories longer than everything else that is read back.
 */
export function writtenLately<Written>(clock: Clock): WrittenLately<Written> {
  const kept = new Map<string, { readonly written: Written; readonly until: number }>()
  return {
    note(key, written) {
      kept.delete(key)
      const [oldest] = kept.keys()
      if (kept.size >= most && oldest !== undefined) kept.delete(oldest)
      kept.set(key, { written, until: clock().getTime() + goodFor })
    },
    find(key) {
      const found = kept.get(key)
      return found && clock().getTime() < found.until ? found.written : undefined
    },
  }
}
