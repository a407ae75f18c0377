import { setTimeout as sleep } from 'node:timers/promises'
import { Agent } from 'undici'
import { sign } from './signing.ts'
import type { SocketMode } from './socket-mode.ts'

/** How the bot took one event in the end. */
export interface Delivery {
  readonly eventId: string
  /** HTTP status of the last attempt; 0 when the bot could not be reached or did not answer in time. */
  readonly status: number
  readonly attempts: number
}

/** What the bot answered to one request. */
export interface RawDelivery {
  /** 0 when it could not be reached or did not answer in time. */
  readonly status: number
  /** Parsed when it is JSON, else the text. */
  readonly body: unknown
}

export interface DeliveryLimits {
  /** How long the bot may take, in milliseconds. Slack: 3,000. */
  readonly acknowledgeWithin: number
  /** How long a trigger opens a window, in milliseconds. Slack: 3,000 (https://docs.slack.dev/interactivity/handling-user-interaction). */
  readonly triggerLife: number
  /** Milliseconds to wait before each further try of an event. Slack: almost at once, one minute, five minutes. */
  readonly retryAfter: readonly number[]
}

export const USUAL_LIMITS: DeliveryLimits = {
  acknowledgeWithin: 3_000,
  triggerLife: 3_000,
  retryAfter: [0, 60_000, 300_000],
}

export type Path = 'events' | 'interactivity' | 'commands'

export interface BotLine {
  /** Sends an event, and again until the bot answers 2xx or the tries are used up. Never rejects. */
  event(eventId: string, envelope: object, told: (status: number, attempt: number) => void): Promise<Delivery>
  /** Sends a payload of interactivity, or the fields of a command, once. */
  interact(payload: object): Promise<RawDelivery>
  command(fields: Readonly<Record<string, string>>): Promise<RawDelivery>
  redeliver(eventId: string): Promise<Delivery | undefined>
  remembered(): readonly string[]
  raw(path: Path, body: string, headers: Readonly<Record<string, string>>): Promise<RawDelivery>
  close(): Promise<void>
}

const MOST_REMEMBERED = 2_000
const MOST_WAITING = 20_000
const LARGEST_ANSWER = 1_000_000

interface Attempt extends RawDelivery {
  readonly reason?: 'http_timeout' | 'http_error' | 'connection_failed'
  readonly noRetry?: boolean
}

/** Slack's line to the bot: signed requests over kept-alive connections, or envelopes down an open web socket. */
export function createBotLine(options: {
  readonly limits: DeliveryLimits
  readonly signingSecret: string
  readonly urls: () => Readonly<Record<Path, string>>
  readonly socket: SocketMode
  readonly clock: () => Date
}): BotLine {
  const { limits, socket } = options
  const agent = new Agent({ connections: 256, keepAliveTimeout: 30_000, maxResponseSize: LARGEST_ANSWER })
  const closing = new AbortController()
  const remembered = new Map<string, { readonly envelope: object; copies: number }>()
  let waiting = 0

  const post = async (path: Path, body: string, headers: Readonly<Record<string, string>>): Promise<Attempt> => {
    if (waiting >= MOST_WAITING) return { status: 0, body: undefined, reason: 'connection_failed' }
    const timeout = AbortSignal.timeout(limits.acknowledgeWithin)
    const url = new URL(options.urls()[path])
    waiting += 1
    try {
      const response = await agent.request({
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: 'POST',
        headers: { 'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)', ...headers },
        body,
        signal: AbortSignal.any([timeout, closing.signal]),
      })
      const answer = {
        status: response.statusCode,
        body: parsed(await response.body.text()),
        noRetry: response.headers['x-slack-no-retry'] === '1',
      }
      return answer.status >= 200 && answer.status < 300 ? answer : { ...answer, reason: 'http_error' }
    } catch {
      return { status: 0, body: undefined, reason: timeout.aborted ? 'http_timeout' : 'connection_failed' }
    } finally {
      waiting -= 1
    }
  }
  const signed = (body: string, type: string, more: Readonly<Record<string, string>> = {}, secondsLater = 0) => ({
    'content-type': type,
    ...sign(options.signingSecret, Math.floor(options.clock().getTime() / 1_000) + secondsLater, body),
    ...more,
  })
  const form = 'application/x-www-form-urlencoded'
  const sendEvent = async (
    envelope: object,
    attempt: number,
    reason: string | undefined,
    secondsLater = 0,
  ): Promise<Attempt> => {
    if (socket.inUse()) return socket.send('events_api', envelope, limits.acknowledgeWithin, { attempt, reason })
    const body = JSON.stringify(envelope)
    const retry =
      attempt > 0 ? { 'x-slack-retry-num': String(attempt), 'x-slack-retry-reason': reason ?? 'http_error' } : {}
    return post('events', body, signed(body, 'application/json', retry, secondsLater))
  }
  const isFinal = ({ status, noRetry }: Attempt) => (status >= 200 && status < 300) || noRetry === true

  return {
    async event(eventId, envelope, told) {
      remembered.set(eventId, { envelope, copies: 0 })
      if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value ?? '')
      let answer = await sendEvent(envelope, 0, undefined)
      told(answer.status, 0)
      let attempt = 0
      for (const wait of limits.retryAfter) {
        if (isFinal(answer) || closing.signal.aborted) break
        // Nobody is kept from ending by a redelivery that is minutes away.
        await sleep(wait, undefined, { signal: closing.signal, ref: false }).catch(() => undefined)
        if (closing.signal.aborted) break
        attempt += 1
        answer = await sendEvent(envelope, attempt, answer.reason)
        told(answer.status, attempt)
      }
      return { eventId, status: answer.status, attempts: attempt + 1 }
    },
    async interact(payload) {
      if (socket.inUse()) return socket.send('interactive', payload, limits.acknowledgeWithin)
      const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString()
      return post('interactivity', body, signed(body, form))
    },
    async command(fields) {
      if (socket.inUse()) return socket.send('slash_commands', fields, limits.acknowledgeWithin)
      const body = new URLSearchParams(fields).toString()
      return post('commands', body, signed(body, form))
    },
    async redeliver(eventId) {
      const known = remembered.get(eventId)
      if (!known) return undefined
      known.copies += 1
      // Two of the same second would have the same signature: each is signed as of a second later, as if Slack had waited.
      const { status } = await sendEvent(known.envelope, 1, 'http_timeout', known.copies)
      return { eventId, status, attempts: 1 }
    },
    remembered: () => [...remembered.keys()],
    async raw(path, body, headers) {
      const { status, body: answer } = await post(path, body, headers)
      return { status, body: answer }
    },
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
