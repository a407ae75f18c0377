import type { Dialog } from '../../dialogs/dialog.ts'
import type { CardContent, Chat, Content, Given, Inbound, Reply } from '../channels/chat.ts'
import type { Desk } from '../desk.ts'
import { looksLikeSecret } from '../escalation/looks-like-secret.ts'
import { type Person, type UserId, userId } from '../identity/person.ts'
import { plainText } from '../plain-text.ts'
import type { PostChange, PostDraft } from './outbox.ts'

/** What of a dialog's row a run reads and changes. */
export interface DialogMemory {
  readonly id: string
  readonly correlationId: string
  /** Answers by the name they were asked by; `said:` marks what was shown. */
  readonly memory: Record<string, unknown>
  readonly asked: string | undefined
  readonly waitsFor: string | undefined
}

/** What a run left behind. Nothing of it has happened yet: the caller commits and brings it out. */
export interface Run {
  readonly state: 'open' | 'done'
  readonly memory: Record<string, unknown>
  readonly asked: string | undefined
  readonly waitsFor: string | undefined
  readonly posts: readonly PostDraft[]
  readonly changes: readonly PostChange[]
  readonly reply: Reply | undefined
  /** False when the dialog made nothing of what came in. */
  readonly understood: boolean
}

/** Thrown to leave a dialog at an open question; dialogs never catch it. */
class Suspended extends Error {}

/** Where a dialog's memory holds whom it was started for, and what was said then. */
const startedFor = 'started-for'
const startedWith = 'started-with'
/** And of which edition the dialog was then. */
const startedIn = 'started-in'

const firstEdition = 1

const longestTopic = 300

/** What a dialog starts with. `about`: somebody else whom it concerns, found by ids. `topic`: the words that started it. */
export interface Beginning {
  readonly about?: UserId | undefined
  readonly topic?: string | undefined
}

/** What a dialog remembers at its start. Words that may hold a secret are not kept. */
export function firstMemory({ about, topic }: Beginning): Record<string, unknown> {
  const words = topic === undefined || looksLikeSecret(topic) ? undefined : plainText(topic, longestTopic)
  return {
    ...(about === undefined ? {} : { [startedFor]: about }),
    ...(words === undefined || words === '' ? {} : { [startedWith]: words }),
  }
}

/** What a dialog of this edition remembers; those that never changed say nothing of it. */
export function memoryOf(
  { edition = firstEdition }: Pick<Dialog, 'edition'>,
  beginning: Beginning,
): Record<string, unknown> {
  return { ...firstMemory(beginning), ...(edition === firstEdition ? {} : { [startedIn]: edition }) }
}

/** Whether what was remembered is what this edition of the dialog remembers. */
export function isOfEdition({ edition = firstEdition }: Pick<Dialog, 'edition'>, { memory }: DialogMemory): boolean {
  return (memory[startedIn] ?? firstEdition) === edition
}

/** The key of a dialog's post: known from the dialog's id and the name of the question. */
export function postKey(dialogId: string, key: string): string {
  return `${dialogId}/${key}`
}

/**
 * Runs a dialog from its first line with all it remembers, up to the next open question or its end.
 * @param inbound what came in for this dialog; undefined when something it waits for may have been settled
 */
