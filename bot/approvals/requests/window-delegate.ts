import type { CardContent } from '../../channels/chat.ts'
import type { DirectoryUser } from '../../directory/directory.ts'
import { userId } from '../../identity/person.ts'
import { plainText } from '../../plain-text.ts'
import type { Button } from '../../turns/button.ts'
import { mayDelegateTo } from './approvers.ts'
import { type AtWindow, type Done, decideInWindow, withCode } from './decide-in-window.ts'
import type { RequestGround } from './ground.ts'

const mostFound = 5
const shortest = 2
const longest = 100

interface Choice {
  readonly title: string
  readonly ids: { readonly to: string }
}

/**
 * Lets somebody else decide: found by name or address, chosen by id in a second step. It needs a code wherever a yes would:
 * otherwise whoever sits at somebody's chat could hand the decision to a friend.
 */
export function delegateWindow(ground: RequestGround): Button {
  return decideInWindow(ground, true, async (at) => {
    const { values, submitted } = at.press
    if (!submitted) return search(at)
    return values.to === undefined ? await find(ground, at, values.name ?? '') : await choose(ground, at, values.to)
  })
}

async function find(ground: RequestGround, at: AtWindow, typed: string): Promise<Done> {
  const text = plainText(typed, longest)
  if (text.length < shortest) return search(at, 'Please write a name or an e-mail address.')
  const { ask, request } = at.on
  const { requester, person } = request.terms
  const never = [ask.approver.id, requester.id, person.id]
  const found = await ground.directory.findPeople(text, mostFound)
  const people = found.filter(({ id, accountEnabled }) => accountEnabled === true && !never.includes(id))
  if (people.length === 0) return search(at, 'I found nobody of that name who could decide. Try their e-mail address.')
  return offer(at, people.slice(0, mostFound).map(asChoice))
}

async function choose(ground: RequestGround, at: AtWindow, chosen: string): Promise<Done> {
  const { request, ask } = at.on
  const id = userId.safeParse(chosen)
  if (!id.success) return search(at, 'Please choose one of them.')
  const to = await mayDelegateTo(ground, request, ask, id.data)
  if ('refused' in to) return search(at, to.refused)
  // Another code may be typed for the same choice.
  const choice: Choice = { title: to.name, ids: { to: to.id } }
  const coded = await withCode(ground, at, (problem, posts) => offer(at, [choice], problem, posts))
  if ('done' in coded) return coded.done
  return await at.take({ kind: 'delegated', ask: ask.id, to }, () => `I asked ${to.name} instead of you.`)
}

function asChoice({ id, displayName, jobTitle, department }: DirectoryUser): Choice {
  const about = [displayName, jobTitle, department].filter((text) => text !== undefined && text !== '').join(', ')
  return { title: plainText(about, longest), ids: { to: id } }
}

function search({ on, show }: AtWindow, problem?: string): Done {
  const text = 'They must be able to judge it. They are asked instead of you, and your card is closed.'
  const data = { text, ...(problem === undefined ? {} : { problem }), ids: { hash: on.hash } }
  return show('Delegate', { card: 'window-access-find', data })
}

function offer(
  { on, show, needsCode }: AtWindow,
  choices: readonly Choice[],
  problem?: string,
  posts?: readonly string[],
): Done {
  const text = 'Choose who is asked instead of you.'
  const data = { text, choices, ...(problem === undefined ? {} : { problem }), ids: { hash: on.hash, needsCode } }
  const content: CardContent = { card: 'window-access-delegate', data }
  return show('Delegate', content, posts)
}
