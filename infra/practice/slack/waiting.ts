import { SlackClientError } from './client-error.ts'
import type { EventBus } from './events.ts'

/** Resolves with what `look` finds now or after a change about `about`; rejects with `timed-out` and what `described` says. */
export function waitForFound<Found>(
  bus: EventBus,
  about: string,
  look: () => Found | undefined,
  patienceMilliseconds: number,
  described: () => string,
): Promise<Found> {
  const now = look()
  if (now !== undefined) return Promise.resolve(now)
  return new Promise((resolve, reject) => {
    const stop = bus.subscribe(() => {
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
      reject(new SlackClientError('timed-out', `nothing was found in ${patienceMilliseconds} ms; ${described()}`))
    }, patienceMilliseconds)
    const finish = () => {
      clearTimeout(timer)
      stop()
    }
  })
}
