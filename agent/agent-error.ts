import type { AgentErrorCode, Alarm, AgentError as Wire } from './protocol/frames.ts'

/**
 * The only error that a command ends with. `detail` is for IT and the audit and holds no secret; the bot makes the sentence for the
 * person of the code.
 */
export class AgentError extends Error {
  readonly code: AgentErrorCode
  readonly detail: string
  /** A write was sent and nobody knows whether it was done. */
  readonly maybeDone: boolean
  readonly rule: Wire['rule']
  /** Set where IT must hear of it: the bot asked for what it may not have. */
  readonly alarm: Alarm['kind'] | undefined

  constructor(
    code: AgentErrorCode,
    detail: string,
    options: {
      readonly maybeDone?: boolean
      readonly rule?: Wire['rule']
      readonly alarm?: Alarm['kind']
      readonly cause?: unknown
    } = {},
  ) {
    super(`${code}: ${detail}`, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AgentError'
    this.code = code
    this.detail = detail.slice(0, 500).toWellFormed()
    this.maybeDone = options.maybeDone ?? false
    this.rule = options.rule
    this.alarm = options.alarm
  }
}
