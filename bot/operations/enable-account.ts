import { attempt } from './change.ts'
import { enabledIs } from './enabled-is.ts'
import { writtenOnPremises } from './on-premises.ts'
import type { Operation } from './operation.ts'

/** At the beginning of a contract, or when its end was undone: allows sign-in. May be repeated without harm. */
export const enableAccount: Operation = {
  name: 'enable-account',

  async change(request, before, { directory }) {
    const changed = await attempt('allow-sign-in', () => directory.setAccountEnabled(request.target, true))
    const was = before.access?.accountEnabled === true ? 'yes' : 'no'
    return { ...changed, detail: { ...changed.detail, 'was-enabled': was } }
  },

  readBack: (request, before, tools) => enabledIs(true, request, before, tools),

  conclude(_request, before, changed, read) {
    const { displayName } = before
    const there = writtenOnPremises(before)
    if (read === 'as-wanted')
      return {
        state: 'done',
        sentence: `${displayName} can sign in${there ? ' on the company network' : ''} now.`,
        ...(there ? { follows: 'enabled' } : {}),
      }
    if (changed.fate === 'accepted')
      return {
        state: 'unclear',
        sentence: `The directory accepted that ${displayName} can sign in, but I cannot see it there yet: it may take a few minutes.`,
        ...(there ? { follows: 'enabled' } : {}),
      }
    if (changed.fate === 'refused')
      return { state: 'failed', sentence: `Sign-in of ${displayName} was not allowed. ${changed.sentence}` }
    return {
      state: 'unclear',
      sentence: `I do not know whether sign-in of ${displayName} was allowed. ${changed.sentence}`,
    }
  },
}
