import type { Transaction } from 'kysely'
import type { Person } from '../identity/person.ts'
import { within } from '../identity/within.ts'
import { elsewhere, newLinkOf, stillNew } from '../slack-people/new-link.ts'
import type { Schema } from '../store/schema.ts'
import type { Button } from '../turns/button.ts'
import { type EscalationGround, isItNow } from './ground.ts'
import { type Step, takeStep } from './step.ts'
import { headContent } from './thread-card.ts'
import { holdThread, type Thread } from './threads.ts'
import { say } from './words.ts'

export interface ItPress {
  readonly person: Person
  readonly values: Readonly<Record<string, string>>
  readonly thread: Thread
  readonly transaction: Transaction<Schema>
}

/** A note for whoever pressed, and nothing happens; or what happens. */
export type Pressed = { readonly note: string } | { readonly step: Step; readonly note?: string }

/**
 * A button on the card that heads a thread. Whether somebody is IT is asked of the directory at every click; clicks come one after
 * the other, so whoever is late is told who was first. One of two does not count from a Slack account that was linked lately.
 */
export function itButton(
  ground: EscalationGround,
  work: (press: ItPress) => Promise<Pressed>,
  { isOneOfTwo = false }: { readonly isOneOfTwo?: boolean } = {},
): Button {
  return async ({ person, post, values }) => {
    if (!(await isItNow(ground, person))) return { reply: { kind: 'note', text: say.onlyItPresses }, posts: [] }
    const link = isOneOfTwo ? await newLinkOf(ground, person, post.place?.channel) : undefined
    if (link) return { reply: { kind: 'note', text: stillNew(link, elsewhere) }, posts: [] }
    return await within(ground.database, async (transaction) => {
      const thread = await holdThread(transaction, { head: post.key })
      if (thread?.person.tenant !== person.tenant)
        return { reply: { kind: 'note', text: say.onlyItPresses }, posts: [] }
      // A thief who sits in an account of IT must not put away what was said about it.
      if (thread.person.id === person.id) return { reply: { kind: 'note', text: say.ownThread }, posts: [] }
      const head = headContent(thread)
      if (thread.state === 'resolved') return { reply: { kind: 'card', post: post.key, content: head }, posts: [] }
      const pressed = await work({ person, values, thread, transaction })
      if (!('step' in pressed)) return { reply: { kind: 'note', text: pressed.note }, posts: [] }
      const stepped = await takeStep(ground, transaction, thread, pressed.step)
      if (pressed.note !== undefined) return { reply: { kind: 'note', text: pressed.note }, posts: stepped.posts }
      return { reply: { kind: 'card', post: post.key, content: stepped.head }, posts: stepped.posts }
    })
  }
}
