import { randomUUID } from 'node:crypto'
import type { Transaction } from 'kysely'
import { confirmationPost } from '../approvals/close-cards.ts'
import type { CardContent } from '../channels/chat.ts'
import type { Confirmation } from '../identity/confirmation.ts'
import type { ConfirmationLimits } from '../identity/confirmation-limits.ts'
import { confirmationById, decide, openConfirmation } from '../identity/manager.ts'
import { within } from '../identity/within.ts'
import { isNewLink } from '../slack-people/new-link.ts'
import type { Schema } from '../store/schema.ts'
import type { Button } from '../turns/button.ts'
import { readPost } from '../turns/outbox.ts'
import { callerDialog, callerPurpose, closedCallerCards, numberPost } from './caller-cards.ts'
import type { EscalationGround } from './ground.ts'
import { itButton } from './it-button.ts'
import { type Step, sentence, takeStep } from './step.ts'
import { happened } from './thread-card.ts'
import { holdThread, type Thread } from './threads.ts'
import { channelTitles, clockTime, minutes, nameOf } from './words.ts'

/** IT is on the phone all day; the person must not be worn down by cards. */
const limits: ConfirmationLimits = { openPerConfirmer: 3, perConfirmerAndHour: 6, openPerAsker: 5, perAskerAndHour: 60 }

/** "Verify caller": the person picks in their own chat the number that they are told on the phone. */
export function verifyCallerButton(ground: EscalationGround): Button {
  return itButton(ground, async ({ person, thread, transaction }) => {
    if (thread.callerCheck !== undefined)
      return { note: 'That has been asked already; the answer comes into the thread.' }
    const { tenant, id } = thread.person
    const { correlationId } = thread
    const now = ground.clock()
    const opened = await openConfirmation(
      { database: transaction, clock: ground.clock },
      {
        id: `${callerDialog(thread.id)}:${randomUUID()}`,
        tenant,
        asker: person.id,
        confirmer: id,
        purpose: callerPurpose,
        dialogId: callerDialog(thread.id),
        correlationId,
        ttlMs: ground.answerWithin,
      },
      { limits },
    )
    if (!opened.ok)
      return {
        note:
          opened.reason === 'own-confirmer'
            ? 'That is you yourself.'
            : 'That was asked very often already. Try again later.',
      }
    const { confirmation } = opened
    const name = nameOf(person)
    const expected = { name, number: String(thread.number), ids: { askedAt: `${now.toISOString().slice(0, 19)}Z` } }
    const choices = confirmation.choices.map((choice) => ({ title: String(choice), ids: { pick: String(choice) } }))
    return {
      step: {
        set: { caller_check: confirmation.id },
        facts: [{ title: happened.caller, value: `asked by ${name} at ${clockTime(now)}` }],
        says: sentence(
          `${name} asked in the chat of ${whoOf(thread)} whether they are the one on the phone. ${name} has the number to read out in their own chat with me.`,
        ),
        posts: [
          {
            key: confirmationPost(confirmation.id),
            to: { tenant, person: id },
            content: { card: 'verify-caller', data: { ...expected, choices } },
            correlationId,
          },
          {
            key: numberPost(confirmation.id),
            to: { tenant, person: person.id },
            content: {
              card: 'caller-number',
              data: {
                who: whoOf(thread),
                number: String(confirmation.number),
                ticket: thread.number,
                time: minutes(ground.answerWithin),
              },
            },
            correlationId,
          },
        ],
        event: { action: 'ask-caller', actor: person.id, outcome: 'done' },
      },
    }
  })
}

const weak = ' But signing in to that chat asks for no second factor: do not rely on it alone.'

const young = ' But their Slack account was linked to them only lately: do not rely on it alone.'

/** How a caller check ended; `no-call` is "I am not on the phone with IT". */
type Ending = 'matched' | 'wrong' | 'no-call' | 'denied' | 'expired'

const closings: Readonly<Record<Ending, string>> = {
  matched: 'Thank you. IT knows now that it is you on the phone.',
  wrong: 'That was not the number. IT has been told not to trust the caller.',
  'no-call': 'Thank you. IT has been told: somebody else may be calling in your name.',
  denied: 'You did not confirm. IT has been told.',
  expired: 'Too late: this request has run out.',
}

