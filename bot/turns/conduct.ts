import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import type { Dialog } from '../../dialogs/dialog.ts'
import type { Arrival, ChannelName, Content, Reply } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { Desk } from '../desk.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { Person } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import { isStoreFault } from '../store/store-fault.ts'
import type { Deliver } from './deliver.ts'
import { type DialogChange, type DialogRow, StaleDialog, writeDialog } from './dialog-rows.ts'
import { type Post, type PostChange, type PostDraft, putPosts, readPost } from './outbox.ts'
import { parkedIn } from './parked.ts'
import { type Beginning, isOfEdition, memoryOf, postKey, type Run, runDialog } from './run-dialog.ts'
import { words } from './words.ts'

/** A window broke half-way: it may have started a change, so nobody can say that nothing was changed. */
export class LostTrack extends Error {}

export interface ConductDependencies {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly deliver: Deliver
  /** `channel` is where the person last spoke in the dialog. */
  readonly deskFor: (person: Person, dialogId: string, correlationId: string, channel: ChannelName | undefined) => Desk
  readonly dialogs: readonly Dialog[]
  /** Called before a dialog goes on in another chat product than the one it was in. */
  readonly moved: (person: Person, dialogId: string, channel: ChannelName) => Promise<void>
  /** Called when a dialog ends without its own ending: closes what it opened elsewhere; answers the keys of changed posts. */
  readonly abandoned: (row: DialogRow, outcome: string) => Promise<readonly string[]>
  /** Milliseconds without a word after which a dialog ends. */
  readonly quietAfter: number
  readonly log: Logger
}

/** Opens dialogs, goes on with them and ends them; whatever happens is committed first and shown then. */
export interface Conduct {
  readonly dialogs: readonly Dialog[]
  start(arrival: Arrival, person: Person, name: string, beginning?: Beginning): Promise<Reply>
  /** One run of a dialog and all that follows from it. `arrival` is undefined when something it waits for was settled. */
  go(row: DialogRow, person: Person, arrival: Arrival | undefined): Promise<{ understood: boolean; reply: Reply }>
  /** Ends a dialog from outside: its open card is closed, and what it opened elsewhere is too. */
  end(row: DialogRow, how: Ending, arrivalId: string | undefined): Promise<Reply | undefined>
  /** Keeps a dialog as it is but for what is named. */
  keep(row: DialogRow, change: Partial<DialogChange>, arrivalId: string): Promise<void>
  /** Says something outside any dialog, once an event. */
  show(arrival: Arrival, person: Person, key: string, content: Content): Promise<Reply>
  bringOut(keys: readonly string[]): Promise<void>
  /** True for the second of two presses in the same moment. */
  startedJustNow(button: string): boolean
  drained(): Promise<void>
}

/** A card that was pressed stands where it was pressed, though whoever sent it may not have written that down yet. */
function seenAt(change: PostChange, arrival: Arrival | undefined): PostChange {
  const pressed = arrival && 'post' in arrival.inbound && arrival.inbound.post === change.key
  return pressed && arrival.place ? { ...change, standsAt: arrival.place } : change
}

/** Two presses within this time are one. */
const doubleClick = 2_000

/** As many dialogs that broke are remembered. */
const mostBroken = 1_000

/** Knows which dialogs have broken where they stand: one that does so twice, and by no fault of a store or a directory, does so each time. */
function breaks() {
  const seen = new Set<string>()
  return {
    isAgain({ id, version }: DialogRow, error: unknown): boolean {
      if (error instanceof DirectoryError || isStoreFault(error)) return false
      const place = `${id}/${version}`
      if (seen.has(place)) return true
      seen.add(place)
      const [oldest] = seen
      if (seen.size > mostBroken && oldest !== undefined) seen.delete(oldest)
      return false
    },
  }
}

const nothingParked: { readonly posts: readonly PostDraft[]; readonly changes: DialogChange['changes'] } = {
  posts: [],
  changes: [],
}

export interface Ending {
  readonly state: 'cancelled' | 'expired' | 'failed'
  readonly sentence?: string
  readonly changes?: DialogChange['changes']
}

