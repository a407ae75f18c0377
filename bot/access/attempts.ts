import { durations } from '../policy/duration.ts'

/**
 * The number of an attempt stands in the id of its operation, so it is never used twice: every time something begins anew (the
 * revocation after a grant, a revocation after the last one was undone) a new round begins. Within a round it counts
 * what did not work.
 */
const round = 1_000

/** After so many failures IT is told. */
export const patience = 5

/** How often it did not work since the round began. */
export function failures(attempts: number): number {
  return attempts % round
}

/** The number of the next attempt after one that did not work. `hopeless`: only people can help, so IT is told at once. */
export function afterFailure(attempts: number, hopeless = false): number {
  const failed = failures(attempts)
  // A round that is full is followed by the next one, in which IT has been told from the start.
  if (failed >= round - 2) return afresh(attempts) + patience
  return attempts - failed + Math.max(failed + 1, hopeless ? patience : 0)
}

/** The number of the first attempt at something else: as it stands when nothing failed, otherwise of the next round. */
export function afresh(attempts: number): number {
  return (Math.floor(attempts / round) + 1) * round
}

/** The same, for what has never been tried under this number. */
export function untried(attempts: number): number {
  return failures(attempts) === 0 ? attempts : afresh(attempts)
}

/** How long to wait before the next attempt, milliseconds: a minute, doubling, at most six hours. */
export function backOff(attempts: number): number {
  return Math.min(6 * durations.hour, durations.minute * 2 ** Math.max(0, failures(attempts) - 1))
}
