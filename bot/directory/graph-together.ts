import { z } from 'zod'
import { type Fetch, takeBounded } from './graph-transport.ts'

/** learn.microsoft.com/graph/json-batching: no more than this in one. */
const itemsPerBatch = 20
/** As much as that many answers may be together. */
const batchLimit = 64 * 1024 * 1024
/** What is said once, with the batch; all other headers are each item's own. */
const ofTheWhole = new Set(['authorization', 'accept', 'accept-encoding', 'sdkversion'])

const answers = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number().int().min(200).max(599),
      headers: z.record(z.string(), z.string()).nullish(),
      body: z.unknown(),
    }),
  ),
})

interface Reading {
  readonly url: URL
  readonly headers: Headers
  readonly signal: AbortSignal | undefined
  resolve(response: Response): void
  reject(failure: unknown): void
}

/**
 * Sends reads that are asked for in the same moment as one request (JSON batching), each still answered by an answer of its own: to
 * find out about one person takes five. What becomes of the batch as a whole, becomes of each of them. Writes, pictures and what asks for
 * JSON batching itself go alone.
 * @param endpoint the only server asked so
 */
export function readsTogether(fetch: Fetch, endpoint: string): Fetch {
  const root = `${new URL(endpoint).origin}/v1.0`
  let waiting: Reading[] = []

  async function flush(): Promise<void> {
    const all = waiting
    waiting = []
    const byToken = Map.groupBy(all, ({ headers }) => headers.get('authorization')).values()
    for (const same of byToken)
      for (let at = 0; at < same.length; at += itemsPerBatch) void send(same.slice(at, at + itemsPerBatch))
  }

  async function send(readings: readonly Reading[]): Promise<void> {
    const [first] = readings
    if (first === undefined) return
    try {
      if (readings.length > 1) return await sendBatch(first, readings)
      first.resolve(
        await fetch(first.url, { headers: first.headers, redirect: 'manual', signal: first.signal ?? null }),
      )
    } catch (failure) {
      for (const { reject } of readings) reject(failure)
    }
  }

  async function sendBatch(first: Reading, readings: readonly Reading[]): Promise<void> {
    const headers = new Headers({ 'content-type': 'application/json' })
    for (const [name, value] of first.headers)
      if (ofTheWhole.has(name) || name === 'client-request-id') headers.set(name, value)
    const requests = readings.map(({ url, headers: own }, index) => ({
      id: String(index),
      method: 'GET',
      url: url.href.slice(root.length),
      headers: Object.fromEntries([...own].filter(([name]) => !ofTheWhole.has(name))),
    }))
    const response = await fetch(`${root}/$batch`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ requests }),
      redirect: 'manual',
      // All have begun just now, and have as much time.
      signal: readings.at(-1)?.signal ?? null,
    })
    const whole = response.body === null ? null : await takeBounded(response.body, batchLimit)
    if (response.status !== 200) {
      for (const { resolve } of readings) resolve(copyOf(response, whole))
      return
    }
    const { responses } = answers.parse(JSON.parse(new TextDecoder().decode(whole ?? undefined)))
    const found = new Map(responses.map((item) => [item.id, item]))
    for (const [index, { resolve, reject }] of readings.entries()) {
      const item = found.get(String(index))
      if (item === undefined) reject(new TypeError(`the batch says nothing of item ${index}`))
      else resolve(answerOf(item))
    }
  }

  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const isRead = (init?.method ?? 'GET') === 'GET' && !(input instanceof Request)
    const alone = !isRead || !url.href.startsWith(`${root}/`) || url.pathname.endsWith('/$value')
    if (alone) return await fetch(input, init)
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    waiting.push({ url, headers: new Headers(init?.headers), signal: init?.signal ?? undefined, resolve, reject })
    // After all that goes on without waiting for anything outside has asked too.
    if (waiting.length === 1) setImmediate(() => void flush())
    return await promise
  }
}

const bodiless = new Set([204, 205, 304])

function answerOf({ status, headers, body }: z.infer<typeof answers>['responses'][number]): Response {
  const said = body === undefined || bodiless.has(status) ? null : JSON.stringify(body)
  return new Response(said, { status, headers: headers ?? {} })
}

function copyOf({ status, statusText, headers }: Response, body: Uint8Array<ArrayBuffer> | null): Response {
  return new Response(bodiless.has(status) ? null : body, { status, statusText, headers })
}
