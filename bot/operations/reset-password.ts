import { attempt, lookUntil } from './change.ts'
import type { Handover } from './handover.ts'
import type { Before, Changed, Operation } from './operation.ts'

export interface ResetPasswordDependencies {
  readonly handover: Handover
  /** A new temporary password for somebody with this name. */
  readonly makePassword: (displayName: string) => string
  /** Whether open sessions are ended too. */
  readonly revokeSessions: boolean
}

/**
 * Sets a temporary password that must be changed at the next sign-in. The password is made here, in memory, and only while
 * the window that will show it is being waited for.
 */
export function resetPassword(dependencies: ResetPasswordDependencies): Operation {
  return resetting(dependencies, 'reset-password', () => 'your')
}

/**
 * The same for whoever's password it is.
 * @param whose how sentences call the owner: "your", or "Ada Lovelace’s"
 */
export function resetting(
  dependencies: ResetPasswordDependencies,
  name: Operation['name'],
  whose: (before: Before) => string,
): Operation {
  return {
    name,

    async change(request, before, { directory }) {
      // After a crash the asker is gone: a password nobody sees would only lock the person out.
      if (!dependencies.handover.claim(request.id)) return interrupted
      let changed: Changed = interrupted
      // A made-up password may hit a list of banned words we cannot know: one more try with another.
      for (let turn = 1; turn <= 2; turn++) {
        let made: string | undefined
        const slot = {
          make: () => dependencies.makePassword(before.displayName),
          put(password: string) {
            made = password
          },
        }
        changed = await attempt('set-password', () => directory.setPassword(request.target, slot))
        if (changed.fate !== 'refused' && made !== undefined) dependencies.handover.put(request.id, made)
        if (!changed.detail['set-password-error']?.startsWith('policy')) break
      }
      if (changed.fate !== 'accepted' || !dependencies.revokeSessions) return changed
      const revoked = await attempt('revoke-sessions', () => directory.revokeSessions(request.target))
      return {
        ...changed,
        detail: { ...changed.detail, ...revoked.detail, 'sessions-ended': revoked.fate === 'accepted' ? 'yes' : 'no' },
      }
    },

    async readBack(request, before, { directory, pause }) {
      const seen = await lookUntil(
        async () => {
          const { passwordChangedAt } = await directory.user(request.target)
          const since = before.passwordChangedAt ?? before.startedAt
          return passwordChangedAt !== undefined && passwordChangedAt.getTime() > Date.parse(since)
        },
        8,
        () => pause(500),
      )
      return seen === 'seen' ? 'as-wanted' : seen === 'not-seen' ? 'unchanged' : 'unknown'
    },

    conclude(request, before, changed, read) {
      const password = `${whose(before)} password`
      const Password = `${password.slice(0, 1).toUpperCase()}${password.slice(1)}`
      // A password that may never have been set is not shown: the next press makes one that is.
      if (changed.fate !== 'accepted' && read !== 'as-wanted') dependencies.handover.discard(request.id)
      if (changed.fate === 'accepted') {
        const sessions = changed.detail['sessions-ended']
        const ended = sessions === 'yes' ? 'All open sessions end within the hour.' : ''
        const notEnded = sessions === 'no' ? 'The open sessions could not be ended; IT has been told.' : ''
        const forIt =
          sessions === 'no'
            ? { forIt: { title: 'Sessions could not be ended after a reset', urgency: 'high' } as const }
            : {}
        if (read === 'as-wanted')
          return { state: 'done', sentence: `${Password} is changed. ${ended}${notEnded}`.trim(), ...forIt }
        return {
          state: 'unclear',
          sentence:
            `Microsoft accepted the new password, but I cannot see it there yet: it may take a few minutes to work. ${ended}${notEnded}`.trim(),
          ...forIt,
        }
      }
      if (read === 'as-wanted' && changed.fate === 'interrupted')
        return {
          state: 'done',
          sentence: `${Password} was changed, but I was interrupted before I could show it. Press the button again: I make a new one.`,
        }
      if (read === 'as-wanted' && changed.fate === 'lost') return { state: 'done', sentence: `${Password} is changed.` }
      if (changed.fate === 'lost') {
        const hope =
          'I got no answer from Microsoft and cannot see a change. The old password may or may not work: press the button again to be sure.'
        return { state: 'unclear', sentence: hope }
      }
      if (changed.fate === 'interrupted')
        return {
          state: 'unclear',
          sentence: `I was interrupted and do not know whether ${password} was changed. Press the button again to be sure.`,
        }
      return { state: 'failed', sentence: changed.sentence }
    },
  }
}

/** Nobody waits for the secret any more, so none was made. */
export const interrupted: Changed = { fate: 'interrupted', sentence: '', detail: { interrupted: 'the asker was gone' } }
