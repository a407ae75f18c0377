/** Where somebody may be told of every change about a conversation or a person. */
export interface Changes {
  subscribe(listener: () => void, about: string): () => void
}

/**
 * Resolves with what `look` finds now or after a change about `about`.
 * @param timedOut makes the error it rejects with after `patienceMilliseconds`
 */
export function waitForFound<Found>(
  changes: Changes,
  about: string,
  look: () => Found | undefined,
  patienceMilliseconds: number,
  timedOut: () => Error,
): Promise<Found> {
  const now = look()
  if (now !== undefined) return Promise.resolve(now)
  return new Promise((resolve, reject) => {
    const stop = changes.subscribe(() => {
      try {
        const found = look()
        if (found === undefined) return
        finish()
        resolve(found)
      } catch (error) {
        finish()
        reject(error)
      }
    }, about)
    const timer = setTimeout(() => {
      finish()
      reject(timedOut())
    }, patienceMilliseconds)
    const finish = () => {
      clearTimeout(timer)
      stop()
    }
  })
}
