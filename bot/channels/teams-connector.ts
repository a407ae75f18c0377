import type { Activity, ConversationParameters } from 'botbuilder'
import type { ConnectorClient, ConnectorFactory } from 'botframework-connector'
import { type CardContent, type Content, DeliveryError, type Place } from './chat.ts'

/** Every call to Teams ends by then. */
const callTimeout = 10_000

export interface TeamsConnector {
  send(serviceUrl: string, conversation: string, activity: Partial<Activity>): Promise<Place>
  update(place: Place, activity: Partial<Activity>): Promise<void>
  /** Opens (or finds) the personal chat with a user; answers its conversation id. */
  open(serviceUrl: string, parameters: Partial<ConversationParameters>): Promise<string>
}

/**
 * Writes to Teams through the SDK's own client and tokens, one client a service address. No request is repeated by the SDK:
 * a repeated POST is a message shown twice.
 * @throws DeliveryError
 */
export function teamsConnector(factory: ConnectorFactory, audience: string | undefined): TeamsConnector {
  const clients = new Map<string, Promise<ConnectorClient>>()

  function client(serviceUrl: string): Promise<ConnectorClient> {
    const known = clients.get(serviceUrl)
    if (known) return known
    const made = factory.create(serviceUrl, audience ?? '').then(withoutRetries)
    made.catch(() => clients.delete(serviceUrl))
    clients.set(serviceUrl, made)
    return made
  }

  async function call<T>(serviceUrl: string, work: (client: ConnectorClient) => Promise<T>): Promise<T> {
    try {
      return await work(await client(serviceUrl))
    } catch (error) {
      throw asDeliveryError(error)
    }
  }

  return {
    async send(serviceUrl, conversation, activity) {
      const sent = await call(serviceUrl, (connector) =>
        connector.conversations.sendToConversation(conversation, asActivity(activity), { timeout: callTimeout }),
      )
      return { channel: 'teams', conversation, message: sent.id, serviceUrl }
    },
    async update(place, activity) {
      await call(place.serviceUrl, (connector) =>
        connector.conversations.updateActivity(place.conversation, place.message, asActivity(activity), {
          timeout: callTimeout,
        }),
      )
    },
    async open(serviceUrl, parameters) {
      const made = await call(serviceUrl, (connector) =>
        connector.conversations.createConversation(parameters as ConversationParameters, { timeout: callTimeout }),
      )
      return made.id
    },
  }
}

/** The activity a content becomes: cards alone, sentences as plain text so that nothing in them is markup. */
export function contentActivity(content: Content, render: (content: CardContent) => object): Partial<Activity> {
  if ('text' in content) return { type: 'message', text: content.text, textFormat: 'plain' }
  return {
    type: 'message',
    attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: render(content) }],
  }
}

/** The SDK's types ask for every field of an activity; the connector needs only what is given. */
function asActivity(activity: Partial<Activity>): Activity {
  return activity as Activity
}

interface Pipeline {
  client?: { pipeline?: { removePolicy(options: { name: string }): unknown } }
}

function withoutRetries(connector: ConnectorClient): ConnectorClient {
  const { client } = connector as unknown as Pipeline
  client?.pipeline?.removePolicy({ name: 'defaultRetryPolicy' })
  return connector
}

/** What Teams says when a message cannot be brought to somebody, in our words. Source: Teams "Status codes from bot conversational APIs". */
function asDeliveryError(error: unknown): DeliveryError {
  if (error instanceof DeliveryError) return error
  const { statusCode, code, message, response } = error as {
    statusCode?: number
    code?: string
    message?: string
    response?: { bodyAsText?: string | null; headers?: { get(name: string): string | undefined } }
  }
  const said = `${statusCode ?? ''} ${code ?? ''} ${message ?? String(error)} ${response?.bodyAsText ?? ''}`.slice(
    0,
    500,
  )
  if (statusCode === 403 && /MessageWritesBlocked|ConversationBlockedByUser/i.test(said))
    return new DeliveryError('blocked', said)
  if (statusCode === 403) return new DeliveryError('not-installed', said)
  if (statusCode === 404) return new DeliveryError('gone', said)
  if (statusCode === 429)
    return new DeliveryError('later', said, seconds(response?.headers?.get('retry-after')) ?? 5_000)
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500 && statusCode !== 408 && statusCode !== 412)
    return new DeliveryError('refused', said)
  return new DeliveryError('later', said)
}

function seconds(text: string | undefined): number | undefined {
  const value = Number(text)
  return Number.isFinite(value) && value > 0 ? Math.min(value * 1_000, 600_000) : undefined
}
