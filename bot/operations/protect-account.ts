import { attempt, lookUntil } from './change.ts'
import type { Operation } from './operation.ts'

/**
 * "This wasn't me": ends every session and blocks sign-in. Each is tried whatever became of the other, and both may be
 * repeated without harm. An account mastered on-premises cannot be blocked here: then its sessions end and IT does the rest.
 */
export const protectAccount: Operation = {
  name: 'protect-account',

  async change(request, before, { directory }) {
    const revoked = await attempt('revoke-sessions', () => directory.revokeSessions(request.target))
    const detail = { ...revoked.detail, 'sessions-ended': revoked.fate === 'accepted' ? 'yes' : 'no' }
    if (before.onPremises)
      return {
        fate: revoked.fate,
        sentence: revoked.sentence,
        detail: { ...detail, 'sign-in-blocked': 'no: mastered on-premises' },
      }
    const blocked = await attempt('block-sign-in', () => directory.setAccountEnabled(request.target, false))
    const fate = blocked.fate === 'accepted' ? revoked.fate : blocked.fate
    return {
      fate,
      sentence: blocked.sentence || revoked.sentence,
      detail: { ...detail, ...blocked.detail, 'sign-in-blocked': blocked.fate === 'accepted' ? 'yes' : 'no' },
    }
  },

  async readBack(request, before, { directory, pause }) {
    if (before.onPremises) return 'unknown'
    const look = async () => (await directory.user(request.target)).accountEnabled === false
    const seen = await lookUntil(look, 8, () => pause(500))
    return seen === 'seen' ? 'as-wanted' : seen === 'not-seen' ? 'unchanged' : 'unknown'
  },

  conclude(_request, before, changed, read) {
    const forIt = { title: '"This was not me": account to be looked after', urgency: 'high' } as const
    const ended = changed.detail['sessions-ended'] === 'yes'
    const sessions = ended
      ? 'Your sessions are being ended (it takes up to an hour)'
      : 'Your sessions could not be ended'
    if (before.onPremises)
      return {
        state: ended ? 'unclear' : 'failed',
        sentence: `${sessions}. Your account lives in the company’s own directory: IT has been told to block it there. Call them now.`,
        forIt,
      }
    if (read === 'as-wanted')
      return {
        state: ended ? 'done' : 'unclear',
        sentence: `Sign-in to your account is blocked. ${sessions}. IT has been told and will get you back in.`,
        forIt,
      }
    return {
      state: changed.fate === 'refused' ? 'failed' : 'unclear',
      sentence: `I could not make sure that your account is blocked. ${sessions}. IT has been told: call them now.`,
      forIt,
    }
  },
}
