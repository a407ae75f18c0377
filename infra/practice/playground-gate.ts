import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout } from 'node:timers/promises'
import express from 'express'
import { z } from 'zod'
import { proxyTo } from './front-door-proxy.ts'
import { loopbackOnly } from './loopback-only.ts'

/** Longer than the bot takes for anything, in milliseconds. */
const patience = 30_000
/** A bot that never stops talking gets its window all the same, in milliseconds. */
const longestWait = 5_000

export interface PlaygroundGate {
  /** What the playground takes for the bot's address. */
  readonly messagesUrl: string
  /** What the bot takes for the playground's address. */
  readonly serviceUrl: string
  close(): Promise<void>
}

/**
 * Stands between the playground and the bot. The playground has no dialogs (`task/fetch`, `task/submit`), but draws the same
 * windows for the action commands of a message extension. So an action command on a message of the bot opens the window that
 * the message's button would open in Teams; all else passes through as it is, in both directions.
 *
 * The playground's page empties an open window 0.3 s after a message arrives (version 0.2.28). So a window waits until the bot
 * has been quiet for a while: most of what it says comes along with the window.
 * Source: Teams "Dialogs in bots" and "Define action commands for message extensions".
 */
export async function openPlaygroundGate(options: {
  readonly botUrl: string
  readonly playgroundUrl: string
  readonly quietMilliseconds: number
}): Promise<PlaygroundGate> {
  const toPlayground = proxyTo(() => options.playgroundUrl)
  let lastSaid = Number.NEGATIVE_INFINITY
  async function quiet(): Promise<void> {
    const deadline = performance.now() + longestWait
    for (;;) {
      const now = performance.now()
      const left = Math.min(lastSaid + options.quietMilliseconds, deadline) - now
      if (left <= 0) return
      await setTimeout(left)
    }
  }

  const app = express()
  app.disable('x-powered-by')
  app.use(loopbackOnly)
  app.all(/^\/_connector\//, (request, response) => {
    response.once('close', () => {
      lastSaid = performance.now()
    })
    toPlayground(request, response)
  })
  app.head('/api/messages', (_request, response) => void response.end())
  app.post('/api/messages', express.json({ limit: '1mb' }), async ({ body }, response) => {
    if (body === undefined) return void response.status(415).end()
    const command = commandSchema.safeParse(body)
    const activity = command.success ? asDialog(command.data) : body
    if (!activity) return void response.json(shown('This message has no button that opens a window.'))
    const answer = await fetch(new URL('/api/messages', options.botUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(activity),
      signal: AbortSignal.timeout(patience),
    }).catch(() => undefined)
    if (!answer) return void response.status(503).end()
    const said: unknown = await answer.json().catch(() => ({}))
    if (!command.success || !answer.ok) return void response.status(answer.status).json(said)
    lastSaid = performance.now()
    await quiet()
    response.json(asCommandAnswer(said))
  })
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (typeof address !== 'object' || !address) throw new Error('unreachable: the gate listens on a port')
  const url = `http://127.0.0.1:${address.port}`
  return {
    messagesUrl: `${url}/api/messages`,
    serviceUrl: `${url}/_connector`,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The playground puts a card's JSON into a string. */
const jsonText = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    context.addIssue('not JSON')
    return z.NEVER
  }
})

const commandSchema = z.looseObject({
  type: z.literal('invoke'),
  name: z.enum(['composeExtension/fetchTask', 'composeExtension/submitAction']),
  value: z.object({
    data: z.unknown().optional(),
    messagePayload: z
      .object({ id: z.string(), attachments: z.array(z.object({ content: jsonText })).max(20) })
      .optional(),
  }),
})

/** The dialog's activity that says the same; nothing when the command was not given on a message that opens a window. */
function asDialog({ name, value, ...rest }: z.infer<typeof commandSchema>): object | undefined {
  const { messagePayload } = value
  const replyToId = messagePayload && { replyToId: messagePayload.id }
  if (name === 'composeExtension/submitAction')
    return { ...rest, ...replyToId, name: 'task/submit', value: { data: value.data } }
  const data = messagePayload?.attachments.map(({ content }) => buttonOf(content)).find((one) => one !== undefined)
  return data && { ...rest, ...replyToId, name: 'task/fetch', value: { data } }
}

const windowCard = z.object({ actions: z.array(z.object({ data: z.unknown().optional() })).max(50) })
const windowButton = z.looseObject({ msteams: z.object({ type: z.literal('task/fetch') }) })

/** What the button that opens a window carries, if the card has one. */
function buttonOf(card: unknown): object | undefined {
  const parsed = windowCard.safeParse(card)
  const buttons = parsed.success ? parsed.data.actions.map(({ data }) => windowButton.safeParse(data).data) : []
  return buttons.find((data) => data !== undefined)
}

const dialogAnswer = z.object({
  task: z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('continue') }),
    z.object({ type: z.literal('message'), value: z.string() }),
  ]),
})

/** The playground wants a window in answer to every command; in Teams an empty answer closes the one that is open. */
function asCommandAnswer(said: unknown): object {
  const parsed = dialogAnswer.safeParse(said)
  if (!parsed.success) return shown('Done. You can close this window.')
  const { task } = parsed.data
  return task.type === 'message' ? shown(task.value) : { task }
}

function shown(text: string): object {
  const content = { type: 'AdaptiveCard', version: '1.5', body: [{ type: 'TextBlock', text, wrap: true }] }
  const card = { contentType: 'application/vnd.microsoft.card.adaptive', content }
  return { task: { type: 'continue', value: { title: 'HelpBot', card } } }
}
