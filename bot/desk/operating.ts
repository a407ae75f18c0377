import type { Desk, OperationReport } from '../desk.ts'
import type { UserId } from '../identity/person.ts'
import { takeBackAuthenticator } from '../identity/take-back-authenticator.ts'
import type { DirectoryOperation, OperationRequest, OperationResult } from '../operations/operation.ts'
import { relationOf } from '../operations/relation.ts'
import type { Ground, Sitting } from './ground.ts'

/** Teams wants an answer within 10 seconds. */
const patience = 8_500
/** What was begun within this time is what somebody has in mind who asks again. */
const aMomentAgo = 15 * 60_000
/** A press of the button makes one password; after so many the person starts anew. */
const mostAttempts = 3

/** What was or may have been made, but is not in this process any more. */
const unseen = {
  done: 'Your password was changed, but I was interrupted before I could show it. Press the button again: I make a new one.',
  unclear: 'Your password may have been changed, but I cannot show it. Press the button again: I make a new one.',
} as const

/** Behind the sentence of a press that came to nothing, where an earlier one did not, or may not have. */
const pressedBefore = 'But what you pressed before may have changed your password: the old one may not work any more.'
const pressedBeforeFor = {
  'temporary-password': 'But what you pressed before may have changed the password: the old one may not work any more.',
  'temporary-access-pass': 'But what you pressed before may have made a pass.',
} as const

const unseenFor = {
  'temporary-password': {
    done: 'The password was changed, but I was interrupted before I could show it. Press the button again: I make a new one.',
    unclear: 'The password may have been changed, but I cannot show it. Press the button again: I make a new one.',
  },
  'temporary-access-pass': {
    done: 'A pass was made, but I was interrupted before I could show it. Press the button again: I make a new one.',
    unclear: 'A pass may have been made, but I cannot show it. Press the button again: I make a new one.',
  },
} as const

const lostFor =
  'Something went wrong on my side, and I cannot say whether anything was changed. Press the button again, or do it by hand.'

const lost =
  'Something went wrong on my side, and I cannot say whether your password was changed. Press the button again, or go to IT.'

const lostUnlock =
  'Something went wrong on my side, and I cannot say whether your account was unlocked. Try to sign in, or go to IT.'
const slowUnlock = 'Unlocking your account takes longer than usual, and is still going on. Look again in a moment.'

/** The operations that presses of one button may have started, first to last. */
export function attempts(dialogId: string, key: string): readonly string[] {
  return Array.from({ length: mostAttempts }, (_, index) => `${dialogId}:${key}:${index + 1}`)
}

