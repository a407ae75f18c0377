import { createHash } from 'node:crypto'
import { canonicalJson } from '../../audit/canonical-json.ts'
import type { Lasts, Terms } from './request.ts'

/**
 * What an approval is bound to: the SHA-256 of the terms in canonical JSON, as 64 hexadecimal digits.
 * @throws TypeError for terms that have no canonical JSON (broken UTF-16, a number that is none)
 */
export function termsHash(terms: Terms): string {
  return createHash('sha256').update(canonicalJson(terms), 'utf8').digest('hex')
}

/** When what is approved begins: at the start that was asked for, and never before somebody said yes. */
export function beginOf(startsAt: string | null, approved: Date): Date {
  return startsAt === null ? approved : new Date(Math.max(Date.parse(startsAt), approved.getTime()))
}

/** When it ends, given when it begins; null = never. An invalid date where either is none. */
export function endOf(lasts: Lasts, begins: Date): Date | null {
  if (lasts === 'permanent') return null
  return 'for' in lasts ? new Date(begins.getTime() + lasts.for) : new Date(lasts.until)
}

/**
 * Whether a yes to the one carries the other: the same in everything but how long it lasts, and no longer than that.
 * @param begins when the access begins; null = not known, and then a length of time and a date cannot be compared: not covered
 */
export function covers(approved: Terms, now: Terms, begins: Date | null): boolean {
  const equal = canonicalJson({ ...approved, lasts: null }) === canonicalJson({ ...now, lasts: null })
  const comparable = begins !== null || approved.lasts === 'permanent' || kindOf(approved.lasts) === kindOf(now.lasts)
  // Where the beginning does not matter, any will do.
  const from = begins ?? new Date(0)
  return equal && comparable && endsAt(now.lasts, from) <= endsAt(approved.lasts, from)
}

/**
 * Whether the one would end before the other, were it to begin at its start or now, whichever is later. What cannot be
 * understood is not shorter than anything, and nothing is shorter than that.
 */
export function isShorter(one: Lasts, other: Lasts, startsAt: string | null, now: Date): boolean {
  const begins = beginOf(startsAt, now)
  return endsAt(one, begins) < endsAt(other, begins)
}

function kindOf(lasts: Lasts): 'for' | 'until' | 'permanent' {
  if (lasts === 'permanent') return lasts
  return 'for' in lasts ? 'for' : 'until'
}

/** Milliseconds since the epoch: infinite for what is permanent; not a number, and so in no order, for what cannot be understood. */
function endsAt(lasts: Lasts, begins: Date): number {
  return lasts === 'permanent' ? Number.POSITIVE_INFINITY : (endOf(lasts, begins)?.getTime() ?? Number.NaN)
}
