import type { AccountDoor, UnlockReceipt } from '../directory/directory.ts'
import { attempt, lookUntil } from './change.ts'
import { neverReached, unreachableForIt } from './on-premises.ts'
import type { Operation } from './operation.ts'

/**
 * Ends a lockout in Active Directory. Done only when the account is seen unlocked, by the controller that unlocked it or in a look
 * afterwards; one that was not locked is left alone, and that is said. May be repeated without harm.
 */
export const unlockAccount: Operation = {
  name: 'unlock-account',

  async change(request, _before, { directory }) {
    let receipt: UnlockReceipt | undefined
    const changed = await attempt('unlock', async () => {
      receipt = await directory.unlockAccount(request.target)
      return receipt
    })
    return receipt ? { ...changed, detail: { ...changed.detail, ...found(receipt) } } : changed
  },

  async readBack(request, _before, { directory, pause }) {
    const look = async () => isOpen(await directory.accountDoor(request.target))
    const seen = await lookUntil(look, 3, () => pause(500))
    return seen === 'seen' ? 'as-wanted' : seen === 'not-seen' ? 'unchanged' : 'unknown'
  },

  conclude(_request, before, changed, read) {
    const { detail, fate } = changed
    const open = read === 'as-wanted' || (read === 'unknown' && detail['seen-unlocked'] === 'yes')
    if (open && fate === 'accepted') {
      if (detail['was-locked'] === 'yes')
        return { state: 'done', sentence: `Your account is unlocked.${howLocked(detail)}` }
      // Locked when this began, and open when the change ran a second time: the first one may have been ours.
      if (before.locked === true) return { state: 'done', sentence: openNow }
      return { state: 'done', sentence: 'Your account was not locked, so I changed nothing.' }
    }
    if (open) return { state: 'done', sentence: openNow }
    if (fate === 'refused') {
      if (neverReached(before, 'unlock', changed))
        return { state: 'failed', sentence: `${changed.sentence} IT has been told.`, forIt: unreachableForIt }
      return { state: 'failed', sentence: changed.sentence }
    }
    const forIt = { title: 'An unlock must be looked at', urgency: 'high' } as const
    if (fate === 'accepted' && read === 'unchanged')
      return {
        state: 'unclear',
        sentence:
          'The unlock was accepted, but your account is locked, or locked again: something may keep trying with an old password. IT has been told.',
        forIt,
      }
    if (fate === 'accepted')
      return {
        state: 'unclear',
        sentence:
          'The unlock was accepted, but I could not see afterwards whether your account is open. Try to sign in; IT has been told.',
        forIt,
      }
    if (read === 'unchanged')
      return {
        state: 'unclear',
        sentence: 'I got no answer, and your account is still locked. IT has been told; please try again in a minute.',
        forIt,
      }
    return {
      state: 'unclear',
      sentence: 'I got no answer and do not know whether your account was unlocked. Try to sign in; IT has been told.',
      forIt,
    }
  },
}

const openNow = 'Your account is not locked now.'

const isOpen = (door: AccountDoor): boolean => door.at === 'active-directory' && !door.locked

/** What was found, for the audit and for what is said. */
function found({ before, after, changed }: UnlockReceipt): Readonly<Record<string, string>> {
  if (before.at !== 'active-directory') return {}
  return {
    'was-locked': changed ? 'yes' : 'no',
    ...(before.lockedAt ? { 'locked-since': before.lockedAt.toISOString() } : {}),
    'bad-password-count': String(before.badPasswordCount),
    ...(after ? { 'seen-unlocked': isOpen(after) ? 'yes' : 'no' } : {}),
  }
}

function howLocked(detail: Readonly<Record<string, string>>): string {
  const since = detail['locked-since']
  const count = Number(detail['bad-password-count'] ?? 0)
  if (since === undefined) return ''
  const at = `${since.slice(0, 16).replace('T', ' ')} UTC`
  if (!(count > 0)) return ` It had been locked since ${at}.`
  return ` It had been locked since ${at}, after ${count} wrong ${count === 1 ? 'password' : 'passwords'}.`
}
