/*
 * Who serves what. Asked for: the `emulate` package where it serves. Looked at in version 0.12.2, its Slack keeps user, channel and
 * team ids of its own choice that cannot be given, takes nobody new after the start, takes any token, knows no flags of people
 * (is_restricted, is_email_confirmed, …), shows ephemeral messages to nobody, checks no Block Kit, and has no interactions, commands,
 * response_urls, redelivery or Socket Mode; what people do in a modal has to meet what the bot did to it. So:
 *
 * - here: auth.test, chat.{postMessage,postEphemeral,update,delete,getPermalink}, conversations.{open,info,list,members,join,
 *   history,replies}, users.{info,lookupByEmail,list}, views.{open,push,update,publish}, apps.connections.open, response_urls, and
 *   everything that comes from people: signed events, block_actions, view_submission, view_closed, message_action, commands
 * - emulate, behind the same address and scopes: every other method it knows (files.*, team.info, bots.info, api.test …)
 *
 * test/infra/practice/slack-emulate.test.ts holds the methods of both against each other: same refusals, same members of answers.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Router } from 'express'
import type { Clock } from '../../../bot/clock.ts'
import { freePort } from '../../../bot/store/free-port.ts'
import type { SlackClient } from './client.ts'
import { slackClientRouter } from './client-router.ts'
import { createConversations } from './conversations.ts'
import { createBotLine, type DeliveryLimits, type Path, USUAL_LIMITS } from './delivery.ts'
import { emulateBehind } from './emulate-behind.ts'
import { createEventBus } from './events.ts'
import { createFaultSwitch } from './faults.ts'
import { numberedFrom, stableId } from './identifiers.ts'
import { createInteractions } from './interactions.ts'
import { createPeople, type DirectoryPerson } from './people.ts'
import { createSlackClient } from './people-in-slack.ts'
import { createResponseUrls } from './response-urls.ts'
import { allScopes, scopeOfEvent } from './scopes.ts'
import { createSocketMode } from './socket-mode.ts'
import type { SlackState } from './state.ts'
import { createTelling } from './telling.ts'
import { createViews } from './views.ts'
import { webApiRouter } from './web-api.ts'

export type { SlackClient } from './client.ts'
export type { DirectoryPerson } from './people.ts'

export interface SlackOptions {
  /** Default: a free one. */
  readonly port?: number
  /** Default: loopback. */
  readonly host?: string
  readonly team: { readonly id: string; readonly name: string }
  readonly botToken: string
  readonly signingSecret: string
  /** Needed for Socket Mode: while the bot is dialled in, everything goes down that line. */
  readonly appToken?: string
  readonly bot: {
    readonly name: string
    readonly eventsUrl: string
    readonly interactivityUrl: string
    readonly commandsUrl: string
  }
  /** Everybody in the directory; who has no mail has no account. */
  people(): Iterable<DirectoryPerson>
  /** Somebody by the directory's id; called often. */
  person(id: string): DirectoryPerson | undefined
  readonly clock: Clock
  /** The bot is a member of it, and of the channel general. */
  readonly itChannel: { readonly id: string; readonly name: string; readonly isPrivate?: boolean }
  /** What the token may do. Default: all this workspace knows. */
  readonly scopes?: readonly string[]
  /** Kinds of events the app subscribed to, such as `message.im`. Default: all. */
  readonly subscriptions?: readonly string[]
  readonly limits?: Partial<DeliveryLimits>
}

export interface Slack {
  /** Base of the Web API, with a slash at its end. */
  readonly apiUrl: string
  readonly botUserId: string
  /** What people in Slack can do, in process. */
  readonly client: SlackClient
  /** The same over HTTP and Server-Sent Events; refuses callers that are not on this machine. */
  readonly router: Router
  /** Where the bot listens, when it was not known at the start. */
  setBotUrls(urls: Readonly<Record<Path, string>>): void
  close(): Promise<void>
}

/** A public channel the bot is in, and one it is not in. */
export const generalChannelId = stableId('C', 'general')
export const randomChannelId = stableId('C', 'random')

/** Starts practice Slack: the Web API on a socket of its own, and a client for the people of the company. */
export async function startSlack(options: SlackOptions): Promise<Slack> {
  const { team, clock, botToken, host = '127.0.0.1', port = 0 } = options
  const app = express().disable('x-powered-by')
  const server = createServer({ keepAliveTimeout: 30_000 }, app).listen(port, host)
  await once(server, 'listening')
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`
  let urls: Readonly<Record<Path, string>> = {
    events: options.bot.eventsUrl,
    interactivity: options.bot.interactivityUrl,
    commands: options.bot.commandsUrl,
  }

  const bot = {
    appId: stableId('A', 'app'),
    userId: stableId('U', 'bot'),
    botId: stableId('B', 'bot'),
    name: options.bot.name,
  }
  const scopes = new Set<string>(options.scopes ?? allScopes)
  const subscriptions = new Set(options.subscriptions ?? ['app_home_opened', ...Object.keys(scopeOfEvent)])
  const bus = createEventBus()
  const faults = createFaultSwitch()
  const socket = createSocketMode(server, { appId: bot.appId, origin: () => origin })
  const limits = { ...USUAL_LIMITS, ...options.limits }
  const line = createBotLine({
    limits,
    signingSecret: options.signingSecret,
    urls: () => urls,
    socket,
    clock,
  })
  const telling = createTelling({ line, bus, teamId: team.id, bot, clock, scopes, subscriptions })
  const state: SlackState = {
    team,
    bot,
    people: createPeople(team.id, options),
    conversations: createConversations(),
    views: createViews(bus, clock, limits.triggerLife),
    bus,
    clock,
    nextTs: numberedFrom(clock),
    tellBot: (event) => void telling.tell(event),
  }
  const { id, name, isPrivate = false } = options.itChannel
  state.conversations.ensure({ id, name, kind: isPrivate ? 'group' : 'channel', members: [bot.userId] })
  state.conversations.ensure({ id: generalChannelId, name: 'general', kind: 'channel', members: [bot.userId] })
  state.conversations.ensure({ id: randomChannelId, name: 'random', kind: 'channel', members: [] })

  const responseUrls = createResponseUrls({ state, faults, origin: () => origin })
  const interactions = createInteractions({ state, line, responseUrls })
  const client = createSlackClient({ state, line, telling, interactions, faults })
  const behind = emulateBehind({ port: freePort, teamName: team.name, botToken, scopes })
  app.use('/actions', responseUrls.router)
  app.use('/api', webApiRouter({ state, faults, botToken, appToken: options.appToken, scopes, socket, behind }))
  const overHttp = slackClientRouter(client)

  return {
    apiUrl: `${origin}/api/`,
    botUserId: bot.userId,
    client,
    router: overHttp.router,
    setBotUrls(next) {
      urls = next
    },
    async close() {
      overHttp.close()
      await line.close()
      await socket.close()
      await behind.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
