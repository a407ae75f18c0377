import { errors, type JWTPayload } from 'jose'
import type { Answer, Ask, RequestClass, Task } from '../exchange.ts'
import { graphAudience } from '../oauth.ts'
import type { App, TenantState } from '../state.ts'
import { runBatch } from './batch.ts'
import { demand, type Route } from './call.ts'
import { errorAnswer } from './error-answer.ts'
import { denied, GraphFault } from './graph-fault.ts'
import { findRoute } from './route-table.ts'

/** Microsoft Graph: gives the task for a request under /v1.0 or /beta, or undefined when it is for somebody else. */
export function graphEndpoint(state: TenantState): (ask: Ask, requestId: string) => Task | undefined {
  return (ask, requestId) => {
    const [version, ...segments] = ask.url.pathname.split('/').slice(1)
    if (version !== 'v1.0' && version !== 'beta') return undefined
    const refuse = (fault: GraphFault) => errorAnswer(state, ask, requestId, fault)
    const isBatch = segments.length === 1 && segments[0] === '$batch' && ask.method === 'POST'
    const request = isBatch ? undefined : readRequest(ask, version, segments)
    return {
      class: isBatch ? 'batch' : (request?.class ?? 'other'),
      async run() {
        try {
          const app = await callerOf(state, ask)
          if (request !== undefined) return named(await request.run(state, app), ask, requestId)
          return named(await runBatch(state, ask, (item) => graphItem(state, app, item, requestId)), ask, requestId)
        } catch (error) {
          if (error instanceof GraphFault) return refuse(error)
          throw error
        }
      },
      fail: (status, retryAfterSeconds) => failed(refuse, status, retryAfterSeconds),
    }
  }
}

/** A request inside a batch: the caller is known already. */
function graphItem(state: TenantState, app: App, ask: Ask, requestId: string): Task {
  const [version, ...segments] = ask.url.pathname.split('/').slice(1)
  const refuse = (fault: GraphFault) => errorAnswer(state, ask, requestId, fault)
  const request = readRequest(ask, version === 'beta' ? 'beta' : 'v1.0', segments)
  return {
    class: request.class,
    async run() {
      try {
        return await request.run(state, app)
      } catch (error) {
        if (error instanceof GraphFault) return refuse(error)
        throw error
      }
    },
    fail: (status, retryAfterSeconds) => failed(refuse, status, retryAfterSeconds),
  }
}

interface Request {
  readonly class: RequestClass
  run(state: TenantState, app: App): Promise<Answer>
}

function readRequest(ask: Ask, version: 'v1.0' | 'beta', raw: readonly string[]): Request {
  const fails = (fault: GraphFault): Request => ({
    class: 'other',
    run: () => Promise.reject(fault),
  })
  let segments: string[]
  let body: unknown
  try {
    segments = raw.map((segment) => decodeURIComponent(segment))
  } catch {
    return fails(new GraphFault(400, 'BadRequest', 'The request URI is not valid.'))
  }
  const place = findRoute(ask.method, version, segments)
  if (place.route === undefined) {
    return fails(
      place.wrongMethod
        ? new GraphFault(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.')
        : new GraphFault(400, 'BadRequest', `Resource not found for the segment '${place.segment}'.`),
    )
  }
  const { route, params } = place
  try {
    body = ask.body === '' ? undefined : JSON.parse(ask.body)
  } catch {
    return fails(new GraphFault(400, 'BadRequest', 'Unable to read JSON request payload.'))
  }
  return {
    class: classOf(route, body),
    async run(state, app) {
      if (route.permissions.length > 0) demand(app, route.permissions)
      const { method, headers, url } = ask
      return route.handle({ state, app, method, path: url.pathname, params, query: url.searchParams, headers, body })
    },
  }
}

function classOf(route: Route, body: unknown): RequestClass {
  return typeof route.class === 'function' ? route.class(body) : route.class
}

/**
 * Who calls. The token must be this tenant's, for Graph, and an application's: people have no business here. What the app may do
 * is looked up now rather than in the token, so that a permission taken away is gone at once; a real tenant may take an hour.
 * @throws GraphFault
 */
async function callerOf(state: TenantState, ask: Ask): Promise<App> {
  const [scheme, token = ''] = (ask.headers.authorization ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'bearer' || token === '') throw unauthorized('Access token is empty.')
  let claims: JWTPayload
  try {
    claims = await state.keys.verify(token, [graphAudience, state.url])
  } catch (error) {
    if (error instanceof errors.JWTExpired) throw unauthorized('Lifetime validation failed, the token is expired.')
    if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
      throw unauthorized('Access token validation failure. Invalid audience.')
    }
    if (error instanceof errors.JOSEError) throw unauthorized('Access token validation failure.')
    throw error
  }
  if (claims.idtyp !== 'app') throw denied()
  const app = state.apps.get(String(claims.appid))
  if (app === undefined) throw unauthorized('The identity of the calling application could not be established.')
  return app
}

const unauthorized = (message: string) => new GraphFault(401, 'InvalidAuthenticationToken', message)

const failures = {
  429: ['TooManyRequests', 'Too many requests.'],
  500: ['InternalServerError', 'An internal server error occurred.'],
  503: ['serviceNotAvailable', 'The service is temporarily unavailable.'],
} as const

function failed(refuse: (fault: GraphFault) => Answer, status: 429 | 500 | 503, retryAfterSeconds?: number): Answer {
  const [code, message] = failures[status]
  const answer = refuse(new GraphFault(status, code, message))
  if (retryAfterSeconds === undefined) return answer
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfterSeconds) } }
}

/** Every answer says which request it belongs to. */
function named(answer: Answer, ask: Ask, requestId: string): Answer {
  const ids = { 'request-id': requestId, 'client-request-id': ask.headers['client-request-id'] ?? requestId }
  return { ...answer, headers: { ...ids, ...answer.headers } }
}
