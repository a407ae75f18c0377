import { SlackApiError } from './api-error.ts'
import type { Arguments } from './arguments.ts'
import type { Conversation } from './conversations.ts'
import { directMessage, type SlackState } from './state.ts'

/** A method of the Web API. */
export interface Method {
  /** What the token needs: one of these. Depends on the kind of conversation for some. */
  scopes?(given: Arguments, state: SlackState): readonly string[]
  /** Answers what stands beside `ok: true`. @throws SlackApiError */
  run(given: Arguments, state: SlackState, granted: ReadonlySet<string>): Record<string, unknown>
}

/** A conversation by id, or the direct message with a user by theirs. @throws SlackApiError channel_not_found */
export function conversationOf(state: SlackState, given: Arguments): Conversation {
  const id = given.text('channel')
  const known = state.conversations.get(id)
  if (known) return known
  if (id.startsWith('U') && state.people.get(id)) return directMessage(state, id)
  throw new SlackApiError('channel_not_found')
}

/** The same, where the bot is a member. @throws SlackApiError not_in_channel */
export function joinedConversation(state: SlackState, given: Arguments): Conversation {
  const conversation = conversationOf(state, given)
  if (!conversation.members.has(state.bot.userId)) {
    // A private channel is not even there for who is not in it.
    throw new SlackApiError(conversation.kind === 'group' ? 'channel_not_found' : 'not_in_channel')
  }
  return conversation
}

const prefixes = { im: 'im', channel: 'channels', group: 'groups' } as const

/** `im:read`, `channels:history` and the like: by the kind of conversation the call is about. */
export const scopeAbout =
  (what: 'read' | 'history') =>
  (given: Arguments, state: SlackState): readonly string[] => {
    const kind = state.conversations.get(given.text('channel'))?.kind
    return kind ? [`${prefixes[kind]}:${what}`] : Object.values(prefixes).map((prefix) => `${prefix}:${what}`)
  }
