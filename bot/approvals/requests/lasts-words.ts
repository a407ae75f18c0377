import { formatDuration } from '../../policy/duration.ts'
import type { Lasts, Terms } from './request.ts'

const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' })

/** How long something lasts, in words: `7 days`, `until 30 April 2027`, `for good`. */
export function lastsInWords(lasts: Lasts): string {
  if (lasts === 'permanent') return 'for good'
  return 'for' in lasts ? formatDuration(lasts.for) : `until ${momentInWords(lasts.until)}`
}

/** The same with the moment from which it is counted, and what was asked for before somebody shortened it. */
export function howLong(terms: Terms, earlier: readonly Terms[]): string {
  const { lasts } = terms
  const counted = lasts !== 'permanent' && 'for' in lasts ? ` from ${terms.startsAt ? 'its start' : 'approval'}` : ''
  const [first] = earlier
  const before = first ? ` (was ${lastsInWords(first.lasts)})` : ''
  return `${lastsInWords(lasts)}${counted}${before}`
}

export function fromWhen({ startsAt }: Terms): string {
  return startsAt === null ? 'as soon as it is approved' : momentInWords(startsAt)
}

/** The first and the last second of a day (UTC) stand for the day. */
export function momentInWords(iso: string): string {
  const moment = new Date(iso)
  const wholeDay = /T(?:00:00:00|23:59:59)/.test(moment.toISOString())
  return wholeDay ? day.format(moment) : `${day.format(moment)}, ${time.format(moment)} UTC`
}
