import { z } from 'zod'
import { type RequestClass, requestClasses } from './exchange.ts'

/**
 * How a request can go wrong. 429, 503, 500: refused, nothing happens. slow: waits its turn and is answered late; nothing
 * happens if the client hangs up meanwhile. cut: the connection ends, nothing
 * happens. cut-after: it happens, and the connection ends before the answer. garbage and half: it happens, and the answer cannot be
 * read, or ends in the middle.
 */
export const faultKinds = ['429', '503', '500', 'slow', 'cut', 'cut-after', 'garbage', 'half'] as const
export type FaultKind = (typeof faultKinds)[number]

export const faultRequest = z.object({
  class: z.enum(requestClasses),
  kind: z.enum(faultKinds),
  /** How many requests it hits. */
  times: z.union([z.number().int().min(1).max(1_000_000), z.literal('always')]).default(1),
  retryAfterSeconds: z.number().int().min(0).max(3600).optional(),
  delayMs: z.number().int().min(0).max(600_000).default(5000),
})
/** A fault to switch on. */
export type FaultRequest = z.input<typeof faultRequest>
/** A fault that is on; `times` counts down. */
export type Fault = z.output<typeof faultRequest> & { readonly id: string }

const mostFaults = 100

/** The faults that are switched on, oldest first. */
export class Faults {
  #faults: Fault[] = []
  #made = 0

  /** @throws RangeError when too many are on; ZodError when it is not a fault */
  set(request: FaultRequest): Fault {
    if (this.#faults.length >= mostFaults) throw new RangeError(`no more than ${mostFaults} faults at once`)
    this.#made += 1
    const fault = { ...faultRequest.parse(request), id: `fault-${this.#made}` }
    this.#faults.push(fault)
    return fault
  }

  list(): readonly Fault[] {
    return this.#faults
  }

  /** Switches off one fault, or all of them. */
  clear(id?: string): void {
    this.#faults = id === undefined ? [] : this.#faults.filter((fault) => fault.id !== id)
  }

  /** The fault that hits a request of this class, counted down; undefined when there is none. */
  take(requestClass: RequestClass, kinds: readonly FaultKind[] = faultKinds): Fault | undefined {
    const hit = this.#faults.find(
      (fault) => (fault.class === requestClass || fault.class === 'all') && kinds.includes(fault.kind),
    )
    if (hit === undefined || hit.times === 'always') return hit
    const left = hit.times - 1
    this.#faults = this.#faults.flatMap((fault) => {
      if (fault !== hit) return [fault]
      return left === 0 ? [] : [{ ...fault, times: left }]
    })
    return hit
  }
}
