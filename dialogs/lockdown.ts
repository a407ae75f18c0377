import type { Chat } from '../bot/channels/chat.ts'
import type { Desk } from '../bot/desk.ts'
import type { LockdownSeen } from '../bot/lockdown/lockdown-desk.ts'
import { askWords } from './ask-words.ts'
import { card, message } from './cards.ts'
import type { Dialog } from './dialog.ts'
import { prove } from './prove.ts'

type Choice = LockdownSeen['choices'][number]
type Wish = { readonly kind: 'confirm' | 'withdraw' | 'nothing' } | { readonly kind: 'ask'; readonly choice: Choice }

/** "Lockdown": what is in force, who wanted it, why and since when; and, by two of IT, something else. */
export const lockdown: Dialog = {
  name: 'lockdown',
  title: 'Lockdown (IT)',
  inMenu: false,

  async talk(chat, desk) {
    const seen = await chat.once('seen', async () => (await desk.lockdown()) ?? null)
    if (seen === null)
      return chat.say(
        'not-it',
        message('Lockdown', 'Only IT can look at this. If something is wrong, write "This was not me".'),
      )
    const wish = await whatNow(chat, seen)
    if (wish.kind === 'nothing') return
    await chat.once('ticket', () => desk.openTicket('Lockdown'))
    const came = await carryOut(chat, desk, seen, wish)
    if (!came) return
    chat.say('done', message(came.ok ? 'Lockdown' : 'Nothing was changed', came.sentence))
    await chat.once('ticket-closed', async () => {
      await desk.closeTicket(came.sentence)
      return true
    })
  },
}

/** Undefined where it has been said already why it does not go on. */
async function carryOut(
  chat: Chat,
  desk: Desk,
  { waiting }: LockdownSeen,
  wish: Exclude<Wish, { readonly kind: 'nothing' }>,
): Promise<{ readonly ok: boolean; readonly sentence: string } | undefined> {
  if (wish.kind === 'ask') {
    const { wanted, operation } = wish.choice
    if (!(await prove(chat, desk, operation))) return undefined
    const given = await askWords(chat, 'reason', {
      title: wish.choice.title,
      text: 'Why? IT reads it, and nobody else.',
      label: 'Reason',
      button: 'Ask a second person of IT',
    })
    if ('choice' in given) return undefined
    return await chat.once('asked', () => desk.askForLockdown('lockdown', wanted, given.words))
  }
  if (!waiting) return undefined
  if (wish.kind === 'withdraw') return await chat.once('withdrawn', () => desk.withdrawLockdown(waiting.id))
  if (!(await prove(chat, desk, waiting.operation))) return undefined
  return await chat.once('confirmed', () => desk.confirmLockdown(waiting.id))
}

/** Shows how it stands, and asks what is to become of it. */
async function whatNow(chat: Chat, seen: LockdownSeen): Promise<Wish> {
  const { waiting } = seen
  const others = waiting
    ? [...(waiting.mine ? [] : [{ title: 'Confirm it', ids: { choice: 'confirm' } }]), withdraw]
    : seen.choices.map(({ wanted, title }) => ({ title, ids: { choice: wanted } }))
  const choices = [...others, { title: 'Leave it as it is', ids: { choice: 'nothing' } }]
  const remarks = waiting?.mine ? [{ text: 'You asked for it: a second person of IT must confirm.' }] : []
  const shown = card('access-confirm', {
    title: seen.inForce ? 'A lockdown is in force' : 'There is no lockdown',
    facts: [...seen.facts, ...(waiting?.facts ?? [])],
    conflicts: remarks,
    choices,
  })
  const chosen = await chat.ask(
    'what-now',
    shown,
    (given) =>
      given.by === 'button' ? choices.find(({ ids }) => ids.choice === given.values.choice)?.ids.choice : undefined,
    (choice) => choices.find(({ ids }) => ids.choice === choice)?.title ?? '',
  )
  const choice = seen.choices.find(({ wanted }) => wanted === chosen)
  if (choice) return { kind: 'ask', choice }
  if (chosen === 'confirm' || chosen === 'withdraw') return { kind: chosen }
  return { kind: 'nothing' }
}

const withdraw = { title: 'Withdraw it', ids: { choice: 'withdraw' } }
