import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Router } from 'express'
import type { Clock } from '../../../bot/clock.ts'
import { activityBuilder } from './activities.ts'
import { createBotSide } from './bot-side.ts'
import type { TeamsClient } from './client.ts'
import { teamsClientRouter } from './client-router.ts'
import { connectorRouter } from './connector.ts'
import { createFaultSwitch } from './connector-error.ts'
import { createConversations } from './conversations.ts'
import { createBotLine, type DeliveryLimits, USUAL_LIMITS } from './delivery.ts'
import { createEventBus } from './events.ts'
import { forgedAuthorization } from './forgery.ts'
import { identifiersIn } from './identifiers.ts'
import { createInstallations, type TeamsPerson } from './people.ts'
import { createTeamsClient } from './people-in-teams.ts'
import { createSigningKey, tokensFor } from './signing-key.ts'
import { CHANNELS, numberedFrom, type TeamsState } from './state.ts'

export type { TeamsClient } from './client.ts'
export { generalChannelId, itChannelId, teamId } from './identifiers.ts'
export type { TeamsPerson } from './people.ts'

export interface TeamsOptions {
  /** Default: a free one. */
  readonly port?: number
  /** Default: loopback. */
  readonly host?: string
  readonly tenantId: string
  readonly bot: { readonly appId: string; readonly name: string; readonly messagesUrl?: string }
  /** Looks a person up by object id in lower case; called often. */
  person(id: string): TeamsPerson | undefined
  /** Checks a token the bot sends (tenant-issued, audience https://api.botframework.com); rejects what is not one. */
  verifyBotToken(bearer: string): Promise<{ readonly appid: string }>
  readonly clock: Clock
  /** The time in tokens. The bot checks them against its own system clock, so this is not the clock tests move. */
  readonly tokenClock?: Clock
  /** Whether the app setup policy has installed the bot for a person. Default: for everyone. */
  installedByPolicy?(personId: string): boolean
  /** Object ids of the members of the team. Whoever posts in a channel joins. */
  readonly teamMembers?: readonly string[]
  /** Whether the bot sees channel messages that do not mention it (RSC ChannelMessage.Read.Group). Default yes. */
  readonly seesAllChannelMessages?: boolean
  readonly limits?: Partial<DeliveryLimits>
}

export interface Teams {
  /** `serviceUrl` of every activity, e.g. `http://127.0.0.1:PORT/teams/`. */
  readonly url: string
  /** For the bot's ToBotFromChannelOpenIdMetadataUrl and ToBotFromChannelTokenIssuer. */
  readonly openIdMetadataUrl: string
  readonly issuer: string
  /** What people in Teams can do, in process. */
  readonly client: TeamsClient
  /** The same over HTTP and Server-Sent Events; refuses callers that are not on this machine. */
  readonly clientRouter: Router
  /** Where the bot takes activities (`…/api/messages`), when it was not known at the start. */
  setBotUrl(messagesUrl: string): void
  close(): Promise<void>
}

/** Starts practice Teams: the connector on a socket of its own, and a client for the people of the company. */
export async function startTeams(options: TeamsOptions): Promise<Teams> {
  const { tenantId, bot, clock, host = '127.0.0.1', port = 0 } = options
  const tokenClock = options.tokenClock ?? (() => new Date())
  const keyId = randomUUID()
  const key = await createSigningKey(keyId)
  const app = express().disable('x-powered-by')
  const server = createServer({ keepAliveTimeout: 30_000 }, app).listen(port, host)
  await once(server, 'listening')
  const origin = `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`
  const url = `${origin}/teams/`
  const issuer = `${origin}/`
  const openIdMetadataUrl = `${origin}/v1/.well-known/openidconfiguration`
  let botUrl = bot.messagesUrl ?? ''

  const state: TeamsState = {
    tenantId,
    bot: { appId: bot.appId, name: bot.name },
    serviceUrl: url,
    identifiers: identifiersIn(tenantId),
    conversations: createConversations(),
    installations: createInstallations((personId) => options.installedByPolicy?.(personId) ?? true),
    team: { hasBot: true },
    bus: createEventBus(),
    clock,
    person: (id) => options.person(id),
    nextId: numberedFrom(clock),
  }
  for (const { id, name } of CHANNELS) state.conversations.ensure(id, 'channel', options.teamMembers ?? [], name)

  const claims = { issuer, audience: bot.appId, serviceUrl: url }
  const faults = createFaultSwitch()
  const line = createBotLine({
    limits: { ...USUAL_LIMITS, ...options.limits },
    botUrl: () => botUrl,
    token: tokensFor(key, claims, tokenClock),
  })
  const client = createTeamsClient({
    state,
    line,
    faults,
    build: activityBuilder(state),
    seesAllChannelMessages: options.seesAllChannelMessages ?? true,
    authorize: (forgery) => forgedAuthorization(forgery, { key, keyId, claims }, tokenClock()),
  })

  app.get('/v1/.well-known/openidconfiguration', (_request, response) => {
    response.json({
      issuer,
      authorization_endpoint: 'https://invalid.botframework.com',
      jwks_uri: `${origin}/v1/.well-known/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
      token_endpoint_auth_methods_supported: ['private_key_jwt'],
    })
  })
  app.get('/v1/.well-known/keys', (_request, response) => {
    response.json(key.jwks)
  })
  app.use(
    '/teams',
    connectorRouter({
      botSide: createBotSide(state),
      appId: bot.appId,
      tenantId,
      faults,
      verifyBotToken: (bearer) => options.verifyBotToken(bearer),
    }),
  )
  const overHttp = teamsClientRouter(client)

  return {
    url,
    openIdMetadataUrl,
    issuer,
    client,
    clientRouter: overHttp.router,
    setBotUrl(messagesUrl) {
      botUrl = messagesUrl
    },
    async close() {
      overHttp.close()
      await line.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
