import type { Kysely } from 'kysely'
import type { Intent } from '../../dialogs/understand/intent.ts'
import type { Arrival, Reply } from '../channels/chat.ts'
import type { Person } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import type { Conduct } from './conduct.ts'
import { type DialogRow, latestDialog } from './dialog-rows.ts'
import { didYouMean, inBetween, menu } from './menu.ts'
import { park } from './parked.ts'
import { postKey } from './run-dialog.ts'
import { words } from './words.ts'

/** What a text may mean, see dialogs/understand. */
export interface Meaning {
  readonly intent: Intent | 'none'
  readonly sure: boolean
  readonly alternatives: readonly Intent[]
}

/** Works out what words are: an answer to the open question, a control word, or the start of something. */
export async function readWords(
  database: Kysely<Schema>,
  conduct: Conduct,
  understand: (text: string) => Meaning,
  arrival: Arrival,
  person: Person,
  now: Date,
): Promise<Reply> {
  const latest = await latestDialog(database, arrival.sender)
  if (latest?.seen.includes(arrival.id)) return { kind: 'nothing' }
  if (arrival.inbound.kind !== 'text') {
    // Teams announces an installation in two ways; whoever installs again the same day has been greeted.
    const greeting = { ...arrival, id: `hello:${person.id}:${now.toISOString().slice(0, 10)}` }
    return await conduct.show(greeting, person, 'hello', menu(conduct.dialogs, 'hello'))
  }
  const meaning = understand(arrival.inbound.text)
  if (latest?.state !== 'open') return await begin(conduct, arrival, person, meaning)
  if (meaning.sure && meaning.intent === 'cancel') {
    await conduct.end(latest, { state: 'cancelled', sentence: words.cancelled }, arrival.id)
    return { kind: 'nothing' }
  }
  if (meaning.sure && meaning.intent === 'start-over') {
    await conduct.end(latest, { state: 'cancelled' }, `${arrival.id}/ended`)
    return await conduct.start(arrival, person, latest.name)
  }
  const taken = await conduct.go(latest, person, arrival)
  if (taken.understood) return taken.reply
  return await interrupt(conduct, arrival, person, latest, meaning)
}

async function begin(conduct: Conduct, arrival: Arrival, person: Person, meaning: Meaning): Promise<Reply> {
  const { intent, sure } = meaning
  const dialog = conduct.dialogs.find((one) => one.name === intent)
  if (dialog && sure) return await conduct.start(arrival, person, dialog.name)
  if (sure && intent === 'help') return await conduct.show(arrival, person, 'menu', menu(conduct.dialogs, 'help'))
  if (sure && intent === 'small-talk')
    return await conduct.show(arrival, person, 'small-talk', { text: words.smallTalk })
  if (sure && (intent === 'cancel' || intent === 'start-over'))
    return await conduct.show(arrival, person, 'nothing', { text: words.nothingToCancel })
  const guesses = [intent, ...meaning.alternatives].filter((one) => conduct.dialogs.some((known) => known.name === one))
  if (guesses.length > 0) return await conduct.show(arrival, person, 'guess', didYouMean(conduct.dialogs, guesses))
  return await conduct.show(arrival, person, 'menu', menu(conduct.dialogs, 'unsure'))
}

/** Words in the middle of another dialog are kept, and the person decides; nothing they wrote gets lost. */
export async function interrupt(
  conduct: Conduct,
  arrival: Arrival,
  person: Person,
  open: DialogRow,
  meaning: Pick<Meaning, 'intent' | 'sure'>,
): Promise<Reply> {
  const { intent, sure } = meaning
  if (sure && intent === 'small-talk')
    return await conduct.show(arrival, person, 'small-talk', { text: `${words.smallTalk} ${words.waiting}` })
  const other = conduct.dialogs.find((dialog) => dialog.name === intent && dialog.name !== open.name)
  if (!other || !sure) return await conduct.show(arrival, person, 'waiting', { text: words.waiting })
  const current = conduct.dialogs.find((dialog) => dialog.name === open.name)?.title ?? open.name
  const post = {
    key: postKey(open.id, `between-${open.version}`),
    to: { tenant: person.tenant, person: person.id },
    content: inBetween(current, other),
    dialogId: open.id,
    correlationId: open.correlationId,
  }
  await conduct.keep(open, { memory: park(open.memory, other.name, post.key), posts: [post] }, arrival.id)
  return { kind: 'nothing' }
}
