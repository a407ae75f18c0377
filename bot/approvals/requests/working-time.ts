import { durations } from '../../policy/duration.ts'
import type { Weekday } from '../../policy/schema.ts'

/** The most that is counted: the policy allows 30 days, and nobody waits for longer than a year. */
const most = 366 * durations.day

/**
 * Counts only the days on which people work: whole days, from midnight to midnight in the zone. A day of 23 or 25 hours, where the
 * clocks change, counts as that many.
 * @param calendar `timeZone` is an IANA name. Where all days are working days, or none is, time just passes.
 * @returns the moment that lies so many milliseconds of working days after another, and always lies in one: what would be up at
 *   Friday midnight is up on Monday. Never more than 366 days of them. An invalid date where either is none.
 * @throws RangeError for a zone that nobody knows
 */
export function workingTime(calendar: {
  readonly days: readonly Weekday[]
  readonly timeZone: string
}): (from: Date, milliseconds: number) => Date {
  const format = new Intl.DateTimeFormat('en-US', { weekday: 'short', timeZone: calendar.timeZone })
  const dayOf = (moment: number) => format.format(moment).toLowerCase()
  const working = new Set<string>(calendar.days)
  const always = working.size === 0 || working.size === 7

  return (from, milliseconds) => {
    let left = Math.min(Math.max(milliseconds, 0), most)
    let at = from.getTime()
    const last = new Date(at + left + most * 8)
    if (always || Number.isNaN(left) || Number.isNaN(last.getTime())) return new Date(at + left)
    // With one working day a week, at most seven days pass for one; the bound holds whatever a zone does.
    while (at < last.getTime()) {
      const next = nextDay(at, dayOf)
      if (working.has(dayOf(at))) {
        if (left < next - at) return new Date(at + left)
        left -= next - at
      }
      at = next
    }
    return new Date(at)
  }
}

/** The first moment of the day after, wherever the clocks put it: at midnight or, where that is skipped, an hour later. */
function nextDay(at: number, dayOf: (moment: number) => string): number {
  const today = dayOf(at)
  let before = at
  // No day is as long as two.
  let after = at + 2 * durations.day
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (dayOf(middle) === today) before = middle
    else after = middle
  }
  return after
}
