import type { Lasts } from '../../bot/approvals/requests/request.ts'
import { parseDuration } from '../../bot/policy/duration.ts'
import { countOf, readDay } from './calendar-day.ts'

const hour = 3_600_000
const day = 24 * hour
const longestText = 100

/** Months and years of a length of time; whoever means a day of the calendar names it. */
const units: readonly (readonly [name: RegExp, milliseconds: number])[] = [
  [/^(?:h|hours?|hrs?)$/, hour],
  [/^(?:d|days?)$/, day],
  [/^(?:w|weeks?|wks?)$/, 7 * day],
  [/^fortnights?$/, 14 * day],
  [/^months?$/, 30 * day],
  [/^quarters?$/, 90 * day],
  [/^(?:y|years?)$/, 365 * day],
]
const forGood =
  /^(?:(?:for )?(?:good|ever|always)|forever|permanent(?:ly)?|indefinitely|unlimited|without (?:an )?end|no end(?: date)?)$/

/**
 * How long somebody wants something, as people write it: `2 weeks`, `for a month`, `until 30 April`, `for good`. A day is
 * meant to its end, in UTC. Undefined for what could be read in two ways (`3/4`), and for what is no time at all. Pure.
 */
export function readLasts(text: string, now: Date): Lasts | undefined {
  const words = plainly(text)
  if (words === undefined) return undefined
  if (forGood.test(words)) return 'permanent'
  const until = /(?:^|\s)(?:until|till|til|through|up to|bis|by) (.+)$/.exec(words)?.[1]
  if (until !== undefined) return untilEnd(readDay(until, now))
  const span = /(?:^|\s)for (.+)$/.exec(words)?.[1] ?? words
  if (forGood.test(span)) return 'permanent'
  const length = readLength(span)
  return length === undefined ? untilEnd(readDay(span, now)) : { for: length }
}

/**
 * A day as people write it, as the first moment of it in UTC: `30 April`, `30.4.2027`, `tomorrow`, `end of next month`.
 * Undefined for what could be read in two ways. It may lie in the past. Pure.
 */
export function readDate(text: string, now: Date): Date | undefined {
  const words = plainly(text)
  return words === undefined ? undefined : readDay(words.replace(/^(?:on|from|starting(?: on| from)?) /, ''), now)
}

/** The last second of a day that begins at this moment. */
export function endOfDay(begins: Date): Date {
  return new Date(begins.getTime() + day - 1_000)
}

function untilEnd(begins: Date | undefined): Lasts | undefined {
  return begins && { until: endOfDay(begins).toISOString() }
}

function readLength(span: string): number | undefined {
  const found = /^(?:(?:about|only|just|another|the next|next) )?(\d{1,4}(?:[.,]\d)?|[a-z]+) ?([a-z]+)$/.exec(span)
  const count = countOf(found?.[1] ?? '')
  const unit = units.find(([name]) => name.test(found?.[2] ?? ''))
  const length = found && unit && Number.isFinite(count) ? Math.round(count * unit[1]) : parseDuration(span)
  return length !== undefined && length > 0 ? length : undefined
}

function plainly(text: string): string | undefined {
  const words = text
    .slice(0, 4 * longestText)
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s,]+/g, ' ')
    .replace(/\b(?:please|thanks|thank you)\b/g, '')
    .replace(/[!?]+/g, '')
    .trim()
    .replace(/([a-z]|\d{4})\.$/, '$1')
  return words === '' || words.length > longestText ? undefined : words
}
