import assert from 'node:assert/strict'
import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Request, type Response } from 'express'
import type { DirectoryPerson } from '../../../infra/practice/slack/people.ts'
import { type Slack, type SlackOptions, startSlack } from '../../../infra/practice/slack/slack.ts'

export const TEAM = { id: 'T0PRACTICE', name: 'Practice' }
export const BOT_TOKEN = 'xoxb-practice-bot'
export const APP_TOKEN = 'xapp-practice-app'
export const SIGNING_SECRET = 'practice-signing-secret'
export const IT_CHANNEL = 'C0ITHELPDESK'

const personOf = (number: number, displayName: string, more: Partial<DirectoryPerson> = {}): DirectoryPerson => ({
  id: `aaaaaaaa-0000-4000-8000-00000000000${number}`,
  displayName,
  mail: `${displayName.split(' ')[0]?.toLowerCase()}@practice.example`,
  ...more,
})
export const ada = personOf(1, 'Ada Byron')
export const max = personOf(2, 'Max Manager')
export const gus = personOf(3, 'Gus Guest', { userType: 'Guest' })
export const nomail = personOf(4, 'No Mail', { mail: null })
const people = [ada, max, gus, nomail]

/** What the bot received, after its own check of the signature. */
export interface Received {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Json
}
export interface Json {
  readonly [name: string]: unknown
}

export type Handler = (received: Received, response: Response) => unknown

export interface SlackTestBot {
  readonly slack: Slack
  readonly ada: string
  readonly max: string
  readonly gus: string
  /** Everything whose signature was right, in order. */
  readonly received: Received[]
  /** How many requests were refused for their signature or age. */
  refused(): number
  /** What the bot does with a request; it answers 200 itself where the handler has not. */
  on(path: 'events' | 'interactivity' | 'commands', handler: Handler): void
  /** The kinds of events received, oldest first. */
  events(type: string): readonly Json[]
  /** Waits for a request for which `look` finds something. */
  gets<Found>(look: (received: Received) => Found | undefined): Promise<Found>
  call(method: string, given?: Json, token?: string): Promise<Json & { ok: boolean; error?: string }>
  close(): Promise<void>
}

/** Practice Slack and a bot of plain Express, which computes signatures by itself from the documentation. */
export async function startSlackTestBot(options: Partial<SlackOptions> = {}): Promise<SlackTestBot> {
  const received: Received[] = []
  const waiting = new Set<() => void>()
  const handlers: Partial<Record<string, Handler>> = {}
  let refused = 0

  const app = express()
  app.use(express.text({ type: () => true, limit: '1mb' }))
  app.post('/:path', async (request: Request, response: Response) => {
    const raw = String(request.body ?? '')
    if (!isSigned(request, raw)) {
      refused += 1
      return void response.status(401).end()
    }
    const path = String(request.params.path)
    const one = { path, headers: request.headers as Record<string, string>, body: parsed(request, raw) }
    received.push(one)
    for (const wake of [...waiting]) wake()
    await handlers[path]?.(one, response)
    if (!response.headersSent && !response.writableEnded) response.status(200).end()
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const slack = await startSlack({
    team: TEAM,
    botToken: BOT_TOKEN,
    appToken: APP_TOKEN,
    signingSecret: SIGNING_SECRET,
    bot: {
      name: 'HelpBot',
      eventsUrl: `${url}/events`,
      interactivityUrl: `${url}/interactivity`,
      commandsUrl: `${url}/commands`,
    },
    people: () => people,
    person: (id) => people.find((person) => person.id === id),
    clock: () => new Date(),
    itChannel: { id: IT_CHANNEL, name: 'it-help-desk' },
    ...options,
  })
  const userOf = (person: DirectoryPerson) => slack.client.userOf(person.id) ?? ''
  return {
    slack,
    ada: userOf(ada),
    max: userOf(max),
    gus: userOf(gus),
    received,
    refused: () => refused,
    on(path, handler) {
      handlers[path] = handler
    },
    events: (type) =>
      received.map(({ body }) => body.event as Json | undefined).filter((event) => event?.type === type) as Json[],
    async gets(look) {
      for (;;) {
        for (const one of received) {
          const found = look(one)
          if (found !== undefined) return found
        }
        await new Promise<void>((resolve, reject) => {
          const timer = setTimeout(() => reject(new Error('the bot did not receive it within 10 seconds')), 10_000)
          const wake = () => {
            clearTimeout(timer)
            waiting.delete(wake)
            resolve()
          }
          waiting.add(wake)
        })
      }
    },
    async call(method, given = {}, token = BOT_TOKEN) {
      const form = Object.entries(given).map(([name, value]): [string, string] => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ])
      const response = await fetch(`${slack.apiUrl}${method}`, {
        method: 'POST',
        headers: token === '' ? {} : { authorization: `Bearer ${token}` },
        body: new URLSearchParams(form),
      })
      assert.equal(response.status, 200, `${method} answered ${response.status}`)
      return (await response.json()) as Json & { ok: boolean }
    },
    async close() {
      await slack.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function isSigned(request: Request, raw: string): boolean {
  const stamp = Number(request.headers['x-slack-request-timestamp'])
  if (!(Math.abs(Date.now() / 1_000 - stamp) <= 300)) return false
  const mine = Buffer.from(`v0=${createHmac('sha256', SIGNING_SECRET).update(`v0:${stamp}:${raw}`).digest('hex')}`)
  const theirs = Buffer.from(String(request.headers['x-slack-signature']))
  return mine.length === theirs.length && timingSafeEqual(mine, theirs)
}

function parsed(request: Request, raw: string): Json {
  if (request.headers['content-type']?.includes('json')) return JSON.parse(raw)
  const fields = Object.fromEntries(new URLSearchParams(raw))
  return typeof fields.payload === 'string' ? JSON.parse(fields.payload) : fields
}

export const section = (text: string) => ({ type: 'section', text: { type: 'plain_text', text } })

export const button = (text: string, value = text) => ({
  type: 'button',
  action_id: `press-${value}`,
  text: { type: 'plain_text', text },
  value,
})

export const actions = (...elements: readonly object[]) => ({ type: 'actions', elements })

export const input = (id: string, label: string, more: object = {}) => ({
  type: 'input',
  block_id: `block-${id}`,
  label: { type: 'plain_text', text: label },
  element: { type: 'plain_text_input', action_id: id },
  ...more,
})

export const modal = (title: string, blocks: readonly object[], more: object = {}) => ({
  type: 'modal',
  callback_id: 'test',
  title: { type: 'plain_text', text: title },
  submit: { type: 'plain_text', text: 'Send' },
  blocks,
  ...more,
})
