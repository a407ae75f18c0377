import { attempt } from './change.ts'
import { enabledIs } from './enabled-is.ts'
import { writtenOnPremises } from './on-premises.ts'
import type { Operation } from './operation.ts'

/**
 * "This wasn't me": ends every session and blocks sign-in, where the account is mastered. Each is tried whatever became of the
 * other, and both may be repeated without harm. One mastered where we cannot write cannot be blocked: then its sessions end and IT
 * does the rest.
 */
export const protectAccount: Operation = {
  name: 'protect-account',

  async change(request, before, { directory }) {
    const revoked = await attempt('revoke-sessions', () => directory.revokeSessions(request.target))
    const detail = { ...revoked.detail, 'sessions-ended': revoked.fate === 'accepted' ? 'yes' : 'no' }
    if (before.onPremises && !writtenOnPremises(before))
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

  async readBack(request, before, tools) {
    if (before.onPremises && !writtenOnPremises(before)) return 'unknown'
    return await enabledIs(false, request, before, tools)
  },

  conclude(_request, before, changed, read) {
    const forIt = { title: '"This was not me": account to be looked after', urgency: 'high' } as const
    const ended = changed.detail['sessions-ended'] === 'yes'
    const there = writtenOnPremises(before)
    const sessions = ended
      ? 'Your sessions are being ended (it takes up to an hour)'
      : 'Your sessions could not be ended'
    if (before.onPremises && !there)
      return {
        state: ended ? 'unclear' : 'failed',
        sentence: `${sessions}. Your account lives in the company’s own directory: IT has been told to block it there. Call them now.`,
        forIt,
      }
    if (read === 'as-wanted')
      return {
        state: ended ? 'done' : 'unclear',
        sentence: `Sign-in to your account is blocked${there ? ' on the company network' : ''}. ${sessions}. IT has been told and will get you back in.`,
        forIt,
        ...(there ? { follows: 'disabled' } : {}),
      }
    return {
      state: changed.fate === 'refused' ? 'failed' : 'unclear',
      sentence: `I could not make sure that your account is blocked. ${sessions}. IT has been told: call them now.`,
      forIt,
    }
  },
}
