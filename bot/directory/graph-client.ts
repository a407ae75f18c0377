import { Client, ResponseType } from '@microsoft/microsoft-graph-client'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import { keepableJson } from '../text/keepable.ts'
import type { Receipt } from './directory.ts'
import { nextPage } from './graph-address.ts'
import { GraphCall } from './graph-call.ts'
import { answerError, lostAnswer, networkError, strangeAnswer } from './graph-errors.ts'
import { type RetryRules, retryMiddleware, usualRetries } from './graph-retry.ts'
import { AnswerTooLarge, authenticationMiddleware, type Fetch, transportMiddleware } from './graph-transport.ts'
import type { TokenSource } from './token-source.ts'

/** What the Graph client needs of its surroundings. */
export interface GraphSurroundings {
  /** `https://graph.microsoft.com`; the bearer token goes nowhere else. */
  readonly endpoint: string
  readonly tokens: TokenSource
  readonly clock: Clock
  /** 0 ≤ random < 1, for the jitter of retries. */
  readonly random: () => number
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly fetch: Fetch
  /** Makes the `client-request-id` (a GUID) of each call, by which Microsoft's support finds it. */
  readonly requestId: () => string
  readonly retries?: RetryRules
  /** For one try, from sending to the last byte of the answer. */
  readonly timeoutMilliseconds?: number
}

