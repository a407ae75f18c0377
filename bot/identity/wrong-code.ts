/** What checking a code or answers came to, when they were not right. */
export type Wrong = { readonly reason: string; readonly triesLeft?: number; readonly lockedUntil?: Date }

/** Another try may be right; or no try counts now. Both in a sentence for the person. */
export type WrongVerdict =
  | { readonly verdict: 'again'; readonly problem: string }
  | { readonly verdict: 'locked'; readonly sentence: string }

/** What a wrong code or answer means for the person. */
export function wrongCode(result: Wrong, now: Date): WrongVerdict {
  if (result.reason === 'locked-for-good')
    return {
      verdict: 'locked',
      sentence: 'There were too many wrong tries, so this way is closed for you. IT can open it again.',
    }
  if (result.reason === 'locked') {
    const minutes = Math.max(1, Math.ceil(((result.lockedUntil?.getTime() ?? now.getTime()) - now.getTime()) / 60_000))
    return {
      verdict: 'locked',
      sentence: `There were too many wrong tries. This way is open again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`,
    }
  }
  if (result.reason === 'none') return { verdict: 'locked', sentence: 'You have not set this up yet.' }
  if (result.reason === 'used') return { verdict: 'again', problem: 'That code has been used. Wait for the next one.' }
  if (result.reason === 'malformed') return { verdict: 'again', problem: 'A code has six digits.' }
  if (result.reason === 'expired')
    return { verdict: 'locked', sentence: 'That took too long. Open the window again for a new QR code.' }
  const left =
    result.triesLeft === undefined
      ? ''
      : ` ${result.triesLeft} ${result.triesLeft === 1 ? 'try is' : 'tries are'} left.`
  return { verdict: 'again', problem: `That is not right.${left}` }
}
