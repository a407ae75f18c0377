import type { Chat } from '../bot/channels/chat.ts'
import type { Desk } from '../bot/desk.ts'
import { card, message } from './cards.ts'

/** Asks the security questions in a card whose answers never stand in the chat. @returns whether they were right */
export async function proveByQuestions(chat: Chat, desk: Desk, round: number): Promise<boolean> {
  const asked = await chat.once(`questions-asked-${round}`, () => desk.questions())
  const question = (problem?: string) =>
    card('ask-answers', {
      questions: asked.map((one) => ({ text: one.text, ids: { id: `answer-${one.id}` } })),
      ...(problem ? { problem } : {}),
    })
  const outcome = await chat.askSecret<{ proved: boolean; sentence: string }>(
    `answers-${round}`,
    question(),
    async (given) => {
      if (given.by === 'text') return undefined
      const answers = Object.fromEntries(asked.map((one) => [one.id, given.values[`answer-${one.id}`] ?? '']))
      const verdict = await desk.proveByAnswers(answers)
      if (verdict.verdict === 'again') return { again: question(verdict.problem) }
      if (verdict.verdict === 'locked')
        return { keep: { proved: false, sentence: verdict.sentence }, closing: 'Too many wrong answers.' }
      return { keep: { proved: true, sentence: '' }, closing: 'Thank you, the answers are right.' }
    },
  )
  if (!outcome.proved) chat.say(`answers-failed-${round}`, message('That did not work', outcome.sentence))
  return outcome.proved
}
