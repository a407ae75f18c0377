import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import type { Arrival, CardContent, Reply, Sender } from '../../../bot/channels/chat.ts'
import { type SlackChannel, type SlackDependencies, slackChannel } from '../../../bot/channels/slack.ts'
import { tenantId, userId } from '../../../bot/identity/person.ts'
import { memoryEphemeral } from '../../../bot/store/memory.ts'

export const team = 'T0TEAM'
export const bot = 'U0BOT'
export const signingSecret = 'a signing secret of the tests'
const botToken = 'xoxb-token-of-the-tests'

/** One call of the Web API, with its arguments read. */
export interface Call {
  readonly method: string
  readonly given: Readonly<Record<string, unknown>>
}

type Answer = Readonly<Record<string, unknown>> | ((response: ServerResponse) => void)

/** Slack's Web API on a port of this machine: it notes what it is asked, and answers well unless told otherwise. */
export class StandIn {
  readonly calls: Call[] = []
  readonly answers = new Map<string, Answer>()
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  #waiting: (() => void)[] = []
  #messages = 0
  url = ''

  async start(): Promise<void> {
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/`
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    const method = (request.url ?? '').replace('/api/', '')
    const form = [...new URLSearchParams(body)].map(([name, value]) => [name, readJson(value)] as const)
    if (request.headers.authorization !== `Bearer ${botToken}` && method !== 'apps.connections.open')
      return void response.end(JSON.stringify({ ok: false, error: 'invalid_auth' }))
    this.calls.push({ method, given: Object.fromEntries(form) })
    const answer = this.answers.get(method)
    for (const wake of this.#waiting.splice(0)) wake()
    if (typeof answer === 'function') return answer(response)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ ok: true, ...(answer ?? this.#usual(method, Object.fromEntries(form))) }))
  }

  #usual(method: string, given: Record<string, unknown>): Record<string, unknown> {
    if (method === 'auth.test') return { team_id: team, user_id: bot, bot_id: 'B0BOT' }
    if (method === 'conversations.open') return { channel: { id: `D${String(given.users).slice(1)}` } }
    if (method === 'views.open') return { view: { id: 'V0VIEW' } }
    if (method !== 'chat.postMessage') return {}
    this.#messages += 1
    return { channel: given.channel, ts: `1700000000.00000${this.#messages}` }
  }

  /** The calls of a method so far. */
  of(method: string): readonly Call['given'][] {
    return this.calls.filter((call) => call.method === method).map(({ given }) => given)
  }

  /** Resolves with the first call of a method, made or to come. */
  async sees(method: string, count = 1): Promise<Call['given']> {
    while (this.of(method).length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.of(method)[count - 1] ?? {}
  }

  async close(): Promise<void> {
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
  }
}

function readJson(text: string): unknown {
  try {
    return /^[[{]|^(true|false)$/.test(text) ? JSON.parse(text) : text
  } catch {
    return text
  }
}

/** Ada and Max are in the directory; nobody else is. */
export const people: Readonly<Record<string, Sender>> = {
  U0ADA: sender('00000000-0000-4000-8000-00000000000a', 'Ada'),
  U0MAX: sender('00000000-0000-4000-8000-00000000000b', 'Max'),
}

function sender(id: string, name: string): Sender {
  return { tenant: tenantId.parse('00000000-0000-4000-8000-000000000001'), id: userId.parse(id), name }
}

export const refusal = 'I can help people of the company only, not guests.'

/** A channel that is really mounted, in front of a Slack that is not there; `receive` is the test's own. */
export class Bench {
  readonly slack = new StandIn()
  readonly arrivals: { readonly arrival: Arrival; readonly isPublic: boolean }[] = []
  readonly forgotten: string[] = []
  readonly cards = new Map<string, CardContent>()
  readonly lines: string[] = []
  readonly ephemeral = memoryEphemeral(() => this.now)
  reply: (arrival: Arrival) => Reply | Promise<Reply> = () => ({ kind: 'nothing' })
  now = new Date('2026-03-02T09:00:00Z')
  readonly #server = createServer()
  channel: SlackChannel | undefined
  url = ''

  async start(changes: Partial<SlackDependencies['settings']> = {}): Promise<SlackChannel> {
    await this.slack.start()
    const clock = () => this.now
    const channel = slackChannel({
      settings: {
        botToken,
        signingSecret,
        appToken: undefined,
        teamId: team,
        itChannel: 'C0IT',
        mfaRequired: false,
        apiUrl: this.slack.url,
        ...changes,
      },
      log: pino({ level: 'debug' }, { write: (line: string) => void this.lines.push(line) }),
      clock,
      ephemeral: this.ephemeral,
      commands: [{ word: 'reset', dialog: 'reset-password' }],
      receive: async (arrival, isPublic) => {
        this.arrivals.push({ arrival, isPublic })
        return await this.reply(arrival)
      },
      whoIs: async (user) => {
        const known = people[user]
        return known ? { sender: known } : { refusal }
      },
      slackUserOf: async ({ id }) => Object.keys(people).find((user) => people[user]?.id === id),
      contentOf: async (post) => this.cards.get(post),
      home: async ({ name }) => ({ card: 'message', data: { title: `Home of ${name}`, text: 'All is well.' } }),
      forget: (user) => void this.forgotten.push(user),
    })
    const app = express()
    app.set('env', 'test')
    app.use(channel.router)
    this.#server.on('request', app)
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    this.channel = channel
    await channel.start()
    return channel
  }

  /** Sends a request as Slack signs it, `age` seconds ago. */
  async send(path: string, body: string, signed: { age?: number; secret?: string; headers?: object } = {}) {
    const timestamp = String(Math.floor(this.now.getTime() / 1_000) - (signed.age ?? 0))
    const hmac = createHmac('sha256', signed.secret ?? signingSecret).update(`v0:${timestamp}:${body}`)
    const response = await fetch(`${this.url}${path}`, {
      method: 'POST',
      body,
      headers: {
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': `v0=${hmac.digest('hex')}`,
        ...signed.headers,
      },
    })
    const text = await response.text()
    return {
      status: response.status,
      text,
      json: text === '' ? undefined : (readJson(text) as Record<string, unknown>),
    }
  }

  #events = 0

  /** An event of the workspace; each one is new unless it is given an id. */
  event(event: object, changes: object = {}) {
    this.#events += 1
    const body = {
      type: 'event_callback',
      team_id: team,
      api_app_id: 'A0APP',
      event_id: `Ev${this.#events}`,
      event_time: 1,
      authorizations: [
        { team_id: team, user_id: bot, is_bot: true, is_enterprise_install: false, enterprise_id: null },
      ],
      event,
      ...changes,
    }
    return this.send('/slack/events', JSON.stringify(body))
  }

  /** Words in the private chat of a user. */
  message(text: string, changes: object = {}, user = 'U0ADA') {
    const channel = `D${user.slice(1)}`
    return this.event({ type: 'message', channel_type: 'im', channel, user, text, ts: '1.0001', ...changes })
  }

  interaction(payload: object) {
    const whole = { team: { id: team, domain: 'x' }, user: { id: 'U0ADA', team_id: team }, ...payload }
    return this.send('/slack/interactivity', new URLSearchParams({ payload: JSON.stringify(whole) }).toString())
  }

  command(fields: Record<string, string>) {
    const whole = { command: '/helpbot', team_id: team, user_id: 'U0ADA', trigger_id: 't.1', text: '', ...fields }
    return this.send('/slack/commands', new URLSearchParams(whole).toString())
  }

  async close(): Promise<void> {
    await this.channel?.stop()
    await this.slack.close()
    this.#server.close()
    this.#server.closeAllConnections()
  }
}

/** A promise that the test settles. */
export function later<T>(): { readonly promise: Promise<T>; readonly settle: (value: T) => void } {
  let settle: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolve) => {
    settle = resolve
  })
  return { promise, settle }
}
