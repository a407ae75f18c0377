import type { JsonObject } from './json.ts'
import type { Message } from './message.ts'

export type ConversationKind = 'personal' | 'channel' | 'groupChat'

export interface Conversation {
  /** Without `;messageid=`. */
  readonly id: string
  readonly kind: ConversationKind
  readonly name?: string
  /** Object ids; grows as people take part. */
  readonly personIds: Set<string>
}

/** A conversation with everything that was ever shown in it, for the search for secrets. */
export interface TranscribedConversation {
  readonly conversationId: string
  readonly kind: ConversationKind
  readonly personIds: readonly string[]
  readonly messages: readonly TranscribedMessage[]
}

export interface TranscribedMessage extends Message {
  readonly deleted?: true
  /** What the message said before it was updated, oldest first. */
  readonly earlier?: readonly (readonly unknown[])[]
}

export interface Conversations {
  get(id: string): Conversation | undefined
  /** The conversation of that id, made when it is not there yet. */
  ensure(id: string, kind: ConversationKind, personIds: readonly string[], name?: string): Conversation
  /** Messages that are not deleted, oldest first. */
  messages(id: string): readonly Message[]
  message(id: string, messageId: string): Message | undefined
  add(message: Message): void
  /** Replaces the content of a message for everybody; per-person cards go. */
  update(message: Message): void
  delete(id: string, messageId: string): boolean
  replaceCard(id: string, messageId: string, personId: string, card: JsonObject): void
  transcript(): readonly TranscribedConversation[]
}

interface Stored {
  message: Message
  deleted: boolean
  readonly earlier: (readonly unknown[])[]
}

const MOST_MESSAGES = 500
const MOST_VERSIONS = 50
const MOST_CONVERSATIONS = 20_000

/**
 * The memory of practice Teams: 500 messages a conversation, 20,000 conversations; beyond that the oldest message, or the
 * conversation that was silent longest, is forgotten.
 */
export function createConversations(): Conversations {
  const all = new Map<string, { readonly conversation: Conversation; readonly stored: Stored[] }>()
  const find = (id: string, messageId: string) =>
    all.get(id)?.stored.findLast(({ message, deleted }) => message.id === messageId && !deleted)
  const remember = (stored: Stored, shown: readonly unknown[]) => {
    stored.earlier.push(shown)
    if (stored.earlier.length > MOST_VERSIONS) stored.earlier.shift()
  }
  return {
    get: (id) => all.get(id)?.conversation,
    ensure(id, kind, personIds, name) {
      const entry = all.get(id) ?? {
        conversation: { id, kind, personIds: new Set<string>(), ...(name === undefined ? {} : { name }) },
        stored: [],
      }
      for (const personId of personIds) entry.conversation.personIds.add(personId)
      all.delete(id)
      all.set(id, entry)
      if (all.size > MOST_CONVERSATIONS) {
        for (const [oldest, { conversation }] of all) {
          if (conversation.kind === 'channel') continue
          all.delete(oldest)
          break
        }
      }
      return entry.conversation
    },
    messages: (id) => all.get(id)?.stored.flatMap(({ message, deleted }) => (deleted ? [] : [message])) ?? [],
    message: (id, messageId) => find(id, messageId)?.message,
    add(message) {
      const stored = all.get(message.conversationId)?.stored
      stored?.push({ message, deleted: false, earlier: [] })
      if (stored && stored.length > MOST_MESSAGES) stored.shift()
    },
    update(message) {
      const stored = find(message.conversationId, message.id)
      if (!stored) return
      const { text, attachments, cardFor } = stored.message
      remember(stored, [text, attachments, cardFor])
      stored.message = message
    },
    delete(id, messageId) {
      const stored = find(id, messageId)
      if (stored) stored.deleted = true
      return stored !== undefined
    },
    replaceCard(id, messageId, personId, card) {
      const stored = find(id, messageId)
      if (!stored) return
      const previous = stored.message.cardFor?.[personId]
      if (previous) remember(stored, [previous])
      stored.message = { ...stored.message, cardFor: { ...stored.message.cardFor, [personId]: card } }
    },
    transcript: () =>
      [...all.values()].map(({ conversation, stored }) => ({
        conversationId: conversation.id,
        kind: conversation.kind,
        personIds: [...conversation.personIds],
        messages: stored.map(({ message, deleted, earlier }) => ({
          ...message,
          ...(deleted ? { deleted } : {}),
          ...(earlier.length > 0 ? { earlier: [...earlier] } : {}),
        })),
      })),
  }
}
