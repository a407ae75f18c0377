import type { Kysely } from 'kysely'
import type { Arrival, CardContent, Inbound, Reply } from '../channels/chat.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { Person } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import type { Button } from './button.ts'
import { type Conduct, LostTrack } from './conduct.ts'
import { type DialogRow, postAndDialog } from './dialog-rows.ts'
import type { Post } from './outbox.ts'
import { parkedIn, unpark } from './parked.ts'
import { interrupt } from './read-words.ts'
import { words } from './words.ts'

export type Pressed = Exclude<Inbound, { kind: 'text' } | { kind: 'hello' } | { kind: 'start' }>

export interface ButtonDependencies {
  readonly database: Kysely<Schema>
  readonly conduct: Conduct
  readonly buttons: Readonly<Record<string, Button>>
  /** Windows that belong to no dialog, by the template of the card that opens them. Each knows itself when it is over. */
  readonly windows: Readonly<Record<string, Button>>
  /** Goes on with the dialogs that wait for a signal. */
  readonly wake: (signal: string) => void
}

/**
 * A button or a window. The card it stands on is looked up by its key and must be this person's: what the client says of it
 * counts for nothing.
 */
export async function pressButton(
  dependencies: ButtonDependencies,
  arrival: Arrival,
  person: Person,
  inbound: Pressed,
): Promise<Reply> {
  const { database, conduct } = dependencies
  const { post: found, latest } = await postAndDialog(database, inbound.post, arrival.sender)
  // Whoever is quick presses before it is written down where the card stands: then it stands where it was pressed.
  const post = found && { ...found, place: found.place ?? arrival.place }
  // What is pressed in one chat product stands there: a number matched in the strong one cannot be picked from the weak one.
  const elsewhere = post?.place && post.place.channel !== arrival.address.channel
  if (!post || elsewhere || !isFor(post, person, inbound) || !('card' in post.content))
    return { kind: 'note', text: words.notYours }
  const now = standsNow(post.key, post.content, inbound)
  const { card } = post.content
  const window = Object.hasOwn(dependencies.windows, card) ? dependencies.windows[card] : undefined
  if (window && inbound.kind !== 'press')
    return finish(dependencies, await openOwn(window, arrival, person, post, inbound))
  if (post.content.closed !== undefined) return now
  const verb = inbound.kind === 'press' ? inbound.verb : ''
  const button = Object.hasOwn(dependencies.buttons, verb) ? dependencies.buttons[verb] : undefined
  if (button) {
    const { values } = inbound
    const press = { person, post, values, correlationId: arrival.correlationId, submitted: false }
    return finish(dependencies, await button(press))
  }
  if (latest?.seen.includes(arrival.id)) return now
  if (verb === 'start') return await startFrom(conduct, arrival, person, post, latest, inbound.values.dialog ?? '')
  if (latest?.state !== 'open' || latest.id !== post.dialogId) return now
  if (verb === 'cancel') {
    const closed = await conduct.end(latest, { state: 'cancelled', sentence: words.cancelled }, arrival.id)
    return closed ?? { kind: 'note', text: words.cancelled }
  }
  if (verb === 'between')
    return await decideBetween(
      conduct,
      arrival,
      person,
      latest,
      post.key,
      post.content,
      inbound.values.choice,
      inbound.values.dialog ?? '',
    )
  const taken = await conduct.go(latest, person, arrival)
  return taken.understood ? taken.reply : now
}

function finish({ conduct, wake }: ButtonDependencies, done: Awaited<ReturnType<Button>>): Reply {
  conduct.bringOut(done.posts)
  if (done.wake) wake(done.wake)
  return done.reply
}

/** What breaks in a window may have started a change. */
async function openOwn(window: Button, arrival: Arrival, person: Person, post: Post, { kind, values }: Pressed) {
  const { correlationId } = arrival
  return await window({ person, post, values, correlationId, submitted: kind === 'submit' }).catch((error: unknown) => {
    if (error instanceof DirectoryError) throw error
    throw new LostTrack('the window broke', { cause: error })
  })
}

const itVerbs = ['thread-', 'lockdown-']

/** A card is its person's. One in the IT channel is nobody's: its buttons find out by themselves who may press them. */
function isFor(post: Post, person: Person, inbound: Pressed): boolean {
  if (post.tenant !== person.tenant) return false
  if (post.person !== undefined) return post.person === person.id
  return inbound.kind === 'press' && itVerbs.some((beginning) => inbound.verb.startsWith(beginning))
}

/** How a card that can no longer be used answers: it shows how it ended. */
function standsNow(key: string, content: CardContent, inbound: Pressed): Reply {
  if (content.closed === undefined) return { kind: 'note', text: words.over }
  return inbound.kind === 'press' ? { kind: 'card', post: key, content } : { kind: 'note', text: content.closed }
}

/** A button that starts a dialog; pressed in the middle of another one it is asked about first. */
async function startFrom(
  conduct: Conduct,
  arrival: Arrival,
  person: Person,
  post: Post,
  latest: DialogRow | undefined,
  name: string,
): Promise<Reply> {
  const unchanged: Reply =
    'card' in post.content ? { kind: 'card', post: post.key, content: post.content } : { kind: 'nothing' }
  const dialog = conduct.dialogs.find((one) => one.name === name)
  if (!dialog) return unchanged
  if (conduct.startedJustNow(`${post.key}:${name}`)) return unchanged
  if (latest?.state !== 'open') await conduct.start(arrival, person, dialog.name)
  else if (latest.name === name) return { kind: 'note', text: words.waiting }
  else await interrupt(conduct, arrival, person, latest, { intent: dialog.name, sure: true })
  return unchanged
}

async function decideBetween(
  conduct: Conduct,
  arrival: Arrival,
  person: Person,
  open: DialogRow,
  key: string,
  content: CardContent,
  choice: string | undefined,
  other: string,
): Promise<Reply> {
  // Which of several it was about stands on the card; it must be one that was really asked for.
  const switching = choice === 'switch' && parkedIn(open.memory).dialogs.includes(other)
  const closed = { ...content, closed: switching ? 'Switched.' : 'First things first; I come back to it.' }
  const changes = [{ key, content: closed }]
  if (switching) {
    const memory = unpark(open.memory, other)
    await conduct.end({ ...open, memory }, { state: 'cancelled', changes }, `${arrival.id}/ended`)
    await conduct.start(arrival, person, other)
  } else await conduct.keep(open, { changes }, arrival.id)
  return { kind: 'card', post: key, content: closed }
}
