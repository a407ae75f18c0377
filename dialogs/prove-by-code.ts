import type { Chat } from '../bot/channels/chat.ts'
import type { Desk } from '../bot/desk.ts'
import { card, message } from './cards.ts'

/** Asks for the code of the authenticator app until it is right or the method locks. @returns whether it was right and counts */
export async function proveByCode(chat: Chat, desk: Desk, round: number): Promise<boolean> {
  const question = (problem?: string) => card('ask-code', problem ? { problem } : {})
  const outcome = await chat.askSecret<{ proved: boolean; sentence: string }>(
    `code-${round}`,
    question(),
    async (given) => {
      if (given.by === 'text') {
        if (!/^\D*(\d\D*){6,8}$/.test(given.text)) return undefined
        return {
          again: question('Please type the code into this card: what is written in the chat stays in its history.'),
        }
      }
      const verdict = await desk.proveByCode(given.values.code ?? '')
      if (verdict.verdict === 'again') return { again: question(verdict.problem) }
      if (verdict.verdict === 'locked')
        return { keep: { proved: false, sentence: verdict.sentence }, closing: 'Too many wrong codes.' }
      if (!verdict.counts)
        return {
          keep: { proved: false, sentence: 'That code is right, but this authenticator is too new to count yet.' },
          closing: 'The code is right, but the authenticator is too new.',
        }
      return { keep: { proved: true, sentence: '' }, closing: 'Thank you, the code is right.' }
    },
  )
  if (!outcome.proved) chat.say(`code-failed-${round}`, message('That did not work', outcome.sentence))
  return outcome.proved
}
