import { AuthenticationConstants, type BotFrameworkAuthentication, ClaimsIdentity } from 'botframework-connector'
import express, { type Request, type Response, type Router } from 'express'
import type { Logger } from 'pino'
import { renderCard } from '../../cards/render.ts'
import type { TeamsSettings } from '../config.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Address, Arrival, Channel, Place, Reply } from './chat.ts'
import { DeliveryError } from './chat.ts'
import { type ReadActivity, readActivity } from './teams-activity.ts'
import {
  type ConnectorTokens,
  playgroundAuthentication,
  TeamsAdapter,
  teamsAuthentication,
} from './teams-authentication.ts'
import { contentActivity, type TeamsConnector, teamsConnector } from './teams-connector.ts'
import { type GenuineToken, genuineToken } from './teams-genuine.ts'
import { type Caller, isPlaygroundAddress, mayBePlayground } from './teams-playground.ts'
import { conversationOf } from './teams-thread.ts'

export interface TeamsChannel extends Channel {
  /** `POST /api/messages`. */
  readonly router: Router
}

export interface TeamsDependencies {
  readonly settings: TeamsSettings
  readonly authority: string
  readonly tokens: ConnectorTokens
  readonly log: Logger
  /** Works on what came in; `isPublic` when others can read the conversation. */
  readonly receive: (arrival: Arrival, isPublic: boolean) => Promise<Reply>
  /** Installs the app for a person, so that a first message can reach them. */
  readonly install: (person: UserId, teamsAppId: string) => Promise<unknown>
}

/** Teams: the only file that knows how its requests are authenticated and answered. */
export function teamsChannel(dependencies: TeamsDependencies): TeamsChannel {
  const { settings, log } = dependencies
  const { authority, tokens } = dependencies
  const signed = teamsAuthentication(settings, authority, tokens)
  const doors = [door(signed, settings.appId, genuineToken(settings, authority))]
  if (settings.playground) doors.push(door(playgroundAuthentication(), ''))
  const [teams, playground] = doors
  if (!teams) throw new Error('unreachable: the first door is always made')

  const router = express.Router()
  router.post('/api/messages', express.json({ limit: '256kb' }), (request, response, next) => {
    receive(request, response).catch(next)
  })

  async function receive(request: Request, response: Response): Promise<void> {
    const authorization = request.headers.authorization ?? ''
    const unauthenticated = playground !== undefined && mayBePlayground(callerOf(request))
    const used = unauthenticated ? playground : teams
    if (typeof request.body !== 'object' || request.body === null || !used) return void response.status(400).end()
    const authenticated = await used?.adapter.authenticate(request.body, authorization).catch((error: unknown) => {
      log.warn({ reason: error instanceof Error ? error.message.slice(0, 200) : 'unknown' }, 'teams token refused')
      return undefined
    })
    if (!authenticated) return void response.status(401).end()
    const read = readActivity(request.body, settings.itChannel)
    if ('unread' in read) {
      if (read.unread === 'malformed') return void response.status(400).end()
      if (read.unread === 'unverifiable') log.warn('teams sender cannot be verified')
      return void response.status(200).json({})
    }
    const { serviceUrl } = read.arrival.address
    if (unauthenticated ? !isPlaygroundAddress(serviceUrl, settings.serviceUrl) : !isTrusted(serviceUrl, settings)) {
      log.warn('teams service address is not trusted')
      return void response.status(403).end()
    }
    const reply = await dependencies.receive(read.arrival, read.isPublic)
    await answer(read, reply, response)
  }

  async function answer(read: ReadActivity, reply: Reply, response: Response): Promise<void> {
    if (read.invoke === 'card') return void response.json(cardAnswer(reply))
    if (read.invoke) return void response.json(taskAnswer(reply))
    if (reply.kind === 'note')
      await note(read, reply.text).catch((error: unknown) => log.warn({ error: String(error) }, 'note not delivered'))
    response.status(200).json({})
  }

  /** A note on words stands where they stand; on a button it is for the one who pressed, and others may read along there. */
  async function note({ arrival, isPublic }: ReadActivity, text: string): Promise<void> {
    const isPress = arrival.inbound.kind === 'press'
    const address = isPublic && isPress ? await open(arrival.sender) : arrival.address
    await send(
      address,
      contentActivity({ text }, () => ({})),
    )
  }

  async function send(address: Address, activity: ReturnType<typeof contentActivity>): Promise<Place> {
    return await connectorFor(address.serviceUrl).send(address.serviceUrl, conversationOf(address), activity)
  }

  function connectorFor(serviceUrl: string): TeamsConnector {
    if (playground && isPlaygroundAddress(serviceUrl, settings.serviceUrl)) return playground.connector
    if (!isTrusted(serviceUrl, settings)) throw new DeliveryError('refused', 'the service address is not trusted')
    return (teams as Door).connector
  }

  return {
    name: 'teams',
    router,
    async post(address, post, content) {
      return await send(
        address,
        contentActivity(content, (card) => renderCard(card, post)),
      )
    },
    async update(place, post, content) {
      const activity = contentActivity(content, (card) => renderCard(card, post))
      await connectorFor(place.serviceUrl).update(place, { ...activity, id: place.message })
    },
    async reach(person) {
      try {
        return await open(person)
      } catch (error) {
        if (!(error instanceof DeliveryError) || error.code !== 'not-installed' || !settings.catalogAppId) throw error
        await dependencies.install(person.id, settings.catalogAppId)
        return await open(person)
      }
    },
    async typing(address) {
      await send(address, { type: 'typing' }).catch(() => undefined)
    },
    itAddress() {
      if (!settings.itChannel) return undefined
      return { channel: 'teams', conversation: settings.itChannel, serviceUrl: settings.serviceUrl }
    },
    async probe() {
      await dependencies.tokens.token()
    },
  }

  async function open(person: { tenant: TenantId; id: UserId }): Promise<Address> {
    const conversation = await connectorFor(settings.serviceUrl).open(settings.serviceUrl, {
      bot: { id: `28:${settings.appId}`, name: 'HelpBot' },
      members: [{ id: person.id, name: '' }],
      tenantId: person.tenant,
      channelData: { tenant: { id: person.tenant } },
      isGroup: false,
    })
    return { channel: 'teams', conversation, serviceUrl: settings.serviceUrl }
  }
}