/** Starting operations. Ids come from the dialog, so that a rerun finds what it started. */
export function operating(
  ground: Ground,
  { person, dialogId, correlationId }: Sitting,
): Pick<Desk, 'resetPassword' | 'resetPasswordFor' | 'unlockAccount' | 'protectAccount' | 'begun'> {
  function request(id: string, name: DirectoryOperation, why: string): OperationRequest {
    return {
      id,
      name,
      tenant: person.tenant,
      actor: person.id,
      target: person.id,
      dialogId,
      ticketId: dialogId,
      correlationId,
      why,
    }
  }

  async function report(result: OperationResult | 'still-running'): Promise<OperationReport> {
    if (result === 'still-running')
      return {
        state: 'unclear',
        sentence: 'This takes longer than usual. Press the button again in a moment.',
        ticketNumber: undefined,
      }
    return { state: result.state, sentence: result.sentence, ticketNumber: undefined }
  }

  /** An operation whose end could not be read: nobody may say that nothing was changed. */
  async function runOrLose(started: OperationRequest): Promise<OperationResult | 'still-running' | 'lost'> {
    try {
      return await ground.engine.run(started, patience)
    } catch (error) {
      ground.log.error({ correlationId, operation: started.id, error: String(error) }, 'operation lost')
      await ground.database
        .updateTable('operations')
        .set({ state: 'unclear' })
        .where('id', '=', started.id)
        .where('state', '=', 'running')
        .execute()
        .catch(() => undefined)
      return 'lost'
    }
  }

  /** Starts what makes a secret, or finds what was started, and takes the secret out of this process's memory. */
  async function handOver(
    key: string,
    requestFor: (id: string) => OperationRequest,
    words: {
      readonly unseen: Readonly<Record<'done' | 'unclear', string>>
      readonly lost: string
      readonly pressedBefore: string
    },
  ): Promise<OperationReport & { readonly secret: string | undefined; readonly again: boolean }> {
    const ids = attempts(dialogId, key)
    const begun = await ground.database
      .selectFrom('operations')
      .select(['id', 'state'])
      .where('id', 'in', ids)
      .execute()
    // One that a crash or a slow directory left half-way comes to its end first.
    const running = begun.find(({ state }) => state === 'running')?.id
    // The same window asked for twice in one moment (a second click, a turn run anew) shows the same password.
    const last = begun.length > 0 ? ids[begun.length - 1] : undefined
    const again = last !== undefined && ground.handover.take(last) !== undefined ? last : undefined
    const id = running ?? again ?? ids[begun.length]
    // "Nothing was changed" holds for one press alone, and the answer to an earlier one may never have been seen.
    const before = begun.some((one) => one.id !== id && (one.state === 'done' || one.state === 'unclear'))
    const besides = (sentence: string) => (before ? `${sentence} ${words.pressedBefore}` : sentence)
    if (id === undefined)
      return {
        state: 'failed',
        sentence: besides('That was tried several times now. Please start again, or go to IT in person.'),
        ticketNumber: undefined,
        secret: undefined,
        again: false,
      }
    if (!running && !again) ground.handover.expect(id)
    const result = await runOrLose(requestFor(id))
    if (result === 'lost')
      return { state: 'unclear', sentence: words.lost, ticketNumber: undefined, secret: undefined, again: true }
    const reported = await report(result)
    // A slow one stays expected: the next press finds its password, if this process still has it.
    if (result === 'still-running') return { ...reported, secret: undefined, again: true }
    const secret = ground.handover.take(id)
    if (result.state !== 'done' && result.state !== 'unclear')
      return { ...reported, sentence: besides(reported.sentence), secret: undefined, again: result.state === 'failed' }
    if (secret === undefined)
      return { ...reported, state: 'unclear', sentence: words.unseen[result.state], secret, again: true }
    return { ...reported, secret, again: false }
  }

  const capacities = { manager: 'the manager', it: 'IT' } as const

  return {
    async resetPassword(key) {
      const own = (id: string) => request(id, 'reset-password', 'the person asked for it in the chat')
      const { secret, ...reported } = await handOver(key, own, { unseen, lost, pressedBefore })
      return { ...reported, password: secret }
    },
    async resetPasswordFor(key, about: UserId, shownTo) {
      const { deliver: kind = 'temporary-password', passLasts = 0 } = ground.policy.operations['reset-password-for']
      const relation = await relationOf(ground, 'reset-password-for', person, about)
      const as = relation === 'manager-of' ? 'manager' : 'it'
      const theirs = (id: string): OperationRequest => ({
        ...request(
          id,
          'reset-password-for',
          `started in the chat by ${relation === 'none' ? 'somebody who may not' : capacities[as]}`,
        ),
        target: about,
        startedBy: { name: person.name, as },
        ...(shownTo ? { shownTo } : {}),
      })
      const handed = await handOver(key, theirs, {
        unseen: unseenFor[kind],
        lost: lostFor,
        pressedBefore: pressedBeforeFor[kind],
      })
      return { ...handed, kind, minutes: passLasts / 60_000 }
    },
    async begun(operation, about = person.id) {
      const all = await ground.database
        .selectFrom('operations')
        .select('dialog_id')
        .where('tenant_id', '=', person.tenant)
        .where('target_id', '=', about)
        .where('actor_id', '=', person.id)
        .where('name', '=', operation)
        .where('started_at', '>', new Date(ground.clock().getTime() - aMomentAgo))
        .where('state', 'in', ['running', 'done', 'unclear'])
        .execute()
      if (all.some((one) => one.dialog_id === dialogId)) return 'here'
      return all.length > 0 ? 'before' : 'never'
    },
    async unlockAccount(key) {
      const why = 'the person asked for it in the chat'
      const result = await runOrLose(request(`${dialogId}:${key}`, 'unlock-account', why))
      if (result === 'lost') return { state: 'unclear', sentence: lostUnlock, ticketNumber: undefined, over: true }
      if (result === 'still-running')
        return { state: 'unclear', sentence: slowUnlock, ticketNumber: undefined, over: false }
      return { ...(await report(result)), over: true }
    },
    async protectAccount(key, about) {
      await takeBackAuthenticator(ground, { tenant: person.tenant, person: person.id, correlationId })
      const result = await ground.engine.run(request(`${dialogId}:${key}`, 'protect-account', about), patience)
      if (result !== 'still-running') return await report(result)
      return { state: 'unclear', sentence: 'Your account is being protected. Call IT now.', ticketNumber: undefined }
    },
  }
}
