/** The closed set of things that can go wrong with a directory. */
export const directoryErrorCodes = [
  'not-found',
  'refused',
  'protected',
  'conflict',
  'unreachable',
  'throttled',
  'policy',
] as const
export type DirectoryErrorCode = (typeof directoryErrorCodes)[number]

/**
 * The only error a `Directory` throws. `sentence` is for the person (no ids, no vendor text), `detail` for IT and the audit
 * (vendor code and message, never a secret).
 * - not-found: the object is not there (any more)
 * - refused: the application lacks a permission or role, or its credential was refused
 * - protected: the object may not be changed by this application (privileged, or mastered elsewhere)
 * - conflict: it is already so, or somebody else changed it at the same time
 * - unreachable: network, time-out, 5xx: whether the change happened is unknown (`maybeDone`)
 * - throttled: 429 that outlasted our patience; nothing was changed
 * - policy: the value was rejected (password too weak, banned, used before)
 */
export class DirectoryError extends Error {
  readonly code: DirectoryErrorCode
  readonly sentence: string
  readonly detail: string
  readonly requestId: string | undefined
  /** True when a write was sent and its fate is unknown: read back before saying anything. */
  readonly maybeDone: boolean

  constructor(
    code: DirectoryErrorCode,
    options: {
      sentence: string
      detail: string
      requestId?: string | undefined
      maybeDone?: boolean | undefined
      cause?: unknown
    },
  ) {
    super(`${code}: ${options.detail}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'DirectoryError'
    this.code = code
    this.sentence = options.sentence
    this.detail = options.detail
    this.requestId = options.requestId
    this.maybeDone = options.maybeDone ?? false
  }
}
