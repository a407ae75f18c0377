import type { Message } from './shapes.ts'

export interface Conversation {
  readonly id: string
  readonly kind: 'im' | 'channel' | 'group'
  readonly name: string
  /** The other side of a direct message. */
  readonly user?: string
  /** User ids, the bot's included where it is a member. */
  readonly members: Set<string>
}

export interface TranscribedMessage extends Message {
  readonly deleted?: true
  /** What the message said before it was changed, oldest first. */
  readonly earlier?: readonly unknown[]
}

export interface Conversations {
  get(id: string): Conversation | undefined
  ensure(conversation: Omit<Conversation, 'members'> & { readonly members: readonly string[] }): Conversation
  all(): readonly Conversation[]
  /** Messages that are not deleted, oldest first; with `user`, the ephemeral ones that person sees as well. */
  messages(id: string, user?: string): readonly Message[]
  /** Ephemeral ones included. */
  message(id: string, ts: string): Message | undefined
  add(message: Message): void
  replace(message: Message): void
  delete(id: string, ts: string): boolean
  transcript(): readonly { readonly conversationId: string; readonly messages: readonly TranscribedMessage[] }[]
}

interface Stored {
  message: Message
  deleted: boolean
  readonly earlier: unknown[]
}

const MOST_MESSAGES = 500
const MOST_VERSIONS = 50
const MOST_CONVERSATIONS = 20_000

/** The memory of practice Slack: 500 messages a conversation, 20,000 conversations; beyond that the oldest is forgotten. */
export function createConversations(): Conversations {
  const all = new Map<string, { readonly conversation: Conversation; readonly stored: Stored[] }>()
  const find = (id: string, ts: string) =>
    all.get(id)?.stored.findLast(({ message, deleted }) => message.ts === ts && !deleted)
  return {
    get: (id) => all.get(id)?.conversation,
    ensure(wanted) {
      const known = all.get(wanted.id)
      if (known) return known.conversation
      const conversation: Conversation = { ...wanted, members: new Set(wanted.members) }
      all.set(wanted.id, { conversation, stored: [] })
      if (all.size > MOST_CONVERSATIONS) {
        for (const [oldest, entry] of all) {
          if (entry.conversation.kind !== 'im') continue
          all.delete(oldest)
          break
        }
      }
      return conversation
    },
    all: () => [...all.values()].map(({ conversation }) => conversation),
    messages: (id, user) =>
      all
        .get(id)
        ?.stored.filter(({ deleted }) => !deleted)
        .map(({ message }) => message)
        .filter(({ ephemeralTo }) => ephemeralTo === undefined || ephemeralTo === user) ?? [],
    message: (id, ts) => find(id, ts)?.message,
    add(message) {
      const stored = all.get(message.conversationId)?.stored
      stored?.push({ message, deleted: false, earlier: [] })
      if (stored && stored.length > MOST_MESSAGES) stored.shift()
    },
    replace(message) {
      const stored = find(message.conversationId, message.ts)
      if (!stored) return
      stored.earlier.push([stored.message.text, stored.message.blocks])
      if (stored.earlier.length > MOST_VERSIONS) stored.earlier.shift()
      stored.message = message
    },
    delete(id, ts) {
      const stored = find(id, ts)
      if (stored) stored.deleted = true
      return stored !== undefined
    },
    transcript: () =>
      [...all.values()].map(({ conversation, stored }) => ({
        conversationId: conversation.id,
        messages: stored.map(({ message, deleted, earlier }) => ({
          ...message,
          ...(deleted ? { deleted } : {}),
          ...(earlier.length > 0 ? { earlier: [...earlier] } : {}),
        })),
      })),
  }
}
