import { setTimeout as sleep } from 'node:timers/promises'
import { Agent } from 'undici'
import type { Activity } from './activities.ts'

/** How the bot answered one activity. */
export interface Delivery {
  readonly activityId: string
  /** HTTP status; 0 when the bot could not be reached, did not answer in time or cut the connection. */
  readonly status: number
  /** Parsed when it is JSON. */
  readonly body: unknown
  readonly attempts: number
}

export interface DeliveryLimits {
  /** How often a message is sent at most while the bot cannot be reached or answers 5xx. Default 3. */
  readonly tries: number
  /** Wait before the second try in milliseconds; doubled for each further one. Default 500. */
  readonly backoffMs: number
  /** How long the bot may take for a message, in milliseconds. Default 15,000, as Bot Framework's. */
  readonly messageTimeoutMs: number
  /** How long it may take for an invoke, in milliseconds. Default 10,000, as in Teams. */
  readonly invokeTimeoutMs: number
}

export const USUAL_LIMITS: DeliveryLimits = {
  tries: 3,
  backoffMs: 500,
  messageTimeoutMs: 15_000,
  invokeTimeoutMs: 10_000,
}

export interface BotLine {
  /** Sends a message, repeating the very same activity while the bot is away. Never rejects. */
  deliver(activity: Activity): Promise<Delivery>
  /** Sends an invoke, once: its answer is only worth something while the person waits. */
  invoke(activity: Activity): Promise<Delivery>
  /** Sends a remembered activity once more with a fresh token; undefined when it is no longer known. */
  redeliver(activityId: string): Promise<Delivery> | undefined
  /** Sends whatever it is given, once, under whatever authorization. */
  send(activity: Activity, authorization: string | undefined): Promise<Delivery>
  close(): Promise<void>
}

const MOST_WAITING = 20_000
const MOST_REMEMBERED = 2_000
const LARGEST_ANSWER = 1_000_000

/** The connector's line to the bot: kept-alive connections, a bound on what is under way, a memory for redelivery. */
export function createBotLine(options: {
  readonly limits: DeliveryLimits
  botUrl(): string
  token(fresh: boolean): Promise<string>
}): BotLine {
  const { limits } = options
  const agent = new Agent({ connections: 256, keepAliveTimeout: 30_000, maxResponseSize: LARGEST_ANSWER })
  const closing = new AbortController()
  const remembered = new Map<string, Activity>()
  let waiting = 0

  const send = async (activity: Activity, authorization: string | undefined, timeoutMs: number, attempts: number) => {
    const activityId = activity.id
    if (waiting >= MOST_WAITING || closing.signal.aborted) return { activityId, status: 0, body: undefined, attempts }
    waiting += 1
    try {
      const { origin, pathname, search } = new URL(options.botUrl())
      const response = await agent.request({
        origin,
        path: `${pathname}${search}`,
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'x-ms-conversation-id': activity.conversation.id,
          'x-ms-tenant-id': activity.conversation.tenantId,
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: JSON.stringify(activity),
        signal: AbortSignal.any([AbortSignal.timeout(timeoutMs), closing.signal]),
      })
      return { activityId, status: response.statusCode, body: parsed(await response.body.text()), attempts }
    } catch {
      // Refused, cut, late or too long: for the one who waits it is all the same, the bot did not answer.
      return { activityId, status: 0, body: undefined, attempts }
    } finally {
      waiting -= 1
    }
  }
  const remember = (activity: Activity) => {
    remembered.set(activity.id, activity)
    if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value ?? '')
  }
  const bearer = async (fresh: boolean) => `Bearer ${await options.token(fresh)}`
  const timeoutOf = (activity: Activity) =>
    activity.type === 'invoke' ? limits.invokeTimeoutMs : limits.messageTimeoutMs

  return {
    async deliver(activity) {
      remember(activity)
      for (let attempt = 1; ; attempt += 1) {
        const delivery = await send(activity, await bearer(false), limits.messageTimeoutMs, attempt)
        const final = delivery.status !== 0 && delivery.status < 500
        if (final || attempt >= limits.tries || closing.signal.aborted) return delivery
        await sleep(limits.backoffMs * 2 ** (attempt - 1), undefined, { signal: closing.signal }).catch(() => undefined)
      }
    },
    async invoke(activity) {
      remember(activity)
      return send(activity, await bearer(false), limits.invokeTimeoutMs, 1)
    },
    redeliver(activityId) {
      const activity = remembered.get(activityId)
      return activity && bearer(true).then((authorization) => send(activity, authorization, timeoutOf(activity), 1))
    },
    send: (activity, authorization) => send(activity, authorization, limits.messageTimeoutMs, 1),
    async close() {
      closing.abort()
      await agent.destroy()
    },
  }
}

function parsed(body: string): unknown {
  if (body === '') return undefined
  try {
    return JSON.parse(body)
  } catch {
    return body
  }
}