export async function runDialog(
  dialog: Dialog,
  row: DialogMemory,
  person: Person,
  inbound: Inbound | undefined,
  desk: Desk,
): Promise<Run> {
  const memory = { ...row.memory }
  const posts: PostDraft[] = []
  const changes: PostChange[] = []
  let asked = row.asked
  let waitsFor = row.waitsFor
  let reply: Reply | undefined
  let pending = inbound
  let understood = inbound === undefined

  const draft = (key: string, content: Content): PostDraft => ({
    key: postKey(row.id, key),
    to: { tenant: person.tenant, person: person.id },
    content,
    dialogId: row.id,
    correlationId: row.correlationId,
  })
  /** Shows a question once; every further run finds it standing. */
  const stand = (key: string, content: Content, signal?: string): never => {
    if (asked !== key) posts.push({ ...draft(key, content), askedAgain: true })
    asked = key
    waitsFor = signal
    throw new Suspended()
  }
  const settle = <T>(key: string, content: Content, keep: T, closing: string): T => {
    memory[key] = keep === undefined ? null : keep
    asked = undefined
    waitsFor = undefined
    if ('card' in content) {
      const closed = { ...content, closed: closing }
      changes.push({ key: postKey(row.id, key), content: closed })
      if (reply === undefined) reply = { kind: 'card', post: postKey(row.id, key), content: closed }
    }
    return keep
  }
  const renew = (key: string, content: CardContent): void => {
    changes.push({ key: postKey(row.id, key), content })
    reply = { kind: 'card', post: postKey(row.id, key), content }
  }
  /** What came in, if it is meant for this question; each thing that comes in is used once. */
  const takeGiven = (key: string): Given | undefined => {
    if (asked !== key || !pending) return undefined
    if (pending.kind === 'text') return { by: 'text', text: pending.text }
    if (pending.kind === 'press' && pending.post === postKey(row.id, key))
      return { by: 'button', values: pending.values }
    return undefined
  }
  const use = (): void => {
    pending = undefined
    understood = true
  }

  const chat: Chat = {
    person,
    dialogId: row.id,
    correlationId: row.correlationId,
    about: userId.safeParse(memory[startedFor]).data,
    topic: typeof memory[startedWith] === 'string' ? memory[startedWith] : undefined,
    say(key, content) {
      if (memory[`said:${key}`]) return
      memory[`said:${key}`] = true
      posts.push(draft(key, content))
    },
    async ask(key, content, read, closing) {
      if (key in memory) return memory[key] as never
      const given = takeGiven(key)
      const answer = given && read(given)
      if (answer === undefined) return stand(key, content)
      use()
      return settle(key, content, answer, closing(answer))
    },
    async askSecret(key, content, take) {
      if (key in memory) return memory[key] as never
      const given = takeGiven(key)
      if (!given) return stand(key, content)
      const taken = await take(given)
      if (!taken) return stand(key, content)
      use()
      if ('keep' in taken) return settle(key, content, taken.keep, taken.closing)
      renew(key, taken.again)
      return stand(key, content)
    },
    async once(key, work) {
      if (key in memory) return memory[key] as never
      const result = await work()
      memory[key] = result === undefined ? null : result
      return result
    },
    async waitFor(key, signal, content, read) {
      if (key in memory) return memory[key] as never
      const settled = await read()
      if (!settled) return stand(key, content, signal)
      return settle(key, content, settled.keep, settled.closing)
    },
    async window(key, offer, window) {
      if (key in memory) return memory[key] as never
      const mine = asked === key && pending && 'post' in pending && pending.post === postKey(row.id, key)
      if (!mine || !pending) return stand(key, offer)
      if (pending.kind === 'open') {
        use()
        const opened = await window.open()
        reply = { kind: 'window', title: opened.title, post: postKey(row.id, key), content: opened.content }
        if (!opened.settled) return stand(key, offer)
        return settle(key, offer, opened.settled.keep, opened.settled.closing)
      }
      if (pending.kind === 'submit') {
        const { values } = pending
        use()
        const taken = await window.submit(values)
        if ('again' in taken) {
          reply = { kind: 'window', title: taken.again.title, post: postKey(row.id, key), content: taken.again.content }
          return stand(key, offer)
        }
        reply = { kind: 'close-window' }
        return settle(key, offer, taken.keep, taken.closing)
      }
      return stand(key, offer)
    },
  }

  let state: Run['state'] = 'done'
  try {
    await dialog.talk(chat, desk)
  } catch (error) {
    if (!(error instanceof Suspended)) throw error
    state = 'open'
  }
  if (state === 'done') {
    asked = undefined
    waitsFor = undefined
  }
  // Also a run that took nothing in may have got somewhere: the world has changed since the question was asked.
  const moved = state === 'done' || asked !== row.asked || posts.length > 0 || changes.length > 0
  return { state, memory, asked, waitsFor, posts, changes, reply, understood: understood || moved }
}
