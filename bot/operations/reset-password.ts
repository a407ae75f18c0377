import { attempt } from './change.ts'
import { concludeReset } from './conclude-reset.ts'
import type { Handover } from './handover.ts'
import type { Before, Changed, Operation } from './operation.ts'
import { readBackPassword } from './read-back-password.ts'

export interface ResetPasswordDependencies {
  readonly handover: Handover
  /** A new temporary password for somebody with this name. */
  readonly makePassword: (displayName: string) => string
  /** Whether open sessions are ended too. */
  readonly revokeSessions: boolean
}

/**
 * Sets a temporary password that must be changed at the next sign-in. The password is in this process's memory alone, made here or
 * by an agent for us, and only while the window that will show it is being waited for.
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
        if (changed.fate !== 'refused' && made === undefined)
          changed = { ...changed, detail: { ...changed.detail, 'in-hand': 'no' } }
        if (!changed.detail['set-password-error']?.startsWith('policy')) break
      }
      if (changed.fate !== 'accepted' || !dependencies.revokeSessions) return changed
      const revoked = await attempt('revoke-sessions', () => directory.revokeSessions(request.target))
      return {
        ...changed,
        detail: { ...changed.detail, ...revoked.detail, 'sessions-ended': revoked.fate === 'accepted' ? 'yes' : 'no' },
      }
    },

    readBack: readBackPassword,

    conclude(request, before, changed, read) {
      // A password that may never have been set is not shown: the next press makes one that is.
      if (changed.fate !== 'accepted' && read !== 'as-wanted') dependencies.handover.discard(request.id)
      return concludeReset(whose(before), before, changed, read)
    },
  }
}

/** Nobody waits for the secret any more, so none was made. */
export const interrupted: Changed = { fate: 'interrupted', sentence: '', detail: { interrupted: 'the asker was gone' } }
