import type { Context, Middleware } from '@microsoft/microsoft-graph-client'
import { callOf, type GraphCall } from './graph-call.ts'
import type { TokenSource } from './token-source.ts'

/** The platform's `fetch`, passed in. */
export type Fetch = typeof globalThis.fetch

/** The answer held more than the call allows. */
export class AnswerTooLarge extends Error {
  constructor(limit: number) {
    super(`the answer is larger than ${limit} bytes`)
    this.name = 'AnswerTooLarge'
  }
}

/**
 * Puts the bearer token on requests to the configured endpoint and refuses to send anything anywhere else. (The SDK's
 * own handler silently drops the header on hosts it does not know.) On 401 nothing happened, so the request goes out
 * once more with a token fresh from the authority: the old one may have been revoked.
 */
export function authenticationMiddleware(endpoint: string, tokens: TokenSource): Middleware {
  const { origin } = new URL(endpoint)
  let next: Middleware | undefined
  const send = async (context: Context, token: string) => {
    const headers = new Headers(context.options?.headers)
    headers.set('authorization', `Bearer ${token}`)
    context.options = { ...context.options, headers: Object.fromEntries(headers) }
    await next?.execute(context)
  }
  return {
    setNext(middleware) {
      next = middleware
    },
    async execute(context) {
      const url = new URL(String(context.request))
      if (url.origin !== origin || url.protocol !== 'https:')
        throw new TypeError(`a request to ${url.origin} is refused: only ${origin} over https gets our token`)
      await send(context, await tokens.token())
      if (context.response?.status === 401) await send(context, await tokens.token({ fresh: true }))
    },
  }
}

/**
 * The last link: sends the request, with a time limit that covers the whole answer, and takes the answer in whole, so
 * that a connection cut in the middle counts as a failure of this try.
 */
export function transportMiddleware(deps: { readonly fetch: Fetch; readonly timeoutMilliseconds: number }): Middleware {
  return {
    async execute(context) {
      const response = await deps.fetch(String(context.request), {
        ...context.options,
        redirect: 'manual',
        signal: AbortSignal.timeout(deps.timeoutMilliseconds),
      })
      const body = await takeBody(response, callOf(context))
      const { status, statusText, headers } = response
      context.response = new Response(body, { status, statusText, headers })
    },
  }
}

/** Statuses that Response insists have no body (fetch standard, "null body status"). */
const bodiless = new Set([101, 103, 204, 205, 304])

async function takeBody(response: Response, call: GraphCall): Promise<Uint8Array<ArrayBuffer> | null> {
  if (bodiless.has(response.status) || response.body === null) return null
  try {
    return await readBounded(response.body, call.answerLimit)
  } catch (failure) {
    // The status line of a write is its whole answer: a body lost after it changes nothing.
    if (call.kind === 'write') return null
    throw failure
  }
}

async function readBounded(body: ReadableStream<Uint8Array>, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > limit) throw new AnswerTooLarge(limit)
    chunks.push(chunk)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}
