import express, { type NextFunction, type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { eventStreams } from '../event-streams.ts'
import { loopbackOnly } from '../loopback-only.ts'
import type { TeamsClient } from './client.ts'
import { TeamsClientError } from './client-error.ts'
import { MOST_FILES } from './sent-files.ts'

const text = z.string().min(1).max(28_000)
const id = z.string().min(1).max(500)
const files = z.array(z.string().min(1).max(200)).max(MOST_FILES).exactOptional()
/** Empty when files come with it. */
const words = z.string().max(28_000)
const action = z.object({
  type: z.string().max(100),
  title: z.string().max(500).exactOptional(),
  verb: z.string().max(500).exactOptional(),
  id: z.string().max(500).exactOptional(),
})
const data = z.unknown().optional()

const bodies = {
  say: z.object({ text: words, files }),
  act: z.object({ messageId: id, action, data }),
  dialogFetch: z.object({ messageId: id, data }),
  dialogSubmit: z.object({ messageId: id.exactOptional(), data }),
  refresh: z.object({ messageId: id }),
  react: z.object({ messageId: id, type: z.string().max(50), remove: z.boolean().exactOptional() }),
  post: z.object({
    personId: id,
    text: words,
    replyTo: id.exactOptional(),
    mention: z.boolean().exactOptional(),
    files,
  }),
  edit: z.object({ personId: id, messageId: id, text }),
  actIn: z.object({ personId: id, messageId: id, action, data }),
  groupChat: z.object({ personIds: z.array(id).max(250), topic: z.string().max(200) }),
  redeliver: z.object({ activityId: id }),
  state: z.object({ personId: id, blocked: z.boolean().exactOptional(), installed: z.boolean().exactOptional() }),
  team: z.object({ personId: id, installed: z.boolean() }),
  fault: z.object({
    status: z.union([z.literal([412, 429, 500, 502, 503, 504]), z.literal(['cut', 'lost'])]),
    retryAfterSeconds: z.number().int().min(0).max(3600).exactOptional(),
    times: z.number().int().min(1).max(1000).exactOptional(),
    conversationId: id.exactOptional(),
  }),
}

/**
 * TeamsClient as JSON over HTTP, for the page and for tests that run elsewhere. Requests and answers are those of the client;
 * where it throws, the answer is `{error: {code, message}}`. Writes need `content-type: application/json`.
 */
export function teamsClientRouter(client: TeamsClient): { readonly router: Router; close(): void } {
  const router = Router()
  const streams = eventStreams(({ query: { personId, conversationId } }, send) =>
    client.subscribe((event) => {
      const theirs = personId === undefined || event.personIds.includes(String(personId))
      if (theirs && (conversationId === undefined || event.conversationId === conversationId)) send(event)
    }),
  )
  router.use(loopbackOnly)
  router.use(express.json({ limit: '128kb' }))
  router.use((_request, response, next) => {
    response.set('cache-control', 'no-store')
    next()
  })

  router.get('/events', (request, response) => streams.open(request, response))
  router.get('/transcript', (_request, response) => void response.json(client.transcript()))

  router.post('/people/:personId/open', ({ params }, response) => void response.json(client.open(params.personId)))
  router.get('/people/:personId/chat', ({ params }, response) => void response.json(client.chat(params.personId)))
  router.post('/people/:personId/messages', ({ params, body }, response) => {
    const { text, files } = read(bodies.say, body)
    response.status(202).json({ message: client.say(params.personId, text, files).message })
  })
  router.post('/people/:personId/actions', async ({ params, body }, response) => {
    response.json(await client.act(params.personId, read(bodies.act, body)))
  })
  router.post('/people/:personId/dialog/fetch', async ({ params, body }, response) => {
    response.json(await client.fetchDialog(params.personId, read(bodies.dialogFetch, body)))
  })
  router.post('/people/:personId/dialog/submit', async ({ params, body }, response) => {
    response.json(await client.submitDialog(params.personId, read(bodies.dialogSubmit, body)))
  })
  router.post('/people/:personId/refresh', async ({ params, body }, response) => {
    response.json(await client.refresh(params.personId, read(bodies.refresh, body)))
  })
  router.post('/people/:personId/reactions', async ({ params, body }, response) => {
    const { status, attempts } = await client.react(params.personId, read(bodies.react, body))
    response.json({ status, attempts })
  })

  router.get('/channels/:id', ({ params }, response) => void response.json(client.conversation(params.id)))
  router.post('/channels/:id/messages', ({ params, body }, response) => {
    response.status(202).json({ message: client.post(params.id, read(bodies.post, body)).message })
  })
  router.post('/channels/:id/edits', ({ params, body }, response) => {
    response.status(202).json({ message: client.edit(params.id, read(bodies.edit, body)).message })
  })
  router.post('/channels/:id/actions', async ({ params, body }, response) => {
    response.json(await client.actIn(params.id, read(bodies.actIn, body)))
  })
  router.post('/group-chats', ({ body }, response) => {
    const { personIds, topic } = read(bodies.groupChat, body)
    response.status(201).json(client.openGroupChat(personIds, topic))
  })

  router.post('/redeliver', async ({ body }, response) => {
    const delivery = await client.redeliver(read(bodies.redeliver, body).activityId)
    if (!delivery) throw new TeamsClientError('no-such-message', 'that activity is not remembered')
    response.json({ status: delivery.status, attempts: delivery.attempts })
  })
  router.post('/state', ({ body }, response) => {
    const { personId, ...change } = read(bodies.state, body)
    response.json(client.setState(personId, change))
  })
  router.post('/team', ({ body }, response) => {
    const { personId, installed } = read(bodies.team, body)
    client.setTeam(personId, { installed })
    response.status(204).end()
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

function read<Body>(schema: z.ZodType<Body>, body: unknown): Body {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new TeamsClientError('bad-input', `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'not understood'}`)
}

function answerError(error: unknown, _request: Request, response: Response, next: NextFunction): void {
  if (error instanceof TeamsClientError) {
    response.status(error.status).json({ error: { code: error.code, message: error.message } })
    return
  }
  // What body-parser throws carries the HTTP status it stands for; anything else is a fault of this program.
  const status = error instanceof Error && 'status' in error && typeof error.status === 'number' ? error.status : 500
  if (status >= 500) next(error)
  else response.status(status).json({ error: { code: 'bad-input', message: 'The request was not understood.' } })
}
