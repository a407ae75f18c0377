import type { Lasts } from '../approvals/requests/request.ts'
import { durations, formatDuration } from '../policy/duration.ts'
import { moment } from './words.ts'

const { day } = durations
const usual = [7 * day, 30 * day, 90 * day]
const permanent = 'permanent'

/** An end that can be asked for in a window. */
export interface Offer {
  readonly value: string
  readonly title: string
  readonly lasts: Lasts
}

/**
 * Later ends to choose from, the soonest first. None is longer from now than what may be asked for at once.
 * @param longest milliseconds; undefined = it may be without an end
 */
export function offersOf(
  endsAt: Date,
  presets: readonly number[],
  longest: number | undefined,
  now: Date,
): readonly Offer[] {
  const last = longest === undefined ? Number.POSITIVE_INFINITY : now.getTime() + longest
  const lengths = presets.length > 0 ? presets : usual.filter((length) => longest === undefined || length <= longest)
  const ends = new Map<number, Offer>()
  for (const length of lengths) {
    const end = Math.min(endsAt.getTime() + length, last)
    if (end <= endsAt.getTime() || ends.has(end)) continue
    const until = new Date(end)
    const more = end === endsAt.getTime() + length ? `${formatDuration(length)} more: ` : 'as long as possible: '
    const title = `${more}until ${moment(until)}`
    ends.set(end, { value: String(length), title, lasts: { until: until.toISOString() } })
  }
  const without: Offer = { value: permanent, title: 'without an end', lasts: 'permanent' }
  return longest === undefined ? [...ends.values(), without] : [...ends.values()]
}
