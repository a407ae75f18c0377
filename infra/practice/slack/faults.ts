/** A fault switched on for the next calls of the Web API (and of response_urls, method `response_url`). */
export interface SlackFault {
  /** `cut` ends the connection before the call has any effect, `lost` after it: the bot cannot tell which. `slow` answers late. */
  readonly kind: 429 | 500 | 503 | 'cut' | 'lost' | 'slow'
  /** Seconds, sent as Retry-After with 429. Default 1. */
  readonly retryAfterSeconds?: number
  /** How late `slow` is. Default 5,000. */
  readonly delayMilliseconds?: number
  /** How many calls it hits; default 1. */
  readonly times?: number
  /** Only calls of this method, such as `chat.postMessage`. */
  readonly method?: string
}

export interface FaultSwitch {
  add(fault: SlackFault): void
  clear(): void
  /** The fault that hits this call, used up once. */
  take(method: string): SlackFault | undefined
}

export function createFaultSwitch(): FaultSwitch {
  let pending: { readonly fault: SlackFault; left: number }[] = []
  return {
    add(fault) {
      pending.push({ fault, left: fault.times ?? 1 })
    },
    clear() {
      pending = []
    },
    take(method) {
      const hit = pending.find(({ fault }) => fault.method === undefined || fault.method === method)
      if (!hit) return undefined
      hit.left -= 1
      pending = pending.filter(({ left }) => left > 0)
      return hit.fault
    },
  }
}
