import type { Context } from '@microsoft/microsoft-graph-client'

/**
 * What the middleware must know of one call and cannot see in the request: whether it changes anything, what must never
 * appear in an error, how much it may answer. Travels as a middleware option of the SDK.
 */
export class GraphCall {
  /** A read may be sent again after any passing failure; a write only when it certainly did not happen. */
  readonly kind: 'read' | 'write'
  /** For errors and audit: `PATCH /users/{id}`. */
  readonly title: string
  /** Strings the body holds that no error may repeat. */
  readonly secrets: readonly string[]
  /** Most bytes taken of the answer. */
  readonly answerLimit: number
  /** The SDK wraps what a middleware throws and loses it; it is kept here instead. */
  failure: unknown

  constructor(options: { kind: 'read' | 'write'; title: string; secrets?: readonly string[]; answerLimit?: number }) {
    this.kind = options.kind
    this.title = options.title
    this.secrets = options.secrets ?? []
    this.answerLimit = options.answerLimit ?? 16 * 1024 * 1024
    this.failure = undefined
  }
}

/** The call a request belongs to. */
export function callOf(context: Context): GraphCall {
  const call: unknown = context.middlewareControl?.getMiddlewareOptions(GraphCall)
  if (!(call instanceof GraphCall)) throw new TypeError('every Graph request carries a GraphCall')
  return call
}
