/** A secret waits this long for the window that shows it. */
const patience = 60_000
/** A window that is asked for twice in the same moment, milliseconds, shows the same secret. */
export const shownAgain = 15_000

/**
 * Where a temporary password lives: in this process's memory, between the moment it is set and the moment it is shown.
 * Only an operation whose asker is still there may set one, and only once: after a crash nobody is, and none is made.
 */
export interface Handover {
  /** Somebody waits for the secret of this operation. */
  expect(operationId: string): void
  /** True for the first who asks, if somebody waits: they may make the secret. */
  claim(operationId: string): boolean
  put(operationId: string, secret: string): void
  /** Hands the secret over; it is forgotten a moment later. */
  take(operationId: string): string | undefined
  /** The secret was never set, or may not have been: nobody shall see it. */
  discard(operationId: string): void
}

export function handover(): Handover {
  const waiting = new Map<string, { secret?: string; claimed: boolean; timer: NodeJS.Timeout }>()
  const forgetIn = (operationId: string, milliseconds: number): NodeJS.Timeout =>
    setTimeout(() => waiting.delete(operationId), milliseconds).unref()
  return {
    expect(operationId) {
      if (waiting.has(operationId)) return
      waiting.set(operationId, { claimed: false, timer: forgetIn(operationId, patience) })
    },
    claim(operationId) {
      const entry = waiting.get(operationId)
      if (!entry || entry.claimed) return false
      entry.claimed = true
      return true
    },
    put(operationId, secret) {
      const entry = waiting.get(operationId)
      if (entry) entry.secret = secret
    },
    take(operationId) {
      const entry = waiting.get(operationId)
      if (entry?.secret === undefined) return undefined
      clearTimeout(entry.timer)
      entry.timer = forgetIn(operationId, shownAgain)
      return entry.secret
    },
    discard(operationId) {
      clearTimeout(waiting.get(operationId)?.timer)
      waiting.delete(operationId)
    },
  }
}
