import type { Button } from '../../turns/button.ts'
import { decideInWindow } from './decide-in-window.ts'
import type { RequestGround } from './ground.ts'
import { readWords } from './typed-words.ts'
import { wordsContent } from './words-window.ts'

/** Asks the requester something; the answer comes back to this chat. */
export function questionWindow(ground: RequestGround): Button {
  return decideInWindow(ground, false, async ({ press, on, show, take }) => {
    const { requester } = on.request.terms
    const ask = on.ask.id
    const window = (problem?: string) =>
      show(
        'Ask a question',
        wordsContent('question', on, {
          title: `What do you want to know from ${requester.name}?`,
          text: 'I bring your question to their chat, and the answer to yours. The request waits meanwhile.',
          label: 'Your question',
          button: 'Ask',
          problem,
        }),
      )
    if (!press.submitted) return window()
    const read = readWords(press.values.text, 'Please write a question.')
    if ('problem' in read) return window(read.problem)
    const { words } = read
    return await take(
      ({ questions }) => {
        // Sent off twice it is asked once.
        if (questions.some((one) => one.ask === ask && one.text === words && one.answer === null))
          return { refused: 'You have asked that already, and there is no answer yet.' }
        return { kind: 'asked', ask, id: `${ask}:question-${questions.length + 1}`, text: words }
      },
      () => `I asked ${requester.name}. The answer comes to this chat.`,
    )
  })
}
