import { lastsInWords, momentInWords } from '../approvals/requests/lasts-words.ts'
import type { Lasts } from '../approvals/requests/request.ts'
import { endOf } from '../approvals/requests/terms.ts'
import { looksLikeSecret, secretRefused } from '../escalation/looks-like-secret.ts'
import { plainText } from '../plain-text.ts'
import { durations, formatDuration } from '../policy/duration.ts'

const { minute, day } = durations
const longestReason = 1_000
const furthestStart = 90 * day
const shortest = 15 * minute
/** Beyond this nobody means a date. */
const furthestEnd = 3_650 * day

/** A reason as it is kept, or why it cannot be, as a sentence. */
export function reasonOf(text: string): { readonly reason: string } | { readonly fault: string } {
  const reason = plainText(text, longestReason)
  if (reason === '') return { fault: 'Please give a reason: whoever approves it must know why.' }
  const secret = looksLikeSecret(text)
  return secret ? { fault: secretRefused(secret) } : { reason }
}

/**
 * What is wrong with the time something is wanted for, as a sentence; undefined where nothing is. It is counted from the
 * start, which is now at the earliest.
 * @param longest milliseconds; undefined = it may be permanent
 */
export function faultOfTime(
  { startsAt, lasts }: { readonly startsAt: string | null; readonly lasts: Lasts },
  longest: number | undefined,
  now: Date,
): string | undefined {
  const begins = startsAt === null ? now : new Date(startsAt)
  const ahead = begins.getTime() - now.getTime()
  if (Number.isNaN(ahead)) return 'I cannot read when it is to start.'
  if (ahead < 0) return 'Its start lies in the past.'
  if (ahead > furthestStart) return `It can start within ${formatDuration(furthestStart)} at the latest.`
  if (lasts === 'permanent')
    return longest === undefined ? undefined : `It cannot be given for good: ${formatDuration(longest)} at most.`
  const ends = 'for' in lasts ? begins.getTime() + lasts.for : Date.parse(lasts.until)
  const length = ends - begins.getTime()
  if (!Number.isFinite(length)) return 'I cannot read how long it is to last.'
  if (length <= 0) return `It would be over before it begins: ${lastsInWords(lasts)}.`
  if (length < shortest) return `It must last ${formatDuration(shortest)} at least.`
  if (length <= (longest ?? furthestEnd)) return undefined
  if (longest === undefined) return 'That is too far ahead. Choose "for good", or a time that is nearer.'
  const latest = momentInWords(lastWholeDay(begins, longest).toISOString())
  return `It can last ${formatDuration(longest)} at most${'until' in lasts ? `: until ${latest}` : ''}.`
}

/** Why something that a contractor is to have lasts longer than the contract; undefined where it does not. */
export function faultOfContract(
  { startsAt, lasts }: { readonly startsAt: string | null; readonly lasts: Lasts },
  contractEnds: Date | undefined,
  now: Date,
): string | undefined {
  if (contractEnds === undefined) return undefined
  const ends = endOf(lasts, startsAt === null ? now : new Date(startsAt))
  if (ends !== null && ends <= contractEnds) return undefined
  return `The contract ends on ${momentInWords(contractEnds.toISOString())}, and this cannot last longer.`
}

/** The end of the last day that lies wholly within. */
export function lastWholeDay(begins: Date, longest: number): Date {
  return new Date(Math.floor((begins.getTime() + longest + 1_000) / day) * day - 1_000)
}
