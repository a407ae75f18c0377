/** Between two looks at both clocks, more than this apart means that one of them was set. */
const largestJump = 5_000

/** The bot's time, as it was measured at the welcome. */
export interface BotTime {
  /** Milliseconds since 1970, by the bot's clock. */
  now(): number
  /** The same moment on our own clock. */
  onOurClock(moment: Date): Date
  /** Our clock was set since: what was measured holds no longer. */
  jumped(): boolean
}

/**
 * The welcome was stamped somewhere between `asked` and now; the middle is taken (RFC 5905, section 8). Afterwards time goes on as the
 * faster one of our two clocks says: the monotonic one stands still while a machine sleeps, the other one can be set back, and a
 * command must not be thought in time because of either.
 * @param monotonic milliseconds from any beginning, never going back
 * @param asked what `monotonic` said when we sent our greeting
 */
export function botTime(stamped: Date, clock: () => Date, monotonic: () => number, asked: number): BotTime {
  const wallAtStart = clock().getTime()
  const monotonicAtStart = monotonic()
  const botAtStart = stamped.getTime() + (monotonicAtStart - asked) / 2
  const wallPassed = () => clock().getTime() - wallAtStart
  const monotonicPassed = () => monotonic() - monotonicAtStart
  const now = () => botAtStart + Math.max(wallPassed(), monotonicPassed())
  return {
    now,
    onOurClock: (moment) => new Date(clock().getTime() + moment.getTime() - now()),
    jumped: () => Math.abs(wallPassed() - monotonicPassed()) > largestJump,
  }
}
