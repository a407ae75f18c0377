import { TeamsClientError } from './client-error.ts'
import type { EventBus } from './events.ts'
import type { Message } from './message.ts'

/** Resolves with what `look` finds in a conversation, now or after a change; rejects with `timed-out`. */
export function waitForFound<Found>(
  bus: EventBus,
  conversationId: string,
  messages: () => readonly Message[],
  look: (messages: readonly Message[]) => Found | undefined,
  timeoutMs: number,
): Promise<Found> {
  const now = look(messages())
  if (now !== undefined) return Promise.resolve(now)
  return new Promise((resolve, reject) => {
    const stop = bus.subscribe(() => {
      try {
        const found = look(messages())
        if (found === undefined) return
        finish()
        resolve(found)
      } catch (error) {
        finish()
        reject(error)
      }
    }, conversationId)
    const timer = setTimeout(() => {
      finish()
      reject(new TeamsClientError('timed-out', `nothing was found in ${timeoutMs} ms; ${described(messages())}`))
    }, timeoutMs)
    const finish = () => {
      clearTimeout(timer)
      stop()
    }
  })
}

/** Tells who spoke last, not what was said. */
function described(messages: readonly Message[]): string {
  const last = messages.at(-1)
  return last ? `${messages.length} messages, the last from the ${last.from.role}` : 'the conversation is empty'
}
