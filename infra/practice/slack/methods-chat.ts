import { SlackApiError } from './api-error.ts'
import type { Arguments } from './arguments.ts'
import { messageContent } from './message-content.ts'
import { conversationOf, joinedConversation, type Method } from './method.ts'
import type { Message } from './shapes.ts'
import {
  addMessage,
  changeMessage,
  channelType,
  deleteMessage,
  type SlackState,
  senderBot,
  wireMessage,
} from './state.ts'

const scopes = () => ['chat:write']

function contentOf(given: Arguments) {
  const blocks = given.has('blocks') ? given.structure('blocks', 'invalid_blocks_format') : undefined
  return messageContent(given.text('text'), blocks)
}

function threadOf(given: Arguments, state: SlackState, conversationId: string): string | undefined {
  if (!given.has('thread_ts')) return undefined
  const parent = state.conversations.message(conversationId, given.text('thread_ts'))
  if (!parent || parent.ephemeralTo !== undefined) throw new SlackApiError('thread_not_found')
  return parent.threadTs ?? parent.ts
}

/** A message of the bot's own, by `channel` and `ts`. */
function ownMessage(given: Arguments, state: SlackState): Message {
  const { id } = conversationOf(state, given)
  const message = state.conversations.message(id, given.text('ts'))
  if (!message || message.ephemeralTo !== undefined) throw new SlackApiError('message_not_found')
  return message
}

const postMessage: Method = {
  scopes,
  run(given, state) {
    const conversation = joinedConversation(state, given)
    const threadTs = threadOf(given, state, conversation.id)
    const message = addMessage(state, conversation, senderBot(state), { ...defined(contentOf(given)), threadTs })
    const wire = wireMessage(state, message)
    state.tellBot({ ...wire, channel: conversation.id, event_ts: message.ts, channel_type: channelType(conversation) })
    return { channel: conversation.id, ts: message.ts, message: wire }
  },
}

const postEphemeral: Method = {
  scopes,
  run(given, state) {
    const conversation = joinedConversation(state, given)
    const user = given.text('user')
    if (!state.people.get(user)) throw new SlackApiError('user_not_found')
    if (!conversation.members.has(user)) throw new SlackApiError('user_not_in_channel')
    const threadTs = threadOf(given, state, conversation.id)
    const message = addMessage(state, conversation, senderBot(state), {
      ...defined(contentOf(given)),
      threadTs,
      ephemeralTo: user,
    })
    return { message_ts: message.ts }
  },
}

const update: Method = {
  scopes,
  run(given, state) {
    const before = ownMessage(given, state)
    if (!before.from.isBot) throw new SlackApiError('cant_update_message')
    const { text, blocks } = contentOf(given)
    // "If you don't include this field, the message's previous blocks will be retained."
    const message = changeMessage(state, before, { text, blocks: blocks ?? before.blocks })
    const { conversationId: channel, ts } = message
    const wire = wireMessage(state, message)
    const eventTs = state.nextTs()
    state.tellBot({
      type: 'message',
      subtype: 'message_changed',
      hidden: true,
      channel,
      ts: eventTs,
      event_ts: eventTs,
      channel_type: state.conversations.get(channel)?.kind,
      message: wire,
      previous_message: wireMessage(state, before),
    })
    return { channel, ts, text, message: wire }
  },
}

const remove: Method = {
  scopes,
  run(given, state) {
    const message = ownMessage(given, state)
    if (!message.from.isBot) throw new SlackApiError('cant_delete_message')
    deleteMessage(state, message)
    return { channel: message.conversationId, ts: message.ts }
  },
}

const getPermalink: Method = {
  run(given, state) {
    const { id } = conversationOf(state, given)
    const ts = given.text('message_ts')
    if (!state.conversations.message(id, ts)) throw new SlackApiError('message_not_found')
    return { channel: id, permalink: `https://practice.slack.com/archives/${id}/p${ts.replace('.', '')}` }
  },
}

const defined = ({ text, blocks }: ReturnType<typeof contentOf>) => ({ text, blocks: blocks ?? [] })

export const chatMethods: Readonly<Record<string, Method>> = {
  'chat.postMessage': postMessage,
  'chat.postEphemeral': postEphemeral,
  'chat.update': update,
  'chat.delete': remove,
  'chat.getPermalink': getPermalink,
}
