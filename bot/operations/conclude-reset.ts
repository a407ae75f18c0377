import { neverReached, unreachableForIt, writtenOnPremises } from './on-premises.ts'
import type { Before, Changed, Operation, ReadBack } from './operation.ts'

type Concluded = ReturnType<Operation['conclude']>

/**
 * What is said of a reset. "Changed" only where that was seen, and shown only where the password is in our hands.
 * @param whose how sentences call the owner: "your", or "Ada Lovelace’s"
 */
export function concludeReset(whose: string, before: Before, changed: Changed, read: ReadBack): Concluded {
  const password = `${whose} password`
  const Password = `${password.slice(0, 1).toUpperCase()}${password.slice(1)}`
  const there = writtenOnPremises(before)
  const { fate } = changed
  const was = read === 'as-wanted' || (fate === 'accepted' && read === 'as-before')
  if (fate === 'refused') {
    if (!neverReached(before, 'set-password', changed)) return { state: 'failed', sentence: changed.sentence }
    return { state: 'failed', sentence: `${changed.sentence} IT has been told.`, forIt: unreachableForIt }
  }
  const follows = there && (fate === 'accepted' || read === 'as-wanted') ? ({ follows: 'password' } as const) : {}
  if (inHand(changed) === false && fate !== 'interrupted') {
    if (fate === 'lost' && read === 'unchanged')
      return {
        state: 'unclear',
        sentence: `I got no answer, and ${password} does not look changed. Press the button again: I make a new one.`,
      }
    const sure = was ? `${Password} was changed` : `${Password} may have been changed`
    return {
      state: 'unclear',
      sentence: `${sure}, but the answer that held the new one was lost. Press the button again: I make another one.`,
      ...follows,
    }
  }
  if (fate === 'accepted') return accepted(Password, there, changed, was, follows)
  if (was && fate === 'interrupted')
    return {
      state: 'done',
      sentence: `${Password} was changed, but I was interrupted before I could show it. Press the button again: I make a new one.`,
      ...follows,
    }
  if (was) return { state: 'done', sentence: `${Password} is changed.`, ...follows }
  if (fate === 'lost')
    return {
      state: 'unclear',
      sentence:
        'I got no answer from Microsoft and cannot see a change. The old password may or may not work: press the button again to be sure.',
    }
  return {
    state: 'unclear',
    sentence: `I was interrupted and do not know whether ${password} was changed. Press the button again to be sure.`,
  }
}

function accepted(
  Password: string,
  there: boolean,
  changed: Changed,
  was: boolean,
  follows: Pick<Concluded, 'follows'>,
): Concluded {
  const sessions = changed.detail['sessions-ended']
  const which = there ? 'open Microsoft 365 sessions' : 'open sessions'
  const ended = sessions === 'yes' ? ` All ${which} end within the hour.` : ''
  const notEnded = sessions === 'no' ? ` The ${which} could not be ended; IT has been told.` : ''
  const told =
    sessions === 'no' ? { forIt: { title: 'Sessions could not be ended after a reset', urgency: 'high' } as const } : {}
  if (was) {
    const works = there ? ' It works on the company network now.' : ''
    return { state: 'done', sentence: `${Password} is changed.${works}${ended}${notEnded}`, ...told, ...follows }
  }
  const who = there ? 'The company’s own directory' : 'Microsoft'
  const unseen = `${who} accepted the new password, but I cannot see it there yet: it may take a few minutes to work.`
  return { state: 'unclear', sentence: `${unseen}${ended}${notEnded}`, ...told, ...follows }
}

/** False where the directory makes passwords itself and the answer that held it did not arrive. */
export function inHand(changed: Changed): boolean {
  return changed.detail['in-hand'] !== 'no'
}
