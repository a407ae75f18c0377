import { type Bot, botIdOf } from './activities.ts'
import type { Conversation, Conversations } from './conversations.ts'
import type { EventBus, TeamsEvent } from './events.ts'
import { generalChannelId, type Identifiers, itChannelId } from './identifiers.ts'
import type { Attachment, Message, Sender } from './message.ts'
import type { Installations, TeamsPerson } from './people.ts'

/** What the two sides of practice Teams share: the connector writes for the bot, the client for the people. */
export interface TeamsState {
  readonly tenantId: string
  readonly bot: Bot
  readonly serviceUrl: string
  readonly identifiers: Identifiers
  readonly conversations: Conversations
  readonly installations: Installations
  /** Whether the team has the app: without it the bot is in none of its channels. */
  readonly team: { hasBot: boolean }
  readonly bus: EventBus
  readonly clock: () => Date
  person(id: string): TeamsPerson | undefined
  /** Teams numbers messages by the millisecond; two in one millisecond get numbers of their own. */
  nextId(): string
}

export interface MessageContent {
  readonly text: string
  readonly textFormat: Message['textFormat']
  readonly attachments: readonly Attachment[]
  readonly replyToId?: string | undefined
  readonly threadId?: string | undefined
  readonly suggestedActions?: unknown
}

export const CHANNELS: readonly { readonly id: string; readonly name: string }[] = [
  { id: generalChannelId, name: 'General' },
  { id: itChannelId, name: 'IT Help Desk' },
]

export function numberedFrom(clock: () => Date): () => string {
  let last = 0
  return () => {
    last = Math.max(last + 1, clock().getTime())
    return String(last)
  }
}

/** The personal chat of a person, made when it is first looked at. */
export function personalChat(state: TeamsState, personId: string): Conversation {
  return state.conversations.ensure(state.identifiers.ofChat(personId), 'personal', [personId])
}

/** A channel, a group chat that was made, or the personal chat of anybody in the company; undefined for all else. */
export function findConversation(state: TeamsState, id: string): Conversation | undefined {
  const personId = state.identifiers.personOfChat(id)
  if (personId !== undefined) return state.person(personId) && personalChat(state, personId)
  return state.conversations.get(id)
}

export const senderBot = (state: TeamsState): Sender => ({ id: botIdOf(state.bot), name: state.bot.name, role: 'bot' })

export const senderPerson = (state: TeamsState, person: TeamsPerson): Sender => ({
  id: state.identifiers.ofPerson(person.id),
  name: person.name,
  role: 'user',
  personId: person.id,
})

/** Adds a message and tells everyone who looks. In a channel, a message that answers none starts a thread of its own. */
export function addMessage(
  state: TeamsState,
  conversation: Conversation,
  from: Sender,
  content: MessageContent,
): Message {
  const id = state.nextId()
  const message: Message = {
    id,
    conversationId: conversation.id,
    from,
    text: content.text,
    textFormat: content.textFormat,
    attachments: content.attachments,
    timestamp: state.clock().toISOString(),
    ...(content.replyToId === undefined ? {} : { replyToId: content.replyToId }),
    ...(conversation.kind === 'channel' ? { threadId: content.threadId ?? id } : {}),
    ...(content.suggestedActions === undefined ? {} : { suggestedActions: content.suggestedActions }),
  }
  state.conversations.add(message)
  emit(state, conversation, { type: 'message', message })
  return message
}

type Untold = { readonly conversationId: string; readonly personIds: readonly string[] }
type WithoutConversation<Event> = Event extends TeamsEvent ? Omit<Event, keyof Untold> : never

export function emit(state: TeamsState, conversation: Conversation, event: WithoutConversation<TeamsEvent>): void {
  state.bus.emit({ ...event, conversationId: conversation.id, personIds: [...conversation.personIds] } as TeamsEvent)
}
