import { type types, webApi } from '@slack/bolt'
import type { Logger } from 'pino'
import type { SlackMessage } from '../../cards/slack.ts'
import type { SlackSettings } from '../config.ts'
import { DeliveryError } from './chat.ts'
import { asSlackDeliveryError, slackErrorCode } from './slack-errors.ts'
import { slackLog } from './slack-log.ts'
import { readSlackProfile, type SlackProfile } from './slack-profile.ts'

export type View = types.View

/** Every call to Slack ends by then. */
const callTimeout = 10_000
/** So many calls may be under way or wait for their turn. */
const mostCalls = 1_000
/** Chats do not change their id: so many are remembered. */
const mostChats = 10_000

/** A trigger lives three seconds: a window cannot be opened with it any more. */
export class TriggerExpired extends DeliveryError {
  constructor() {
    super('gone', 'views.open: the trigger has expired')
    this.name = 'TriggerExpired'
  }
}

/** Slack's Web API as far as HelpBot uses it. Everything throws DeliveryError. */
export interface SlackWeb {
  /** A user as Slack knows them; undefined when there is none. */
  profile(user: string): Promise<SlackProfile | undefined>
  /** The id of the user with this e-mail address. */
  findByEmail(email: string): Promise<string | undefined>
  /** The private chat with a user, opened if need be. @returns the id of the channel */
  openChat(user: string): Promise<string>
  /** Whose private chat with the bot this is; undefined where Slack does not say. */
  userIn(chat: string): Promise<string | undefined>
  /** @returns the message's timestamp, which is its id */
  post(to: { readonly conversation: string; readonly thread?: string }, message: SlackMessage): Promise<string>
  update(place: { readonly conversation: string; readonly message: string }, message: SlackMessage): Promise<void>
  /** Shows something to one user in a conversation. Slack does not promise that it arrives. */
  ephemeral(
    to: { readonly conversation: string; readonly user: string; readonly thread?: string },
    message: SlackMessage,
  ): Promise<void>
  /** @returns the id of the view @throws TriggerExpired */
  openView(trigger: string, view: View): Promise<string>
  updateView(id: string, view: View): Promise<void>
  publishHome(user: string, view: View): Promise<void>
  /** Whose token this is: the workspace and the bot's own user. */
  identity(): Promise<{ readonly team: string; readonly user: string }>
}

/**
 * Calls Slack. Nothing is repeated here: the outbox tries again, and knows how often. A message whose answer was lost may
 * stand in the chat twice then; both copies have the same buttons, and a press is worked on once.
 */
export function slackWeb(settings: SlackSettings, log: Logger): SlackWeb {
  const client = new webApi.WebClient(settings.botToken, {
    slackApiUrl: settings.apiUrl,
    timeout: callTimeout,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: slackLog(log),
  })
  const chats = new Map<string, string>()
  const users = new Map<string, string>()
  let calls = 0

  async function call<T>(method: string, work: () => Promise<T>): Promise<T> {
    if (calls >= mostCalls) throw new DeliveryError('later', `${method}: too many calls at once`)
    calls += 1
    try {
      return await work()
    } catch (error) {
      throw asSlackDeliveryError(method, error)
    } finally {
      calls -= 1
    }
  }

  return {
    async profile(user) {
      const answer = await call('users.info', () =>
        absent(['user_not_found', 'user_not_visible'], client.users.info({ user })),
      )
      return readSlackProfile(answer?.user)
    },
    async findByEmail(email) {
      const answer = await call('users.lookupByEmail', () =>
        absent(['users_not_found'], client.users.lookupByEmail({ email })),
      )
      return answer?.user?.id
    },
    async openChat(user) {
      const known = chats.get(user)
      if (known !== undefined) return known
      const answer = await call('conversations.open', () => client.conversations.open({ users: user }))
      const chat = given('conversations.open', answer.channel?.id)
      keep(chats, user, chat)
      return chat
    },
    async userIn(chat) {
      const known = users.get(chat)
      if (known !== undefined) return known
      const answer = await call('conversations.open', () =>
        client.conversations.open({ channel: chat, return_im: true }),
      )
      const user = answer.channel?.user
      if (user !== undefined) keep(users, chat, user)
      return user
    },
    async post(to, message) {
      const answer = await call('chat.postMessage', () =>
        client.chat.postMessage({
          channel: to.conversation,
          ...(to.thread === undefined ? {} : { thread_ts: to.thread }),
          ...bodyOf(message),
          unfurl_links: false,
          unfurl_media: false,
        }),
      )
      return given('chat.postMessage', answer.ts)
    },
    async update(place, message) {
      await call('chat.update', () =>
        client.chat.update({ channel: place.conversation, ts: place.message, ...bodyOf(message) }),
      )
    },
    async ephemeral(to, message) {
      await call('chat.postEphemeral', () =>
        client.chat.postEphemeral({
          channel: to.conversation,
          user: to.user,
          ...(to.thread === undefined ? {} : { thread_ts: to.thread }),
          ...bodyOf(message),
        }),
      )
    },
    async openView(trigger, view) {
      const answer = await call('views.open', () =>
        client.views.open({ trigger_id: trigger, view }).catch((error: unknown) => {
          const code = slackErrorCode(error) ?? ''
          throw [
            'expired_trigger_id',
            'trigger_expired',
            'trigger_exchanged',
            'exchanged_trigger_id',
            'invalid_trigger_id',
          ].includes(code)
            ? new TriggerExpired()
            : error
        }),
      )
      return given('views.open', answer.view?.id)
    },
    async updateView(id, view) {
      await call('views.update', () => client.views.update({ view_id: id, view }))
    },
    async publishHome(user, view) {
      await call('views.publish', () => client.views.publish({ user_id: user, view }))
    },
    async identity() {
      const answer = await call('auth.test', () => client.auth.test())
      return { team: given('auth.test', answer.team_id), user: given('auth.test', answer.user_id) }
    },
  }
}

function keep(known: Map<string, string>, key: string, value: string): void {
  const [oldest] = known.keys()
  if (known.size >= mostChats && oldest !== undefined) known.delete(oldest)
  known.set(key, value)
}

function bodyOf({ text, blocks }: SlackMessage) {
  // The text is for notifications: Slack shall make no link, name or emoji of it.
  return { text, blocks: [...blocks], parse: 'none', link_names: false } as const
}

function given(method: string, value: string | undefined): string {
  if (value === undefined || value === '')
    throw new DeliveryError('later', `${method}: the answer lacks what was asked for`)
  return value
}

async function absent<T>(codes: readonly string[], answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (codes.includes(slackErrorCode(error) ?? '')) return undefined
    throw error
  }
}
