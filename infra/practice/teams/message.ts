import type { JsonObject } from './json.ts'

export const ADAPTIVE_CARD = 'application/vnd.microsoft.card.adaptive'

export interface Attachment {
  readonly contentType: string
  readonly content?: unknown
  readonly contentUrl?: string
  readonly name?: string
}

export interface Sender {
  /** `29:…` for a person, `28:…` for the bot. */
  readonly id: string
  readonly name: string
  readonly role: 'bot' | 'user'
  /** Object id, people only. */
  readonly personId?: string
}

/** One message as the members of its conversation see it. */
export interface Message {
  /** Milliseconds since 1970 as text, strictly increasing over all conversations, as Teams numbers messages. */
  readonly id: string
  readonly conversationId: string
  readonly from: Sender
  readonly text: string
  readonly textFormat: 'plain' | 'markdown' | 'xml'
  readonly attachments: readonly Attachment[]
  /** ISO 8601. */
  readonly timestamp: string
  readonly updatedAt?: string
  readonly replyToId?: string
  /** First message of the thread, channel messages only. */
  readonly threadId?: string
  readonly suggestedActions?: unknown
  /** Cards that replaced the message's own card for one person (by object id), until the bot updates the message. */
  readonly cardFor?: Readonly<Record<string, JsonObject>>
}

/** The Adaptive Card this person sees on a message: their own replacement, or everybody's card. */
export function cardShownTo(personId: string, message: Message): JsonObject | undefined {
  const own = message.cardFor?.[personId]
  if (own) return own
  const attachment = message.attachments.find(({ contentType }) => contentType === ADAPTIVE_CARD)
  return attachment?.content as JsonObject | undefined
}

/** Message ids are numbers of one length, so this is their order in time. */
export const isAfter = (id: string, after: string) => Number(id) > Number(after)
