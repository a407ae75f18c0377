import { attempt, lookUntil } from './change.ts'
import type { Handover } from './handover.ts'
import type { Operation } from './operation.ts'
import { interrupted, type ResetPasswordDependencies, resetting } from './reset-password.ts'

/** Somebody else's password: the same change as for oneself, shown to whoever started it, or to the person’s manager. */
export function resetPasswordFor(dependencies: ResetPasswordDependencies): Operation {
  return resetting(dependencies, 'reset-password-for', ({ displayName }) => `${displayName}’s`)
}

export interface IssueAccessPassDependencies {
  readonly handover: Handover
  /** How long a pass is good, in minutes (Microsoft: 10 to 43,200). */
  readonly lifetimeMinutes: number
}

/**
 * Instead of a password, a Temporary Access Pass: it signs in once, and changes no password. It is in this process's memory
 * and in the window, like a password. A second one takes the place of the first.
 */
export function issueAccessPassFor({ handover, lifetimeMinutes }: IssueAccessPassDependencies): Operation {
  return {
    name: 'reset-password-for',

    async change(request, _before, { directory }) {
      if (!handover.claim(request.id)) return interrupted
      return await attempt('issue-pass', async () => {
        const issued = await directory.issueAccessPass(request.target, { lifetimeMinutes, once: true })
        handover.put(request.id, issued.pass)
        return issued
      })
    },

    async readBack(request, _before, { directory, pause }) {
      // Somebody has one pass at a time, so one that can be used now is the one just made.
      const look = async () => (await directory.accessPasses(request.target)).some(({ usable }) => usable)
      const seen = await lookUntil(look, 8, () => pause(500))
      return seen === 'seen' ? 'as-wanted' : seen === 'not-seen' ? 'unchanged' : 'unknown'
    },

    conclude(request, { displayName }, changed, read) {
      const good = `It signs in once within ${lifetimeMinutes} minutes; the password of ${displayName} stays as it was.`
      if (changed.fate === 'accepted' && read === 'as-wanted')
        return { state: 'done', sentence: `A Temporary Access Pass for ${displayName} is made. ${good}` }
      if (changed.fate === 'accepted')
        return {
          state: 'unclear',
          sentence: `Microsoft made a Temporary Access Pass, but I cannot see it there yet: it may take a few minutes to work. ${good}`,
        }
      handover.discard(request.id)
      if (changed.fate === 'refused') return { state: 'failed', sentence: changed.sentence }
      const unseen = 'a Temporary Access Pass may have been made that nobody has seen; it runs out by itself'
      return {
        state: 'unclear',
        sentence: `I cannot show a pass: ${unseen}. Press the button again: I make another in its place.`,
      }
    },
  }
}
