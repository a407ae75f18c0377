import { randomUUID } from 'node:crypto'
import type { UserId } from '../identity/person.ts'
import { within } from '../identity/within.ts'
import { agreementLasts } from '../operations/freeze-account.ts'
import type { OperationResult } from '../operations/operation.ts'
import type { Button } from '../turns/button.ts'
import { type EscalationGround, type FreezeRequest, isItNow } from './ground.ts'
import { itButton } from './it-button.ts'
import { type Step, sentence, takeStep } from './step.ts'
import { happened, headContent } from './thread-card.ts'
import { holdThread, type Thread } from './threads.ts'
import { clockTime, nameOf } from './words.ts'

const oneOfTwo = { isOneOfTwo: true }
const noFreeze = { freeze_asked_by: null, freeze_asked_at: null, freeze_operation: null } as const

/** "Freeze account": nobody freezes an account alone. */
export function freezeButton(ground: EscalationGround): Button {
  return itButton(
    ground,
    async ({ person, thread }) => {
      if (thread.freezeOperation !== undefined) return { note: 'The account is frozen, or being frozen, already.' }
      if (thread.freezeAskedBy !== undefined)
        return { note: 'That has been asked for already. A second person of IT must confirm.' }
      const now = ground.clock()
      const name = nameOf(person)
      return {
        step: {
          set: { freeze_asked_by: person.id, freeze_asked_at: now },
          facts: [{ title: happened.freeze, value: `asked for by ${name} at ${clockTime(now)}` }],
          says: sentence(`${name} asks to freeze the account. A second person of IT must confirm it on the card.`),
          note: `${name} asked to freeze the account.`,
          event: { action: 'ask-freeze', actor: person.id, outcome: 'done' },
        },
      }
    },
    oneOfTwo,
  )
}

export function cancelFreezeButton(ground: EscalationGround): Button {
  return itButton(ground, async ({ person, thread }) => {
    if (thread.freezeAskedBy === undefined || thread.freezeOperation !== undefined)
      return { note: 'There is no freeze that could be cancelled.' }
    const name = nameOf(person)
    return {
      step: {
        set: noFreeze,
        facts: [{ title: happened.freeze, value: `cancelled by ${name} at ${clockTime(ground.clock())}` }],
        says: sentence(`${name} cancelled the freeze. Nothing was changed.`),
        event: { action: 'cancel-freeze', actor: person.id, outcome: 'done' },
      },
    }
  })
}

/** The second person's yes. The operation is written down as begun before it is started, so that it runs once. */
export function confirmFreezeButton(ground: EscalationGround): Button {
  return async (press) => {
    let request: FreezeRequest | undefined
    // Asked before the row is held: a slow directory must not keep anybody else waiting.
    const asked = await within(ground.database, (transaction) => holdThread(transaction, { head: press.post.key }))
    const still = asked?.freezeAskedBy
    const stillIt = still !== undefined && (await isItNow(ground, { tenant: press.person.tenant, id: still }))
    const confirm = itButton(
      ground,
      async ({ person, thread }) => {
        const asker = thread.freezeAskedBy
        if (asker === undefined || thread.freezeOperation !== undefined)
          return { note: 'There is no freeze to confirm.' }
        if (isOver(ground, thread)) return { note: 'That request has run out. Please ask for the freeze again.' }
        if (asker === person.id) return { note: 'You asked for it: a second person of IT must confirm.' }
        if (asker !== still || !stillIt)
          return { note: 'Whoever asked for it is not IT any more. Please cancel it and ask anew.' }
        request = requestFor(thread, asker, person.id)
        const before = thread.facts.find(({ title }) => title === happened.freeze)?.value ?? 'asked for'
        return {
          step: {
            set: { freeze_operation: request.id },
            facts: [
              {
                title: happened.freeze,
                value: `${before}, confirmed by ${nameOf(person)} at ${clockTime(ground.clock())}`,
              },
            ],
            note: `${nameOf(person)} confirmed the freeze.`,
            event: { action: 'confirm-freeze', actor: person.id, outcome: 'done' },
          },
        }
      },
      oneOfTwo,
    )
    const confirmed = await confirm(press)
    if (!request) return confirmed
    const result = await ground.freeze(request)
    if (result === 'still-running') return confirmed
    const posts = await settleFreeze(ground, request.threadId, request.id, result)
    const thread = await within(ground.database, (transaction) => holdThread(transaction, { head: press.post.key }))
    if (!thread) return confirmed
    return {
      reply: { kind: 'card', post: press.post.key, content: headContent(thread) },
      posts: [...confirmed.posts, ...posts],
    }
  }
}

/** Says in the thread what became of a freeze, once; one that failed can be asked for again. */
export async function settleFreeze(
  ground: EscalationGround,
  threadId: string,
  operation: string,
  result: Pick<OperationResult, 'state' | 'sentence'>,
): Promise<readonly string[]> {
  return await within(ground.database, async (transaction) => {
    const thread = await holdThread(transaction, { id: threadId })
    if (thread?.freezeAskedBy === undefined || thread.freezeOperation !== operation) return []
    const kept = result.state === 'done' || result.state === 'unclear'
    const stands = { freeze_asked_by: null, freeze_asked_at: null }
    const step: Step = {
      // What is not surely frozen must not wait.
      set: { ...(kept ? stands : noFreeze), ...(result.state === 'done' ? {} : { urgency: 'high' as const }) },
      facts: [{ title: happened.account, value: result.sentence }],
      says: sentence(result.sentence),
      note: `Freeze: ${result.state}. ${result.sentence}`,
    }
    return (await takeStep(ground, transaction, thread, step)).posts
  })
}

/** Ends a freeze that nobody confirmed in time, or that was confirmed and never begun. */
export async function expireFreeze(ground: EscalationGround, id: string): Promise<readonly string[]> {
  return await within(ground.database, async (transaction) => {
    const thread = await holdThread(transaction, { id })
    if (thread?.freezeAskedBy === undefined || !isOver(ground, thread)) return []
    const why =
      thread.freezeOperation === undefined ? 'Nobody confirmed the freeze in time' : 'The freeze could not be started'
    const step: Step = {
      set: noFreeze,
      facts: [{ title: happened.freeze, value: `${why}.` }],
      says: sentence(`${why}: nothing was changed.`),
      event: { action: 'expire-freeze', actor: 'helpbot', outcome: 'refused' },
    }
    return (await takeStep(ground, transaction, thread, step)).posts
  })
}

function isOver(ground: EscalationGround, thread: Thread): boolean {
  const { freezeAskedAt, freezeOperation } = thread
  // A freeze whose process died before the operation was begun is begun by nobody after this time.
  const time = ground.answerWithin + (freezeOperation === undefined ? 0 : agreementLasts)
  return freezeAskedAt !== undefined && freezeAskedAt.getTime() + time <= ground.clock().getTime()
}

function requestFor(thread: Thread, askedBy: UserId, confirmedBy: UserId): FreezeRequest {
  const { ticketId, correlationId, person } = thread
  return { id: `freeze:${randomUUID()}`, threadId: thread.id, person, askedBy, confirmedBy, ticketId, correlationId }
}
