import { z } from 'zod'
import { readBotActivity } from './bot-activity.ts'
import { refusal } from './connector-error.ts'
import type { Conversation } from './conversations.ts'
import { splitThread, threadOf } from './identifiers.ts'
import type { Message } from './message.ts'
import { rosterEntry } from './people.ts'
import { addMessage, CHANNELS, emit, findConversation, personalChat, senderBot, type TeamsState } from './state.ts'

/** What the bot may do through the connector. All throw ConnectorError in Teams' words when it may not. */
export interface BotSide {
  createConversation(body: unknown): { readonly id: string; readonly activityId?: string; readonly serviceUrl: string }
  post(conversationId: string, activity: unknown, replyToId: string | undefined): { readonly id: string }
  update(conversationId: string, activityId: string, activity: unknown): { readonly id: string }
  delete(conversationId: string, activityId: string): void
  roster(conversationId: string): readonly ReturnType<typeof rosterEntry>[]
  member(conversationId: string, memberId: string): ReturnType<typeof rosterEntry>
}

const parametersSchema = z.object({
  members: z
    .array(z.object({ id: z.string().max(500) }))
    .max(100)
    .nullish(),
  tenantId: z.string().nullish(),
  activity: z.unknown().optional(),
  channelData: z
    .object({
      tenant: z.object({ id: z.string() }).nullish(),
      channel: z.object({ id: z.string() }).nullish(),
    })
    .nullish(),
})

export function createBotSide(state: TeamsState): BotSide {
  const { identifiers, conversations } = state

  const beginsThread = ({ id }: Conversation, threadId: string) =>
    conversations.message(id, threadId)?.threadId === threadId
  const reachable = (conversationId: string) => {
    const { id, threadId } = splitThread(conversationId)
    const conversation = findConversation(state, id)
    if (!conversation || (threadId !== undefined && !beginsThread(conversation, threadId)))
      throw refusal.noConversation()
    return { conversation, threadId }
  }
  const writable = (conversationId: string) => {
    const found = reachable(conversationId)
    mayWrite(found.conversation)
    return found
  }
  const mayWrite = (conversation: Conversation) => {
    if (conversation.kind === 'channel' && !state.team.hasBot) throw refusal.notInRoster()
    if (conversation.kind !== 'personal') return
    for (const personId of conversation.personIds) {
      const { blocked, installed } = state.installations.of(personId)
      if (blocked) throw refusal.blocked()
      if (!installed) throw refusal.notInRoster()
    }
  }
  const ownMessage = (conversationId: string, activityId: string): Message => {
    const { conversation, threadId } = writable(conversationId)
    const message = conversations.message(conversation.id, activityId)
    if (!message || (threadId !== undefined && message.threadId !== threadId)) throw refusal.noActivity()
    if (message.from.role !== 'bot') throw refusal.notYours()
    return message
  }
  const threadAnswered = (conversation: Conversation, threadId: string | undefined, replyToId: string | undefined) => {
    if (conversation.kind !== 'channel') return undefined
    return threadId ?? (replyToId && conversations.message(conversation.id, replyToId)?.threadId)
  }

  const post: BotSide['post'] = (conversationId, activity, replyToId) => {
    const { conversation, threadId } = writable(conversationId)
    const content = readBotActivity(activity)
    if (content === 'typing') {
      emit(state, conversation, { type: 'typing' })
      return { id: state.nextId() }
    }
    const answered = replyToId ?? content.replyToId
    const thread = threadAnswered(conversation, threadId, answered)
    const { id } = addMessage(state, conversation, senderBot(state), {
      ...content,
      replyToId: answered,
      threadId: thread,
    })
    return { id }
  }

  return {
    post,

    createConversation(body) {
      const parsed = parametersSchema.safeParse(body)
      if (!parsed.success) throw refusal.badSyntax('Incorrect conversation creation parameters')
      const { members, tenantId, channelData, activity } = parsed.data
      const channelId = channelData?.channel?.id
      if (channelId !== undefined) {
        const { conversation, threadId } = writable(channelId)
        if (conversation.kind !== 'channel' || threadId !== undefined) throw refusal.badSyntax('Invalid channel id')
        const content = readBotActivity(activity)
        if (content === 'typing') throw refusal.badArgument('A thread starts with a message')
        const { id } = addMessage(state, conversation, senderBot(state), content)
        return { id: threadOf(conversation.id, id), activityId: id, serviceUrl: state.serviceUrl }
      }
      if ((tenantId ?? channelData?.tenant?.id) !== state.tenantId) throw refusal.badSyntax('Invalid tenant')
      const [member, ...others] = members ?? []
      if (!member || others.length > 0) throw refusal.badSyntax('Incorrect conversation creation parameters')
      const personId = identifiers.personOf(member.id)
      if (personId === undefined || !state.person(personId)) throw refusal.badSyntax('Failed to decrypt pairwise id')
      if (!state.installations.of(personId).installed) throw refusal.notInstalled()
      const conversation = personalChat(state, personId)
      const activityId = activity == null ? undefined : post(conversation.id, activity, undefined).id
      return { id: conversation.id, ...(activityId ? { activityId } : {}), serviceUrl: state.serviceUrl }
    },

    update(conversationId, activityId, activity) {
      const { conversation } = writable(conversationId)
      const { cardFor: _personalCards, ...message } = ownMessage(conversationId, activityId)
      const content = readBotActivity(activity)
      if (content === 'typing') throw refusal.badArgument('A message cannot become a typing indicator')
      const { text, textFormat, attachments } = content
      const updated = { ...message, text, textFormat, attachments, updatedAt: state.clock().toISOString() }
      conversations.update(updated)
      emit(state, conversation, { type: 'updated', message: updated })
      return { id: activityId }
    },

    delete(conversationId, activityId) {
      const { conversation } = writable(conversationId)
      ownMessage(conversationId, activityId)
      conversations.delete(conversation.id, activityId)
      emit(state, conversation, { type: 'deleted', messageId: activityId })
    },

    roster(conversationId) {
      const { conversation } = reachable(conversationId)
      return [...conversation.personIds].flatMap((personId) => {
        const person = state.person(personId)
        return person ? [rosterEntry(person, identifiers)] : []
      })
    },

    member(conversationId, memberId) {
      const { conversation } = reachable(conversationId)
      const personId = identifiers.personOf(memberId)
      const person = personId !== undefined && conversation.personIds.has(personId) ? state.person(personId) : undefined
      if (!person) throw refusal.noMember()
      return rosterEntry(person, identifiers)
    },
  }
}

/** The channels as `GET /v3/teams/{id}/conversations` lists them: General has no name there. */
export const channelList = () => ({
  conversations: CHANNELS.map(({ id, name }) =>
    name === 'General' ? { id, type: 'standard' } : { id, name, type: 'standard' },
  ),
})
