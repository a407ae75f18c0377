import { setTimeout as sleep } from 'node:timers/promises'
import express, { type Request, type Response, Router } from 'express'
import { SlackApiError } from './api-error.ts'
import { type Arguments, argumentsOf } from './arguments.ts'
import type { EmulateBehind } from './emulate-behind.ts'
import type { FaultSwitch } from './faults.ts'
import type { Method } from './method.ts'
import { chatMethods } from './methods-chat.ts'
import { conversationMethods } from './methods-conversations.ts'
import { peopleMethods } from './methods-people.ts'
import { viewMethods } from './methods-views.ts'
import type { SocketMode } from './socket-mode.ts'
import type { SlackState } from './state.ts'

const methods: Readonly<Record<string, Method>> = {
  ...chatMethods,
  ...conversationMethods,
  ...peopleMethods,
  ...viewMethods,
}

/** The Web API as the bot calls it: `POST /api/METHOD`, a form or JSON, HTTP 200 and `ok: false` for a refusal. */
export function webApiRouter(options: {
  readonly state: SlackState
  readonly faults: FaultSwitch
  readonly botToken: string
  readonly appToken: string | undefined
  readonly scopes: ReadonlySet<string>
  readonly socket: SocketMode
  readonly behind: EmulateBehind
}): Router {
  const { state, faults, scopes } = options
  const router = Router()
  router.use(express.json({ limit: '1mb' }), express.urlencoded({ extended: false, limit: '1mb', parameterLimit: 100 }))

  const answer = async (name: string, given: Arguments): Promise<Record<string, unknown>> => {
    if (given.token === '') throw new SlackApiError('not_authed')
    if (name === 'apps.connections.open') {
      if (given.token === options.botToken) throw new SlackApiError('not_allowed_token_type')
      if (given.token !== options.appToken) throw new SlackApiError('invalid_auth')
      return { url: options.socket.ticket() }
    }
    if (given.token !== options.botToken) throw new SlackApiError('invalid_auth')
    const method = Object.hasOwn(methods, name) ? methods[name] : undefined
    if (!method) return options.behind.call(name, given)
    const needed = method.scopes?.(given, state) ?? []
    if (needed.length > 0 && !needed.some((scope) => scopes.has(scope)))
      throw new SlackApiError('missing_scope', { needed: needed.join(','), provided: [...scopes].join(',') })
    return method.run(given, state, scopes)
  }

  router.all('/:method', async (request: Request, response: Response) => {
    const name = String(request.params.method)
    const fault = faults.take(name)
    if (fault?.kind === 'cut') return void request.socket.destroy()
    if (fault?.kind === 429) {
      response.set('retry-after', String(fault.retryAfterSeconds ?? 1))
      return void response.status(429).json({ ok: false, error: 'ratelimited' })
    }
    if (fault?.kind === 500 || fault?.kind === 503)
      return void response.status(fault.kind).json({ ok: false, error: 'internal_error' })
    const given = argumentsOf(request)
    let body: Record<string, unknown>
    try {
      body = { ok: true, ...(await answer(name, given)) }
    } catch (error) {
      if (!(error instanceof SlackApiError)) throw error
      body = { ok: false, error: error.code, ...error.more }
    }
    if (fault?.kind === 'lost') return void request.socket.destroy()
    if (fault?.kind === 'slow') await sleep(fault.delayMilliseconds ?? 5_000, undefined, { ref: false })
    response.set('x-oauth-scopes', [...scopes].join(','))
    response.json(body)
  })
  return router
}