export function conductDialogs(dependencies: ConductDependencies): Conduct {
  const { database, clock, dialogs, log } = dependencies
  const inFlight = new Set<Promise<unknown>>()
  const pressed = new Set<string>()
  const broken = breaks()

  const bringOut = (keys: readonly string[]): Promise<void> => bringing(dependencies.deliver.now(keys))
  const show = (posts: readonly Post[]): Promise<void> => bringing(dependencies.deliver.fresh(posts))

  function bringing(delivery: Promise<void>): Promise<void> {
    const work: Promise<void> = delivery
      .catch((error: unknown) => log.error({ error: String(error) }, 'posts not brought out; a sweep will'))
      .finally(() => inFlight.delete(work))
    inFlight.add(work)
    return work
  }

  function expiry(waitsFor: string | undefined): Date {
    // Somebody who waits for another person is not quiet; what they wait for has its own end.
    return new Date(clock().getTime() + dependencies.quietAfter * (waitsFor === undefined ? 1 : 4))
  }

  function asItIs(row: DialogRow): DialogChange {
    const { state, memory, asked, waitsFor } = row
    return { state, memory, asked, waitsFor, posts: [], changes: [], expiresAt: expiry(waitsFor) }
  }

  async function start(arrival: Arrival, person: Person, name: string, beginning: Beginning = {}): Promise<Reply> {
    const dialog = dialogs.find((one) => one.name === name)
    const row: DialogRow = {
      id: randomUUID(),
      tenant: person.tenant,
      person: person.id,
      name,
      correlationId: arrival.correlationId,
      state: 'open',
      channel: arrival.address.channel,
      memory: memoryOf(dialog ?? {}, beginning),
      asked: undefined,
      waitsFor: undefined,
      seen: [],
      version: 0,
      stored: false,
      openedAt: clock(),
    }
    // The row is there before the dialog does anything, so that two starts at the same moment become one.
    await writeDialog(database, row, asItIs(row), arrival.id, clock)
    const { reply } = await go({ ...row, stored: true, version: 1, seen: [arrival.id] }, person, undefined)
    return reply
  }

  async function go(
    stood: DialogRow,
    person: Person,
    arrival: Arrival | undefined,
  ): Promise<{ understood: boolean; reply: Reply }> {
    const row = arrival ? { ...stood, channel: arrival.address.channel } : stood
    if (row.channel !== undefined && row.channel !== stood.channel)
      await dependencies.moved(person, row.id, row.channel)
    const dialog = dialogs.find((one) => one.name === row.name)
    // Begun by another release, which knew it or remembered other things: say so rather than leave the person waiting.
    if (!dialog || !isOfEdition(dialog, row)) return await giveUp(row, words.renewed, arrival)
    const desk = dependencies.deskFor(person, row.id, row.correlationId, row.channel)
    const asksForWindow = arrival?.inbound.kind === 'open' || arrival?.inbound.kind === 'submit'
    const run = await runDialog(dialog, row, person, arrival?.inbound, desk).catch(
      (error: unknown): Run | undefined => {
        if (broken.isAgain(row, error)) {
          log.error({ correlationId: row.correlationId, dialog: row.name, error: String(error) }, 'dialog given up')
          return undefined
        }
        if (asksForWindow && !(error instanceof DirectoryError))
          throw new LostTrack('the window broke', { cause: error })
        throw error
      },
    )
    if (!run) return await giveUp(row, words.stuck, arrival)
    if (!run.understood) return { understood: false, reply: { kind: 'nothing' } }
    const over = run.state === 'done' ? await whatWasParked(row, run.memory) : nothingParked
    const posts = [...run.posts, ...over.posts]
    const changes = [...run.changes.map((one) => seenAt(one, arrival)), ...over.changes]
    const change = { ...run, posts, changes, expiresAt: expiry(run.waitsFor) }
    const written = await writeDialog(database, row, change, arrival?.id, clock).catch((error: unknown) => {
      if (asksForWindow && !(error instanceof StaleDialog))
        throw new LostTrack('the window was not written down', { cause: error })
      throw error
    })
    const shown = show(written)
    // A button is answered at once; words are answered when the answer stands in the chat.
    if (!run.reply) await shown
    return {
      understood: true,
      reply: run.reply ?? (asksForWindow ? { kind: 'note', text: words.seeChat } : { kind: 'nothing' }),
    }
  }

  /** Ends what cannot be gone on with. */
  async function giveUp(
    row: DialogRow,
    sentence: string,
    arrival: Arrival | undefined,
  ): Promise<{ understood: boolean; reply: Reply }> {
    const closed = await end(row, { state: 'failed', sentence }, arrival?.id)
    const pressed = arrival && 'post' in arrival.inbound
    const isWindow = arrival?.inbound.kind === 'open' || arrival?.inbound.kind === 'submit'
    const reply: Reply = isWindow ? { kind: 'note', text: sentence } : (pressed && closed) || { kind: 'nothing' }
    return { understood: true, reply }
  }

  /** At the end of a dialog: the cards that asked about something else are closed, and what was asked for is offered. */
  async function whatWasParked(
    row: DialogRow,
    memory: Readonly<Record<string, unknown>>,
  ): Promise<typeof nothingParked> {
    const parked = parkedIn(memory)
    const cards = await Promise.all(parked.cards.map((key) => readPost(database, key)))
    const changes = cards.flatMap((card) =>
      card && 'card' in card.content && card.content.closed === undefined
        ? [{ key: card.key, content: { ...card.content, closed: words.closedUnanswered } }]
        : [],
    )
    const posts = parked.dialogs.map((name) => {
      const title = dialogs.find((dialog) => dialog.name === name)?.title ?? name
      const data = {
        title: 'You also asked for something',
        text: `Shall we go on with "${title}"?`,
        button: title,
        ids: { dialog: name },
      }
      return post(row, { tenant: row.tenant, id: row.person }, `come-back-${name}`, { card: 'offer', data })
    })
    return { posts, changes }
  }

  function post(row: DialogRow, person: Pick<Person, 'tenant' | 'id'>, key: string, content: Content): PostDraft {
    const to = { tenant: person.tenant, person: person.id }
    return { key: postKey(row.id, key), to, content, dialogId: row.id, correlationId: row.correlationId }
  }

  async function end(row: DialogRow, how: Ending, arrivalId: string | undefined): Promise<Reply | undefined> {
    const asked = row.asked === undefined ? undefined : await readPost(database, postKey(row.id, row.asked))
    const over = await whatWasParked(row, row.memory)
    const decided = new Set(how.changes?.map(({ key }) => key))
    const changes = [...(how.changes ?? []), ...over.changes.filter(({ key }) => !decided.has(key))]
    let reply: Reply | undefined
    if (asked && 'card' in asked.content && asked.content.closed === undefined) {
      const content = { ...asked.content, closed: how.sentence ?? words.closedUnanswered }
      changes.push({ key: asked.key, content })
      reply = { kind: 'card', post: asked.key, content }
    }
    const said = how.sentence
      ? [post(row, { tenant: row.tenant, id: row.person }, how.state, { text: how.sentence })]
      : []
    const posts = [...said, ...over.posts]
    const written = await writeDialog(
      database,
      row,
      { ...asItIs(row), state: how.state, asked: undefined, waitsFor: undefined, posts, changes },
      arrivalId,
      clock,
    )
    const others = await dependencies.abandoned(row, how.state)
    await Promise.all([show(written), others.length > 0 ? bringOut(others) : undefined])
    return reply
  }

  return {
    dialogs,
    start,
    go,
    end,
    bringOut,
    startedJustNow(button) {
      if (pressed.has(button)) return true
      pressed.add(button)
      setTimeout(() => pressed.delete(button), doubleClick).unref()
      return false
    },
    async keep(row, change, arrivalId) {
      await show(await writeDialog(database, row, { ...asItIs(row), ...change }, arrivalId, clock))
    },
    async show(arrival, person, key, content) {
      const draft: PostDraft = {
        key: `${arrival.id}:${key}`.slice(-300),
        to: { tenant: person.tenant, person: person.id },
        content,
        correlationId: arrival.correlationId,
      }
      await show(await putPosts(database, [draft], clock))
      return { kind: 'nothing' }
    },
    async drained() {
      while (inFlight.size > 0) await Promise.all(inFlight)
    },
  }
}
