import { writtenOnPremises } from './on-premises.ts'
import type { Operation } from './operation.ts'
import { protectAccount } from './protect-account.ts'

/** At the end of a contract: blocks sign-in and ends every session, as "This wasn't me" does. Both may be repeated without harm. */
export const disableAccount: Operation = {
  ...protectAccount,
  name: 'disable-account',

  conclude(_request, before, changed, read) {
    const { displayName } = before
    const ended = changed.detail['sessions-ended'] === 'yes'
    const sessions = ended ? 'Sessions are being ended (it takes up to an hour)' : 'Sessions could not be ended'
    const there = writtenOnPremises(before)
    if (read === 'as-wanted')
      return {
        state: ended ? 'done' : 'unclear',
        sentence: `Sign-in of ${displayName} is blocked${there ? ' on the company network' : ''}. ${sessions}.`,
        ...(there ? { follows: 'disabled' } : {}),
      }
    return {
      state: changed.fate === 'refused' ? 'failed' : 'unclear',
      sentence: `I could not make sure that sign-in of ${displayName} is blocked. ${sessions}.`,
    }
  },
}
