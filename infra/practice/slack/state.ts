import type { Conversation, Conversations } from './conversations.ts'
import type { EventBus } from './events.ts'
import { stableId } from './identifiers.ts'
import type { People } from './people.ts'
import type { Block, Message, Profile, SlackFile } from './shapes.ts'
import type { Views } from './views.ts'

export interface Bot {
  readonly appId: string
  readonly userId: string
  readonly botId: string
  readonly name: string
}

/** What the two sides of practice Slack share: the Web API writes for the bot, the client for the people. */
export interface SlackState {
  readonly team: { readonly id: string; readonly name: string }
  readonly bot: Bot
  readonly people: People
  readonly conversations: Conversations
  readonly views: Views
  readonly bus: EventBus
  readonly clock: () => Date
  /** A message number of its own. */
  nextTs(): string
  /** Tells the bot, if it subscribed to such events and has the scope. */
  tellBot(event: Readonly<Record<string, unknown>>): void
}

export interface Content {
  readonly text: string
  readonly blocks?: readonly Block[]
  readonly files?: readonly SlackFile[]
  readonly threadTs?: string | undefined
  readonly ephemeralTo?: string | undefined
}

/** The direct message with the bot, made when it is first looked at. */
export function directMessage(state: SlackState, user: string): Conversation {
  return state.conversations.ensure({
    id: stableId('D', `${state.bot.userId} ${user}`),
    kind: 'im',
    name: 'directmessage',
    user,
    members: [user, state.bot.userId],
  })
}

export const senderBot = ({ bot }: SlackState): Message['from'] => ({ id: bot.userId, name: bot.name, isBot: true })

export const senderPerson = ({ id, real_name }: Profile): Message['from'] => ({ id, name: real_name, isBot: false })

/** Adds a message, tells everyone who looks, and the bot where it may listen: its own messages it hears as well. */
export function addMessage(
  state: SlackState,
  conversation: Conversation,
  from: Message['from'],
  content: Content,
): Message {
  const message: Message = {
    ts: state.nextTs(),
    conversationId: conversation.id,
    from,
    text: content.text,
    blocks: content.blocks ?? [],
    files: content.files ?? [],
    ...(content.threadTs === undefined ? {} : { threadTs: content.threadTs }),
    ...(content.ephemeralTo === undefined ? {} : { ephemeralTo: content.ephemeralTo }),
  }
  state.conversations.add(message)
  show(state, 'message', message)
  return message
}

/** Changes what a message says, for all who see it. */
export function changeMessage(
  state: SlackState,
  before: Message,
  change: { readonly text: string; readonly blocks: readonly Block[] },
): Message {
  const message: Message = { ...before, ...change, editedAt: state.clock().toISOString() }
  state.conversations.replace(message)
  show(state, 'updated', message)
  return message
}

export function deleteMessage(state: SlackState, { conversationId, ts, ephemeralTo }: Message): void {
  state.conversations.delete(conversationId, ts)
  const user = ephemeralTo === undefined ? {} : { user: ephemeralTo }
  state.bus.emit({ type: 'deleted', conversationId, messageTs: ts, ...user })
}

function show(state: SlackState, type: 'message' | 'updated', message: Message): void {
  const { conversationId, ephemeralTo } = message
  state.bus.emit({ type, conversationId, message, ...(ephemeralTo === undefined ? {} : { user: ephemeralTo }) })
}

/** `im`, `channel` or `group`, as events call it. */
export const channelType = ({ kind }: Conversation) => kind

/** A message in Slack's own words, as the API answers it and events carry it. */
export function wireMessage(state: SlackState, message: Message): Record<string, unknown> {
  const { from, text, ts, blocks, files, threadTs, editedAt, ephemeralTo } = message
  const team = state.people.get(from.id)?.team_id ?? state.team.id
  return {
    type: 'message',
    user: from.id,
    ...(from.isBot
      ? {
          bot_id: state.bot.botId,
          app_id: state.bot.appId,
          bot_profile: {
            id: state.bot.botId,
            app_id: state.bot.appId,
            user_id: state.bot.userId,
            name: state.bot.name,
            team_id: state.team.id,
            deleted: false,
          },
        }
      : { client_msg_id: `practice-${ts}` }),
    text,
    ts,
    team,
    ...(team === state.team.id ? {} : { user_team: team, source_team: team }),
    ...(blocks.length > 0 ? { blocks } : {}),
    ...(files.length > 0 ? { subtype: 'file_share', files: files.map((file) => wireFile(file, ts)) } : {}),
    ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    ...(editedAt === undefined ? {} : { edited: { user: from.id, ts } }),
    ...(ephemeralTo === undefined ? {} : { is_ephemeral: true }),
  }
}

const wireFile = ({ name, mimetype = 'application/octet-stream', size = 0 }: SlackFile, ts: string) => ({
  id: stableId('A', `${ts} ${name}`).replace('A', 'F'),
  name,
  title: name,
  mimetype,
  size,
  mode: 'hosted',
})