/** The three numbers on the person's card. A wrong pick is a no; the first answer counts, and it counts once. */
export function callerButton(ground: EscalationGround): Button {
  return async ({ person, post, values }) => {
    const { database, clock } = ground
    const id = post.key.slice(confirmationPost('').length)
    const asked = await confirmationById({ database, clock }, id)
    if (asked?.purpose !== callerPurpose || asked.confirmer !== person.id)
      return { reply: { kind: 'note', text: 'This request is not yours to answer.' }, posts: [] }
    return await within(database, async (transaction) => {
      const thread = await holdThread(transaction, { id: asked.dialogId.slice(callerDialog('').length) })
      const picked = Number(values.pick)
      const none = values.pick === 'none' || !Number.isInteger(picked)
      const decided = await decide({ database: transaction, clock }, id, person, none ? 'deny' : picked)
      const now = await confirmationById({ database: transaction, clock }, id)
      const ending: Ending =
        decided === 'confirmed' ? 'matched' : decided === 'denied' ? (none ? 'no-call' : 'wrong') : endingOf(now)
      const content: CardContent = { ...(post.content as CardContent), closed: closings[ending] }
      if (!thread || !now || thread.callerCheck !== id)
        return { reply: { kind: 'card', post: post.key, content }, posts: [] }
      const step = await ended(ground, transaction, thread, now, ending)
      const { posts } = await takeStep(ground, transaction, thread, step)
      return { reply: { kind: 'card', post: post.key, content }, posts }
    })
  }
}

/** Says in the thread what became of a caller check that ran out, or that was answered where nobody could say so. */
export async function settleCallerCheck(ground: EscalationGround, id: string): Promise<readonly string[]> {
  const { clock } = ground
  return await within(ground.database, async (transaction) => {
    const thread = await holdThread(transaction, { id })
    if (thread?.callerCheck === undefined) return []
    const now = await confirmationById({ database: transaction, clock }, thread.callerCheck)
    if (now?.state === 'pending') return []
    if (now) {
      const step = await ended(ground, transaction, thread, now, endingOf(now))
      return (await takeStep(ground, transaction, thread, step)).posts
    }
    return (await takeStep(ground, transaction, thread, { set: { caller_check: null } })).posts
  })
}

function endingOf(confirmation: Confirmation | undefined): Ending {
  if (confirmation?.state === 'confirmed') return 'matched'
  return confirmation?.state === 'denied' ? 'denied' : 'expired'
}

async function ended(
  ground: EscalationGround,
  transaction: Transaction<Schema>,
  thread: Thread,
  confirmation: Confirmation,
  ending: Ending,
): Promise<Step> {
  const channel = (await readPost(transaction, confirmationPost(confirmation.id)))?.place?.channel
  const where = channel ? ` in ${channelTitles[channel]}` : ''
  const tooNew = await isNewLink({ ...ground, database: transaction }, thread.person, channel)
  const but = ground.channelIsStrong(channel) ? (tooNew ? young : '') : weak
  const who = whoOf(thread)
  const at = clockTime(ground.clock())
  const said: Readonly<Record<Ending, string>> = {
    matched: `${who} matched the number${where} at ${at}: the caller is ${who}.${but}`,
    wrong: `${who} picked a wrong number${where} at ${at}. Do not trust the caller.`,
    'no-call': `${who} said${where} at ${at} that they are NOT on the phone with IT. Somebody may be calling in their name: do nothing the caller asks for.`,
    denied: `${who} did not match the number. Do not trust the caller.`,
    expired: `${who} did not answer in time. Nobody knows who the caller is.`,
  }
  const alarm = ending === 'no-call' || ending === 'wrong'
  return {
    set: { caller_check: null, ...(alarm ? { urgency: 'high' } : {}) },
    facts: [{ title: happened.caller, value: said[ending] }],
    says: sentence(said[ending]),
    changes: await closedCallerCards(transaction, confirmation.id, closings[ending], said[ending]),
    event: {
      action: callerPurpose,
      actor: ending === 'expired' ? 'helpbot' : thread.person.id,
      outcome: ending === 'matched' ? 'done' : 'refused',
      detail: { decision: ending, 'asked-by': confirmation.asker },
    },
  }
}

/** The person's name, as the card has it. */
function whoOf(thread: Thread): string {
  return thread.facts.find(({ title }) => title === 'Who')?.value.split(', ')[0] ?? 'The person'
}
