import express, { type NextFunction, type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { eventStreams } from '../event-streams.ts'
import { loopbackOnly } from '../loopback-only.ts'
import type { SlackClient } from './client.ts'
import { SlackClientError } from './client-error.ts'
import type { SlackEvent } from './events.ts'

const words = z.string().min(1).max(12_000)
const id = z.string().min(1).max(255)
const file = z.object({
  name: z.string().min(1).max(255),
  mimetype: z.string().max(100).exactOptional(),
  size: z.number().int().min(0).max(1_000_000_000).exactOptional(),
})
const files = z.array(file).max(10).exactOptional()
const typed = z
  .record(z.string().max(255), z.union([z.string().max(3_000), z.array(z.string().max(3_000)).max(100)]))
  .default({})
const button = z.union([id, z.object({ text: z.string().min(1).max(75) })])
const threadTs = id.exactOptional()

const bodies = {
  say: z.object({ text: z.string().max(12_000), files, threadTs }),
  command: z.object({ conversationId: id, command: z.string().max(32), text: z.string().max(3_000).default('') }),
  press: z.object({ conversationId: id, messageTs: id, button, typed }),
  pressInView: z.object({ button, typed }),
  submit: z.object({ typed }),
  shortcut: z.object({ conversationId: id, messageTs: id, callbackId: id }),
  post: z.object({ user: id, text: z.string().max(12_000), threadTs, files, mention: z.boolean().default(false) }),
  redeliver: z.object({ eventId: id }),
  profile: z.object({
    email: words.nullable().exactOptional(),
    name: z.string().min(1).max(80).exactOptional(),
    is_restricted: z.boolean().exactOptional(),
    is_ultra_restricted: z.boolean().exactOptional(),
    is_stranger: z.boolean().exactOptional(),
    is_invited_user: z.boolean().exactOptional(),
    is_email_confirmed: z.boolean().exactOptional(),
    is_bot: z.boolean().exactOptional(),
    deleted: z.boolean().exactOptional(),
    team_id: id.exactOptional(),
  }),
  fault: z.object({
    kind: z.union([z.literal([429, 500, 503]), z.literal(['cut', 'lost', 'slow'])]),
    retryAfterSeconds: z.number().int().min(0).max(3_600).exactOptional(),
    delayMilliseconds: z.number().int().min(0).max(60_000).exactOptional(),
    times: z.number().int().min(1).max(1_000).exactOptional(),
    method: z.string().max(100).exactOptional(),
  }),
}

/**
 * SlackClient as JSON over HTTP, for the page and for tests that run elsewhere. Answers are those of the client, `null` where it
 * has nothing; where it throws, the answer is `{error: {code, message}}`. Writes need `content-type: application/json`.
 */
export function slackClientRouter(client: SlackClient): { readonly router: Router; close(): void } {
  const router = Router()
  const streams = eventStreams(({ query: { user, conversationId } }, send) => {
    const isTheirs = typeof user === 'string' ? visibleTo(user, client.directMessageOf(user)) : () => true
    return client.subscribe((event) => {
      const there =
        conversationId === undefined || !('conversationId' in event) || event.conversationId === conversationId
      if (there && isTheirs(event)) send(event)
    })
  })
  router.use(loopbackOnly)
  router.use(express.json({ limit: '128kb' }))
  router.use((_request, response, next) => {
    response.set('cache-control', 'no-store')
    next()
  })

  router.get('/events', (request, response) => streams.open(request, response))
  router.get('/transcript', (_request, response) => void response.json(client.transcript()))
  router.get('/people', (_request, response) => void response.json(client.people()))
  router.post('/people/:user/open', async ({ params }, response) => {
    response.json(await client.open(params.user))
  })
  router.get('/people/:user/chat', async ({ params }, response) => {
    response.json(await client.chat(params.user))
  })
  router.post('/people/:user/messages', async ({ params, body }, response) => {
    const { text, ...more } = read(bodies.say, body)
    const { message } = await client.say(params.user, text, more)
    response.status(202).json({ message })
  })
  router.post('/people/:user/commands', async ({ params, body }, response) => {
    const { conversationId, command, text } = read(bodies.command, body)
    response.json(await client.command(params.user, conversationId, command, text))
  })
  router.post('/people/:user/presses', async ({ params, body }, response) => {
    const press = read(bodies.press, body)
    response.json(await client.press(params.user, press.conversationId, press.messageTs, press.button, press.typed))
  })
  router.get('/people/:user/view', async ({ params }, response) => {
    response.json((await client.view(params.user)) ?? null)
  })
  router.post('/people/:user/view/presses', async ({ params, body }, response) => {
    const press = read(bodies.pressInView, body)
    response.json(await client.pressInView(params.user, press.button, press.typed))
  })
  router.post('/people/:user/view/submit', async ({ params, body }, response) => {
    response.json(await client.submitView(params.user, read(bodies.submit, body).typed))
  })
  router.post('/people/:user/view/close', async ({ params }, response) => {
    await client.closeView(params.user)
    response.status(204).end()
  })
  router.get('/people/:user/home', async ({ params }, response) => {
    response.json((await client.home(params.user)) ?? null)
  })
  router.post('/people/:user/home/open', async ({ params }, response) => {
    response.json((await client.openHome(params.user)) ?? null)
  })
  router.post('/people/:user/home/presses', async ({ params, body }, response) => {
    const press = read(bodies.pressInView, body)
    response.json(await client.pressHome(params.user, press.button, press.typed))
  })
  router.post('/people/:user/shortcuts', async ({ params, body }, response) => {
    const { conversationId, messageTs, callbackId } = read(bodies.shortcut, body)
    response.json(await client.shortcut(params.user, conversationId, messageTs, callbackId))
  })
  router.post('/people/:user/profile', async ({ params, body }, response) => {
    response.json(await client.setProfile(params.user, read(bodies.profile, body)))
  })

  router.get('/channels', (_request, response) => void response.json(client.channels()))
  router.get('/channels/:id', async ({ params, query }, response) => {
    response.json(await client.channel(params.id, typeof query.user === 'string' ? query.user : undefined))
  })
  router.post('/channels/:id/messages', async ({ params, body }, response) => {
    const { user, text, mention, ...more } = read(bodies.post, body)
    const { message } = await (mention ? client.mention : client.post)(user, params.id, text, more)
    response.status(202).json({ message })
  })

  router.post('/redeliver', async ({ body }, response) => {
    const delivery = await client.redeliver(read(bodies.redeliver, body).eventId)
    if (!delivery) throw new SlackClientError('no-such-message', 'that event is not remembered')
    response.json(delivery)
  })
  router.post('/faults', ({ body }, response) => {
    client.addFault(read(bodies.fault, body))
    response.status(204).end()
  })
  router.delete('/faults', (_request, response) => {
    client.clearFaults()
    response.status(204).end()
  })

  router.use((_request, response) => {
    response.status(404).json({ error: { code: 'not-found', message: 'There is nothing here.' } })
  })
  router.use(answerError)
  return { router, close: () => streams.close() }
}

/** What one person may see: their own windows and direct message, and what happens in channels. */
function visibleTo(user: string, own: string): (event: SlackEvent) => boolean {
  return (event) => {
    if ('user' in event && event.user !== undefined) return event.user === user
    return !('conversationId' in event) || !event.conversationId.startsWith('D') || event.conversationId === own
  }
}

function read<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const parsed = schema.safeParse(body ?? {})
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new SlackClientError('bad-input', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not understood'}`)
}

function answerError(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (error instanceof SlackClientError) {
    response.status(error.status).json({ error: { code: error.code, message: error.message } })
    return
  }
  // What body-parser throws carries the HTTP status it stands for; anything else is a fault of this program.
  const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500
  if (status >= 500) next(error)
  else response.status(status).json({ error: { code: 'bad-input', message: 'The request was not understood.' } })
}