interface Door {
  readonly adapter: TeamsAdapter
  readonly connector: TeamsConnector
}

function door(authentication: BotFrameworkAuthentication, appId: string, genuine?: GenuineToken): Door {
  const claims = [
    { type: AuthenticationConstants.AudienceClaim, value: appId },
    { type: AuthenticationConstants.AppIdClaim, value: appId },
  ]
  const factory = authentication.createConnectorFactory(new ClaimsIdentity(claims))
  return {
    adapter: new TeamsAdapter(authentication, genuine),
    connector: teamsConnector(factory, authentication.getOriginatingAudience()),
  }
}

/** Microsoft's own hosts for Teams; in the practice company the one configured. No token leaves for any other. */
function isTrusted(serviceUrl: string, settings: TeamsSettings): boolean {
  const { hostname, protocol, host } = new URL(serviceUrl)
  const configured = new URL(settings.serviceUrl)
  if (host === configured.host && protocol === configured.protocol) return true
  if (settings.localIssuer || protocol !== 'https:') return false
  const domains = [
    'smba.trafficmanager.net',
    'botframework.com',
    'teams.microsoft.com',
    'teams.microsoft.us',
    'botframework.azure.us',
  ]
  return domains.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`))
}

function callerOf({ headers, socket }: Request): Caller {
  return {
    authorization: headers.authorization ?? '',
    remoteAddress: socket.remoteAddress,
    isForwarded: ['forwarded', 'x-forwarded-for', 'via'].some((name) => headers[name] !== undefined),
  }
}

/** Answers `adaptiveCard/action`. Source: Teams "Universal Actions for Adaptive Cards", response format. */
function cardAnswer(reply: Reply): object {
  if (reply.kind === 'card' && 'card' in reply.content)
    return {
      statusCode: 200,
      type: 'application/vnd.microsoft.card.adaptive',
      value: renderCard(reply.content, reply.post),
    }
  const value = reply.kind === 'note' ? reply.text : 'Got it.'
  return { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value }
}

/** Answers `task/fetch` and `task/submit`. Source: Teams "Dialogs (task modules) in bots". */
function taskAnswer(reply: Reply): object {
  if (reply.kind === 'window') {
    const card = {
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: renderCard(reply.content, reply.post),
    }
    return { task: { type: 'continue', value: { title: reply.title, height: 'medium', width: 'medium', card } } }
  }
  if (reply.kind === 'note') return { task: { type: 'message', value: reply.text } }
  if (reply.kind === 'close-window' && reply.text) return { task: { type: 'message', value: reply.text } }
  return {}
}
