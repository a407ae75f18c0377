import type { CardContent } from '../channels/chat.ts'
import { plainText } from '../plain-text.ts'
import type { Fact } from './escalation.ts'
import type { Thread } from './threads.ts'

const mostFacts = 20
const longestTitle = 60
const longestValue = 900

/** What happened since the thread was opened: these facts stand in a part of the card of their own, the latest last. */
export const happened = {
  taken: 'Taken by',
  caller: 'Caller',
  freeze: 'Freeze',
  account: 'Account',
  resolved: 'Resolved by',
} as const
const happenings: ReadonlySet<string> = new Set(Object.values(happened))

/** Facts as they may be kept: short enough, seen as they are, no more than a card takes. */
export function cleanFacts(facts: readonly Fact[]): readonly Fact[] {
  return facts
    .slice(0, mostFacts)
    .map(({ title, value }) => ({ title: plainText(title, longestTitle), value: plainText(value, longestValue) }))
    .filter(({ title, value }) => title !== '' && value !== '')
}

/** The facts with some of them anew. */
export function withFacts(facts: readonly Fact[], anew: readonly Fact[]): readonly Fact[] {
  const titles = new Set(anew.map(({ title }) => title))
  const kept = facts.filter(({ title }) => !titles.has(title))
  return [...kept.slice(0, mostFacts - anew.length), ...cleanFacts(anew)]
}

/** The card that heads a thread in the IT channel, as it looks now. */
export function headContent(thread: Thread): CardContent {
  const { number, urgency, title, facts, state, freezeAskedBy, freezeOperation } = thread
  const open = state !== 'resolved'
  const freezing = freezeAskedBy !== undefined
  const button = (there: boolean) => (there ? [{}] : [])
  const resolved = facts.find((fact) => fact.title === happened.resolved)
  const data = {
    title: urgency === 'high' ? `High urgency: ${title}` : title,
    facts: [
      { title: 'Ticket', value: String(number) },
      { title: 'Urgency', value: urgency },
      ...facts.filter((fact) => !happenings.has(fact.title)),
      { title: 'Object id', value: thread.person.id },
    ],
    happened: facts.filter((fact) => happenings.has(fact.title) && fact !== resolved),
    take: button(state === 'open'),
    resolve: button(open),
    verify: button(open && thread.callerCheck === undefined),
    freeze: button(open && !freezing && freezeOperation === undefined),
    confirm: button(open && freezing && freezeOperation === undefined),
  }
  return { card: 'incident', data, ...(open ? {} : { closed: `Resolved by ${resolved?.value ?? 'IT'}` }) }
}
