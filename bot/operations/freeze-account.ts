import { writtenOnPremises } from './on-premises.ts'
import type { Operation } from './operation.ts'
import { protectAccount } from './protect-account.ts'

/**
 * How long the second person's yes is good for, milliseconds: after that a freeze which was not begun never is, so that whoever
 * was told that nothing was changed can rely on it.
 */
export const agreementLasts = 10 * 60_000

/**
 * IT blocks somebody's sign-in and ends their sessions: the same change as "This wasn't me", started by others, so what is
 * said of it is said to IT.
 */
export const freezeAccount: Operation = {
  ...protectAccount,
  name: 'freeze-account',

  conclude(_request, before, changed, read) {
    const { displayName } = before
    const ended = changed.detail['sessions-ended'] === 'yes'
    const sessions = ended ? 'Sessions are being ended (it takes up to an hour)' : 'Sessions could not be ended'
    const byHand = { title: 'Freezing an account must be finished by hand', urgency: 'high' } as const
    const there = writtenOnPremises(before)
    if (before.onPremises && !there)
      return {
        state: ended ? 'unclear' : 'failed',
        sentence: `${sessions}. The account of ${displayName} is mastered on-premises: block it there now, I cannot.`,
        forIt: byHand,
      }
    if (read === 'as-wanted')
      return {
        state: ended ? 'done' : 'unclear',
        sentence: `Sign-in of ${displayName} is blocked${there ? ' on the company network' : ''}. ${sessions}.`,
        ...(ended ? {} : { forIt: byHand }),
        ...(there ? { follows: 'disabled' } : {}),
      }
    return {
      state: changed.fate === 'refused' ? 'failed' : 'unclear',
      sentence: `I could not make sure that sign-in of ${displayName} is blocked. ${sessions}. Look at the account now.`,
      forIt: byHand,
    }
  },
}
