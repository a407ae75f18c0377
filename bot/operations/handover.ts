/** A secret waits this long for the window that shows it. */
const patience = 60_000

/**
 * Where a temporary password lives: in this process's memory, between the moment it is set and the moment it is shown.
 * Only an operation whose asker is still there may set one: after a crash nobody is, and none is made.
 */
export interface Handover {
  /** Somebody waits for the secret of this operation. */
  expect(operationId: string): void
  isExpected(operationId: string): boolean
  put(operationId: string, secret: string): void
  /** Hands the secret over and forgets it. */
  take(operationId: string): string | undefined
}

export function handover(): Handover {
  const waiting = new Map<string, { secret: string | undefined; timer: NodeJS.Timeout }>()
  return {
    expect(operationId) {
      const already = waiting.get(operationId)
      if (already) clearTimeout(already.timer)
      const timer = setTimeout(() => waiting.delete(operationId), patience)
      timer.unref()
      waiting.set(operationId, { secret: already?.secret, timer })
    },
    isExpected: (operationId) => waiting.has(operationId),
    put(operationId, secret) {
      const entry = waiting.get(operationId)
      if (entry) entry.secret = secret
    },
    take(operationId) {
      const entry = waiting.get(operationId)
      if (!entry) return undefined
      clearTimeout(entry.timer)
      waiting.delete(operationId)
      return entry.secret
    },
  }
}
