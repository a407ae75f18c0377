import type { Clock } from '../clock.ts'

/** Milliseconds for which an answer is good, and how many are kept. */
const goodFor = 5_000
const most = 200

/**
 * Remembers what was answered a moment ago, so that the reads of one operation do not ask the same thing again and again. Failures are
 * not kept.
 */
export function shortMemory<Key, Answer>(
  clock: Clock,
  ask: (key: Key) => Promise<Answer>,
): (key: Key) => Promise<Answer> {
  const kept = new Map<Key, { readonly answer: Promise<Answer>; readonly until: number }>()
  return (key) => {
    const now = clock().getTime()
    const known = kept.get(key)
    if (known && now < known.until) return known.answer
    const answer = ask(key)
    kept.delete(key)
    const [oldest] = kept.keys()
    if (kept.size >= most && oldest !== undefined) kept.delete(oldest)
    kept.set(key, { answer, until: now + goodFor })
    answer.catch(() => {
      if (kept.get(key)?.answer === answer) kept.delete(key)
    })
    return answer
  }
}
