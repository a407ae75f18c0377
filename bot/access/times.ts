import type { Grant } from './grant.ts'

/** What of a grant or a contract says when it is due. */
export interface Timed {
  readonly state: Grant['state']
  readonly startsAt: Date
  readonly endsAt: Date | null
  readonly reminded: number
  /** When it is looked at next, whether it is still as it should be. */
  readonly lookAt: Date | null
  /** The membership, or the sponsor, was found gone: nobody is reminded any more, and nothing is looked at. */
  readonly goneAt: Date | null
}

/**
 * How many of the reminders have had their moment.
 * @param before milliseconds before the end, longest first
 */
export function remindersPassed(endsAt: Date | null, before: readonly number[], now: Date): number {
  if (endsAt === null) return 0
  return before.filter((time) => endsAt.getTime() - time <= now.getTime()).length
}

/** When something must be done next: begin, remind, look, end. null = never. */
export function nextDue(timed: Timed, before: readonly number[]): Date | null {
  if (timed.state === 'waiting') return timed.startsAt
  if (timed.state !== 'active') return null
  const { endsAt, goneAt, lookAt } = timed
  const reminder = before[timed.reminded]
  const moments = [
    ...(endsAt === null ? [] : [endsAt.getTime()]),
    ...(goneAt !== null || endsAt === null || reminder === undefined ? [] : [endsAt.getTime() - reminder]),
    ...(goneAt !== null || lookAt === null ? [] : [lookAt.getTime()]),
  ]
  return moments.length === 0 ? null : new Date(Math.min(...moments))
}
