import express, { type Router } from 'express'
import type { Logger } from 'pino'
import { renderMessage } from '../../cards/slack.ts'
import type { Clock } from '../clock.ts'
import type { SlackSettings } from '../config.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Ephemeral } from '../store/ephemeral.ts'
import { type Arrival, type CardContent, type Channel, DeliveryError, type Reply, type Sender } from './chat.ts'
import { slackApp } from './slack-app.ts'
import { isPrivateChat, type WhoIs } from './slack-ground.ts'
import { slackReach } from './slack-reach.ts'
import { httpReceiver } from './slack-receiver.ts'
import { socketReceiver } from './slack-socket.ts'
import { type SlackWeb, slackWeb } from './slack-web.ts'

export interface SlackChannel extends Channel {
  /** `POST /slack/events`, `/slack/interactivity`, `/slack/commands`; nothing in Socket Mode. */
  readonly router: Router
  /** Calls to Slack, for whoever finds out who somebody is. */
  readonly web: SlackWeb
  /** In Socket Mode dials Slack and stays connected; resolves after the first attempt. */
  start(): Promise<void>
  /** Takes nothing new and resolves when nothing is in flight. */
  stop(): Promise<void>
}

export interface SlackDependencies {
  readonly settings: SlackSettings
  readonly log: Logger
  readonly clock: Clock
  /** Shared by all replicas: a signature is taken once, an event worked on once. */
  readonly ephemeral: Ephemeral
  /** Words that name a dialog after `/helpbot`. */
  readonly commands: readonly { readonly word: string; readonly dialog: string; readonly takesWords?: true }[]
  /** Works on what came in; `isPublic` when others can read the conversation. */
  readonly receive: (arrival: Arrival, isPublic: boolean) => Promise<Reply>
  /** Finds the directory person of a user of our workspace, or why they are not served. */
  readonly whoIs: (slackUser: string) => Promise<WhoIs>
  readonly slackUserOf: (person: { tenant: TenantId; id: UserId }) => Promise<string | undefined>
  /** A posted card that is this person's. */
  readonly contentOf: (post: string, sender: Sender) => Promise<CardContent | undefined>
  /** What the Home tab shows somebody. */
  readonly home: (sender: Sender) => Promise<CardContent>
  /** What is known of this user's profile is no longer so. */
  readonly forget: (slackUser: string) => void
}

/** Slack: the door by which its requests come in, and the way out to it. */
export function slackChannel(dependencies: SlackDependencies): SlackChannel {
  const { settings, log, ephemeral, clock } = dependencies
  const web = slackWeb(settings, log)
  const reach = slackReach(web, clock)
  const forget = (slackUser: string) => {
    reach.forget(slackUser)
    dependencies.forget(slackUser)
  }
  const socket = settings.appToken ? socketReceiver({ ...settings, appToken: settings.appToken, log }) : undefined
  const http = socket
    ? undefined
    : httpReceiver({ signingSecret: settings.signingSecret ?? neverSigned(), clock, ephemeral, log })
  const receiver = socket ?? http
  if (!receiver) throw new Error('unreachable: one of the two is always made')
  const app = slackApp(receiver, { ...dependencies, forget, web, inHand: new Map() })

  return {
    name: 'slack',
    router: http?.router ?? express.Router(),
    web,
    async start() {
      await receiver.start()
    },
    async stop() {
      await receiver.stop()
      await app.drained()
    },
    async post(address, post, content) {
      const { conversation, serviceUrl, thread } = address
      const to = { conversation, ...(thread === undefined ? {} : { thread }) }
      if (isPrivateChat(conversation)) await reach.check(conversation)
      return { channel: 'slack', conversation, serviceUrl, message: await web.post(to, renderMessage(content, post)) }
    },
    async update(place, post, content) {
      await web.update(place, renderMessage(content, post))
    },
    async reach(person) {
      const user = await dependencies.slackUserOf(person)
      if (user === undefined) throw new DeliveryError('not-installed', 'the person is not known in Slack')
      return { channel: 'slack', conversation: await web.openChat(user), serviceUrl: settings.apiUrl }
    },
    // Slack has no such sign for bots in private chats.
    async typing() {},
    itAddress() {
      if (!settings.itChannel) return undefined
      return { channel: 'slack', conversation: settings.itChannel, serviceUrl: settings.apiUrl }
    },
    async probe() {
      const { team } = await web.identity()
      if (team !== settings.teamId)
        throw new DeliveryError(
          'refused',
          `SLACK_BOT_TOKEN is of workspace ${team}, SLACK_TEAM_ID is ${settings.teamId}`,
        )
      socket?.probe()
    },
  }
}

function neverSigned(): never {
  throw new Error('SLACK_SIGNING_SECRET: is missing; set it, or SLACK_APP_TOKEN for Socket Mode')
}
