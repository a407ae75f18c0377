import type { TurnedAway } from '../protocol/frames.ts'

/** The other end did what the protocol forbids. The connection is ended, and IT hears of it over the next one. */
export class ProtocolFault extends Error {
  constructor(because: string) {
    super(because)
    this.name = 'ProtocolFault'
  }
}

/** The bot said no, in its own words. */
export class TurnedAwayFault extends Error {
  readonly reason: TurnedAway['reason']
  constructor(reason: TurnedAway['reason']) {
    super(`the bot turned us away: ${reason}`)
    this.name = 'TurnedAwayFault'
    this.reason = reason
  }
}

/** The connection is gone: nobody's fault. */
export class LineEnded extends Error {
  /** Of the closing, where the other end closed (RFC 6455 section 7.4). */
  readonly closeCode: number | undefined
  constructor(because: string, closeCode?: number) {
    super(because)
    this.name = 'LineEnded'
    this.closeCode = closeCode
  }
}
