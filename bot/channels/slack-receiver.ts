import type { App, Receiver } from '@slack/bolt'
import express, { type Request, type Response, type Router } from 'express'
import type { Logger } from 'pino'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Ephemeral } from '../store/ephemeral.ts'
import { verifySlackSignature } from './slack-signature.ts'

/** A signature is good for five minutes before and after its time; for so long none is taken twice. */
const signatureLife = 10 * 60 * 1_000

/**
 * An event still worked on after this time is acknowledged. Well below Slack's three seconds, which also count how long a request
 * lay in line before we heard of it; what fails within it comes again. Milliseconds.
 */
const patience = 1_500

const urls = { event: '/slack/events', interaction: '/slack/interactivity', command: '/slack/commands' } as const
type Kind = keyof typeof urls

export interface HttpReceiver extends Receiver {
  readonly router: Router
}

export interface HttpReceiverDependencies {
  readonly signingSecret: string
  readonly clock: Clock
  readonly ephemeral: Ephemeral
  readonly log: Logger
}

/** Slack's requests in our own server. Nothing is parsed before the signature is verified and seen for the first time. */
export function httpReceiver(dependencies: HttpReceiverDependencies): HttpReceiver {
  const { signingSecret, clock, ephemeral, log } = dependencies
  const router = express.Router()
  let app: App | undefined

  for (const kind of ['event', 'interaction', 'command'] as const)
    router.post(
      urls[kind],
      express.raw({ type: () => true, limit: '256kb', inflate: false }),
      (request, response, next) => {
        receive(kind, request, response).catch(next)
      },
    )

  async function receive(kind: Kind, request: Request, response: Response): Promise<void> {
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const now = Math.floor(clock().getTime() / 1_000)
    const verified = verifySlackSignature(raw, request.headers, signingSecret, now)
    const isNew =
      'signature' in verified && (await ephemeral.claim(`slack-signature:${verified.signature}`, signatureLife))
    if (!isNew) {
      log.warn({ reason: 'refusal' in verified ? verified.refusal : 'it was sent before' }, 'slack request refused')
      return void response.status(401).end()
    }
    const body = parse(kind, raw.toString('utf8'))
    if (body === undefined) return void response.status(400).end()
    if (body.type === 'url_verification') return void response.json({ challenge: String(body.challenge).slice(0, 500) })
    if (!isKnown(kind, body)) return void response.status(200).end()
    await hand(kind, body, response)
  }

  /** An event is acknowledged when it has been worked on, so that what fails comes again; or in time without it. */
  async function hand(kind: Kind, body: Record<string, unknown>, response: Response): Promise<void> {
    const answer = (given?: unknown) => {
      if (response.headersSent) return
      if (given === undefined || given === '') response.status(200).end()
      else if (typeof given === 'string') response.status(200).type('text/plain').send(given)
      else response.status(200).json(given)
    }
    const late = kind === 'event' ? setTimeout(answer, patience) : undefined
    try {
      const ack = async (given?: unknown) => (kind === 'event' ? undefined : answer(given))
      await app?.processEvent({ body, ack })
      answer()
    } catch {
      // What it was is in the log already.
      if (!response.headersSent) response.status(503).end()
    } finally {
      clearTimeout(late)
    }
  }

  return {
    router,
    init(made) {
      app = made
    },
    async start() {},
    async stop() {},
  }
}

const objectSchema = z.record(z.string(), z.unknown())

/** Events are JSON, commands a form, interactions JSON in a form. */
function parse(kind: Kind, text: string): Record<string, unknown> | undefined {
  if (kind === 'event') return readObject(text)
  const form = new URLSearchParams(text)
  if (kind === 'interaction') return readObject(form.get('payload') ?? '')
  return form.size === 0 || form.size > 100 ? undefined : Object.fromEntries(form)
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    return objectSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

const user = z.object({ id: z.string() })

/** Somebody did each interaction: Bolt, which looks who, takes it for granted. */
const knownSchemas = {
  event: z.object({ type: z.literal('event_callback'), event: z.object({ type: z.string() }) }),
  interaction: z.union([
    z.object({ type: z.literal('block_actions'), user, actions: z.array(z.object({})).min(1) }),
    z.object({ type: z.literal('view_submission'), user, view: z.object({}) }),
    z.object({ type: z.literal('message_action'), user, callback_id: z.string() }),
  ]),
  command: z.object({ command: z.string(), team_id: z.string() }),
} as const

/** What Slack may send besides is answered and left alone. */
function isKnown(kind: Kind, body: unknown): boolean {
  return knownSchemas[kind].safeParse(body).success
}
