import type { Button } from '../../turns/button.ts'
import { decideInWindow } from './decide-in-window.ts'
import type { RequestGround } from './ground.ts'
import { readWords } from './typed-words.ts'
import { wordsContent } from './words-window.ts'

/** Denies, with a reason that the requester reads. */
export function denyWindow(ground: RequestGround): Button {
  return decideInWindow(ground, false, async ({ press, on, show, take }) => {
    const { requester } = on.request.terms
    const window = (problem?: string) =>
      show(
        'Deny',
        wordsContent('deny', on, {
          title: 'Why do you deny it?',
          text: `${requester.name} reads what you write.`,
          label: 'Your reason',
          button: 'Deny',
          problem,
        }),
      )
    if (!press.submitted) return window()
    const read = readWords(press.values.text, 'Please write a reason: without one it cannot be denied.')
    if ('problem' in read) return window(read.problem)
    return await take({ kind: 'denied', ask: on.ask.id, reason: read.words }, () => 'You denied it.')
  })
}