interface ReadOptions {
  readonly title: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Graph v1.0, over the SDK, with our rules for retries, errors and paging. Every method throws DirectoryError only. */
export interface Graph {
  readonly endpoint: string
  /** GET one JSON answer. */
  read<T>(path: string, answer: z.ZodType<T>, options: ReadOptions): Promise<T>
  /** POST that changes nothing (`checkMemberGroups`): retried like a read. */
  ask<T>(path: string, body: object, answer: z.ZodType<T>, options: ReadOptions): Promise<T>
  /** GET a list, page by page, following `@odata.nextLink` with the same headers. */
  pages<T>(path: string, item: z.ZodType<T>, options: ReadOptions): AsyncIterable<readonly T[]>
  /** GET bytes, or undefined when there are more than `limit`. */
  readBytes(
    path: string,
    limit: number,
    options: ReadOptions,
  ): Promise<{ readonly bytes: Uint8Array; readonly type: string } | undefined>
  /**
   * Changes something. Never sent twice unless the first certainly did nothing. `secrets` are kept out of every
   * error.
   */
  write(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body: object | undefined,
    options: { readonly title: string; readonly secrets?: readonly string[] },
  ): Promise<Receipt>
  /**
   * POST that makes something and must read the answer. Sent like `write`. An answer that says success and cannot be
   * read is unreachable with maybeDone, and no error repeats any of it.
   */
  create<T>(
    path: string,
    body: object,
    answer: z.ZodType<T>,
    options: { readonly title: string },
  ): Promise<Receipt & { readonly made: T }>
  /** The same client under another `client-request-id`. */
  withRequestId(requestId: () => string): Graph
}

/**
 * With this and `$count=true` Graph takes advanced queries (learn.microsoft.com/graph/aad-advanced-queries). They are
 * answered from an index that lags behind.
 */
export const advanced = { ConsistencyLevel: 'eventual' } as const

/** A listing longer than this is a server that goes round in circles: 10,000 pages of 999 people. */
const mostPages = 10_000

/** @see GraphSurroundings */
export function graphClient(surroundings: GraphSurroundings): Graph {
  const { endpoint } = surroundings
  const chain = [
    retryMiddleware({ ...surroundings, rules: surroundings.retries ?? usualRetries }),
    authenticationMiddleware(endpoint, surroundings.tokens),
    transportMiddleware({ ...surroundings, timeoutMilliseconds: surroundings.timeoutMilliseconds ?? 15_000 }),
  ]
  const sdk = Client.initWithMiddleware({ baseUrl: `${endpoint}/`, defaultVersion: 'v1.0', middleware: chain })
  return overSdk(sdk, endpoint, surroundings.requestId)
}

function overSdk(sdk: Client, endpoint: string, requestId: () => string): Graph {
  /** Sends one call and gives the answer if it says success. */
  async function send(
    call: GraphCall,
    method: 'get' | 'post' | 'patch' | 'delete',
    path: string,
    body: object | undefined,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> {
    const request = sdk
      .api(path)
      .responseType(ResponseType.RAW)
      .headers({ ...headers, 'client-request-id': requestId(), 'return-client-request-id': 'true' })
      .middlewareOptions([call])
    let response: unknown
    try {
      response = await (method === 'get' || method === 'delete' ? request[method]() : request[method](body))
    } catch (failure) {
      throw networkError(call, call.failure ?? failure)
    }
    if (!(response instanceof Response)) throw strangeAnswer(call, 'no HTTP response', undefined)
    if (!response.ok) throw answerError(call, response.status, response.headers, await response.text())
    return response
  }

  async function parse<T>(call: GraphCall, response: Response, answer: z.ZodType<T>): Promise<T> {
    const requestId = response.headers.get('request-id') ?? undefined
    let json: unknown
    try {
      json = await jsonOf(response)
    } catch {
      throw strangeAnswer(call, 'it is not JSON', requestId)
    }
    const parsed = answer.safeParse(json)
    if (!parsed.success) throw strangeAnswer(call, z.prettifyError(parsed.error), requestId)
    return parsed.data
  }

  async function read<T>(path: string, answer: z.ZodType<T>, options: ReadOptions): Promise<T> {
    const call = new GraphCall({ kind: 'read', title: options.title })
    return parse(call, await send(call, 'get', path, undefined, options.headers), answer)
  }

  return {
    endpoint,
    read,
    async ask(path, body, answer, options) {
      const call = new GraphCall({ kind: 'read', title: options.title })
      return parse(call, await send(call, 'post', path, body, options.headers), answer)
    },
    async *pages(path, item, options) {
      const page = z.object({ value: z.array(item), '@odata.nextLink': z.string().optional() })
      const seen = new Set<string>()
      for (let at: string | undefined = path; at !== undefined; ) {
        const answer: z.infer<typeof page> = await read(at, page, options)
        yield answer.value
        const link: string | undefined = answer['@odata.nextLink']
        at = link === undefined ? undefined : nextPage(link, endpoint)
        if (at !== undefined && (seen.has(at) || seen.size >= mostPages))
          throw strangeAnswer(new GraphCall({ kind: 'read', title: options.title }), 'its pages never end', undefined)
        if (at !== undefined) seen.add(at)
      }
    },
    async readBytes(path, limit, options) {
      const call = new GraphCall({ kind: 'read', title: options.title, answerLimit: limit })
      try {
        const response = await send(call, 'get', path, undefined, options.headers)
        return { bytes: await response.bytes(), type: response.headers.get('content-type') ?? '' }
      } catch (error) {
        if (call.failure instanceof AnswerTooLarge) return undefined
        throw error
      }
    },
    async write(method, path, body, options) {
      const call = new GraphCall({ kind: 'write', ...options })
      const verb = ({ POST: 'post', PATCH: 'patch', DELETE: 'delete' } as const)[method]
      const response = await send(call, verb, path, body)
      return { requestId: response.headers.get('request-id') ?? undefined }
    },
    async create(path, body, answer, options) {
      const call = new GraphCall({ kind: 'write', title: options.title })
      const response = await send(call, 'post', path, body)
      const requestId = response.headers.get('request-id') ?? undefined
      const parsed = answer.safeParse(await jsonOf(response).catch(() => undefined))
      if (!parsed.success) throw lostAnswer(call, requestId)
      return { requestId, made: parsed.data }
    },
    withRequestId: (other) => overSdk(sdk, endpoint, other),
  }
}

/** Texts of the directory that could not be kept are mended. @throws SyntaxError */
async function jsonOf(response: Response): Promise<unknown> {
  return keepableJson(await response.text())
}
