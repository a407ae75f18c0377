import type { Chat } from '../bot/channels/chat.ts'
import type { Desk, OperationName } from '../bot/desk.ts'
import { card, message } from './cards.ts'

type Answer = Exclude<Awaited<ReturnType<Desk['managerAnswer']>>, 'pending'>

const endings: Record<Answer, { closing: string; sentence: string }> = {
  confirmed: { closing: 'Your manager has confirmed that it is you.', sentence: '' },
  denied: {
    closing: 'Your manager did not confirm.',
    sentence: 'Your manager did not confirm that it is you. If that was a mistake, talk to them and start again.',
  },
  expired: {
    closing: 'Your manager did not answer in time.',
    sentence: 'Your manager did not answer in time. Call them, then start again; or prove it in another way.',
  },
}

/** Shows a number that the manager must pick from three. @returns whether they did */
export async function proveByManager(chat: Chat, desk: Desk, purpose: OperationName, round: number): Promise<boolean> {
  return (await managerConfirms(chat, desk, purpose, round)) !== undefined
}

/** The same, for whoever needs to know which confirmation it was. @returns its id */
export async function managerConfirms(
  chat: Chat,
  desk: Desk,
  purpose: OperationName,
  round: number,
): Promise<string | undefined> {
  const asked = await chat.once(`ask-manager-${round}`, () => desk.askManager(`manager-${round}`, purpose))
  if ('unavailable' in asked) {
    chat.say(`manager-failed-${round}`, message('Your manager cannot confirm now', asked.unavailable))
    return undefined
  }
  const answer = await chat.waitFor<Answer>(
    `manager-${round}`,
    `confirmation:${asked.id}`,
    card('show-number', { number: String(asked.number), manager: asked.managerName }),
    async () => {
      const answered = await desk.managerAnswer(asked.id)
      return answered === 'pending' ? undefined : { keep: answered, closing: endings[answered].closing }
    },
  )
  if (answer !== 'confirmed')
    chat.say(`manager-failed-${round}`, message('That did not work', endings[answer].sentence))
  return answer === 'confirmed' ? asked.id : undefined
}
