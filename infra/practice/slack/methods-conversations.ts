import { SlackApiError } from './api-error.ts'
import type { Arguments } from './arguments.ts'
import type { Conversation } from './conversations.ts'
import { conversationOf, joinedConversation, type Method, scopeAbout } from './method.ts'
import { directMessage, type SlackState, wireMessage } from './state.ts'

const wire = (conversation: Conversation, state: SlackState) => {
  const { id, kind, name, user, members } = conversation
  const isMember = members.has(state.bot.userId)
  if (kind === 'im') return { id, is_im: true, user, is_open: true, is_archived: false }
  const isPrivate = kind === 'group'
  return {
    id,
    name,
    is_channel: true,
    is_im: false,
    is_private: isPrivate,
    is_member: isMember,
    is_archived: false,
    num_members: members.size,
  }
}

/** One page of a list and the cursor of the next (https://docs.slack.dev/apis/web-api/pagination). */
export function page<Item>(all: readonly Item[], given: Arguments): { items: readonly Item[]; next_cursor: string } {
  const cursor = given.text('cursor')
  const start = cursor === '' ? 0 : Number(Buffer.from(cursor, 'base64url').toString())
  if (!Number.isInteger(start) || start < 0) throw new SlackApiError('invalid_cursor')
  const limit = given.count('limit', 100, 1_000)
  const end = start + limit
  return {
    items: all.slice(start, end),
    next_cursor: end < all.length ? Buffer.from(String(end)).toString('base64url') : '',
  }
}

const open: Method = {
  scopes: () => ['im:write'],
  run(given, state) {
    const resumed = given.has('channel') ? state.conversations.get(given.text('channel')) : undefined
    if (given.has('channel') && resumed?.kind !== 'im') throw new SlackApiError('channel_not_found')
    const users = resumed?.user === undefined ? given.text('users').split(',').filter(Boolean) : [resumed.user]
    const [user = ''] = users
    if (user === '') throw new SlackApiError('users_list_not_supplied')
    // A chat of several would need mpim:write, which no bot here has.
    if (users.length > 1) throw new SlackApiError('missing_scope', { needed: 'mpim:write' })
    const person = state.people.get(user)
    if (!person) throw new SlackApiError('user_not_found')
    if (person.deleted) throw new SlackApiError('user_disabled')
    const chat = directMessage(state, user)
    const channel = given.flag('return_im') ? wire(chat, state) : { id: chat.id }
    return { no_op: false, already_open: false, channel }
  },
}

const info: Method = {
  scopes: scopeAbout('read'),
  run(given, state) {
    const conversation = conversationOf(state, given)
    if (conversation.kind === 'group') joinedConversation(state, given)
    return { channel: wire(conversation, state) }
  },
}

const list: Method = {
  scopes: scopeAbout('read'),
  run(given, state) {
    const types = (given.text('types') || 'public_channel').split(',')
    const named = { channel: 'public_channel', group: 'private_channel', im: 'im' } as const
    const visible = state.conversations
      .all()
      .filter(
        ({ kind, members }) => types.includes(named[kind]) && (kind === 'channel' || members.has(state.bot.userId)),
      )
    const { items, next_cursor } = page(visible, given)
    return { channels: items.map((one) => wire(one, state)), response_metadata: { next_cursor } }
  },
}

const members: Method = {
  scopes: scopeAbout('read'),
  run(given, state) {
    const { items, next_cursor } = page([...conversationOf(state, given).members], given)
    return { members: items, response_metadata: { next_cursor } }
  },
}

const join: Method = {
  scopes: () => ['channels:join'],
  run(given, state) {
    const conversation = conversationOf(state, given)
    if (conversation.kind !== 'channel') throw new SlackApiError('method_not_supported_for_channel_type')
    conversation.members.add(state.bot.userId)
    return { channel: wire(conversation, state) }
  },
}

const history: Method = {
  scopes: scopeAbout('history'),
  run(given, state) {
    const { id } = joinedConversation(state, given)
    const visible = state.conversations
      .messages(id)
      .filter(({ threadTs }) => threadTs === undefined)
      .toReversed()
    const { items, next_cursor } = page(visible, given)
    const messages = items.map((message) => wireMessage(state, message))
    return { messages, has_more: next_cursor !== '', response_metadata: { next_cursor } }
  },
}

const replies: Method = {
  scopes: scopeAbout('history'),
  run(given, state) {
    const { id } = joinedConversation(state, given)
    const ts = given.text('ts')
    const thread = state.conversations.messages(id).filter((message) => message.ts === ts || message.threadTs === ts)
    if (thread.length === 0) throw new SlackApiError('thread_not_found')
    const { items, next_cursor } = page(thread, given)
    const messages = items.map((message) => wireMessage(state, message))
    return { messages, has_more: next_cursor !== '', response_metadata: { next_cursor } }
  },
}

export const conversationMethods: Readonly<Record<string, Method>> = {
  'conversations.open': open,
  'conversations.info': info,
  'conversations.list': list,
  'conversations.members': members,
  'conversations.join': join,
  'conversations.history': history,
  'conversations.replies': replies,
}
