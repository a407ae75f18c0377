import type { Kysely } from 'kysely'
import { type Intent, topicIntents } from '../../dialogs/understand/intent.ts'
import type { Arrival, Reply } from '../channels/chat.ts'
import type { Person, UserId } from '../identity/person.ts'
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

/** Words that no dialog takes: passed on to IT when somebody there is talking with the person. */
export type PassOn = (arrival: Arrival, person: Person, text: string, attachments: number) => Promise<Reply | undefined>

export interface ReadingWords {
  readonly database: Kysely<Schema>
  readonly conduct: Conduct
  readonly understand: (text: string) => Meaning
  readonly passOn: PassOn
}

/** Works out what words are: an answer to the open question, a control word, or the start of something. */
export async function readWords(reading: ReadingWords, arrival: Arrival, person: Person, now: Date): Promise<Reply> {
  const { database, conduct } = reading
  const { inbound } = arrival
  const latest = await latestDialog(database, arrival.sender)
  if (latest?.seen.includes(arrival.id)) return { kind: 'nothing' }
  if (inbound.kind === 'start') return await startByName(conduct, arrival, person, latest, inbound)
  if (inbound.kind !== 'text') {
    // Teams announces an installation in two ways; whoever installs again the same day has been greeted.
    const greeting = { ...arrival, id: `hello:${person.id}:${now.toISOString().slice(0, 10)}` }
    return await conduct.show(greeting, person, 'hello', menu(conduct.dialogs, 'hello'))
  }
  const attachments = inbound.attachments ?? 0
  if (inbound.text.trim() === '' && attachments > 0)
    return await conduct.show(arrival, person, 'attachment', { text: words.noAttachments })
  const meaning = reading.understand(inbound.text)
  if (latest?.state !== 'open') {
    const known = meaning.sure && meaning.intent !== 'small-talk' && meaning.intent !== 'none'
    const passed = known ? undefined : await reading.passOn(arrival, person, inbound.text, attachments)
    return passed ?? (await begin(conduct, arrival, person, meaning))
  }
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

/** A dialog chosen by its name, from a home page or a command. */
async function startByName(
  conduct: Conduct,
  arrival: Arrival,
  person: Person,
  latest: DialogRow | undefined,
  wanted: { readonly dialog: string; readonly about?: UserId; readonly topic?: string },
): Promise<Reply> {
  const dialog = conduct.dialogs.find((one) => one.name === wanted.dialog)
  if (!dialog) return await conduct.show(arrival, person, 'menu', menu(conduct.dialogs, 'unsure'))
  if (latest?.state !== 'open') return await conduct.start(arrival, person, dialog.name, wanted)
  if (latest.name === dialog.name && wanted.about === undefined)
    return await conduct.show(arrival, person, 'waiting', { text: words.waiting })
  if (latest.name !== dialog.name)
    return await interrupt(conduct, arrival, person, latest, { intent: dialog.name, sure: true })
  // The same dialog for somebody else: what was begun for the first one must not go on with the second.
  await conduct.end(latest, { state: 'cancelled', sentence: words.cancelled }, `${arrival.id}/ended`)
  return await conduct.start(arrival, person, dialog.name, wanted)
}

async function begin(conduct: Conduct, arrival: Arrival, person: Person, meaning: Meaning): Promise<Reply> {
  const { intent, sure } = meaning
  const { inbound } = arrival
  const dialog = conduct.dialogs.find((one) => one.name === intent)
  const topic = dialog && topicIntents.has(dialog.name) && inbound.kind === 'text' ? inbound.text : undefined
  if (dialog && sure) return await conduct.start(arrival, person, dialog.name, { topic })
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
  const waiting = open.waitsFor === undefined ? words.waiting : words.waitingForOthers
  if (!other || !sure) return await conduct.show(arrival, person, 'waiting', { text: waiting })
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
