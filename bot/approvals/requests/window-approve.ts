import type { CardContent } from '../../channels/chat.ts'
import type { Button } from '../../turns/button.ts'
import { subjectOf } from './ask-card.ts'
import { type AtWindow, decideInWindow, saidYes, withCode } from './decide-in-window.ts'
import type { RequestGround } from './ground.ts'
import { howLong } from './lasts-words.ts'

/** Asks for the code of the approver's authenticator app, and approves exactly what the card said. */
export function approveWindow(ground: RequestGround): Button {
  return decideInWindow(ground, true, async (at) => {
    const { press, on, show, take } = at
    if (!press.submitted) return show('Approve', content(at))
    const coded = await withCode(ground, at, (problem, posts) => show('Approve', content(at, problem), posts))
    if ('done' in coded) return coded.done
    return await take({ kind: 'approved', ask: on.ask.id, hash: on.hash, ...coded.go }, saidYes)
  })
}

function content({ on, needsCode }: AtWindow, problem?: string): CardContent {
  const { terms, earlier } = on.request
  const code = needsCode
    ? ' Type the six digits that your authenticator app shows for HelpBot. Each code works once.'
    : ''
  const data = {
    title: `Approve it for ${terms.person.name}?`,
    text: `${subjectOf(terms)}, ${howLong(terms, earlier)}.${code}`,
    ...(problem === undefined ? {} : { problem }),
    ids: { hash: on.hash, needsCode },
  }
  return { card: 'window-access-code', data }
}
