import express, { type NextFunction, type Request, type Response, Router } from 'express'
import { z } from 'zod'
import { type BotSide, channelList } from './bot-side.ts'
import { ConnectorError, errorOfFault, type FaultSwitch, refusal } from './connector-error.ts'
import { splitThread, teamGroupId, teamId } from './identifiers.ts'
import { CHANNELS } from './state.ts'

/** What arrives on the wire may be larger than what Teams takes, but not without end. */
const LARGEST_REQUEST = '4mb'

const pageSchema = z.object({
  pageSize: z.coerce.number().int().min(50).max(500).catch(200),
  continuationToken: z.coerce.number().int().min(0).catch(0),
})

/**
 * The Bot Connector REST API as botframework-connector calls it, below `serviceUrl`. Nothing is read or done before the
 * bearer token was checked.
 */
export function connectorRouter(options: {
  readonly botSide: BotSide
  readonly appId: string
  readonly tenantId: string
  readonly faults: FaultSwitch
  verifyBotToken(bearer: string): Promise<{ readonly appid: string }>
}): Router {
  const { botSide, appId, faults } = options
  const router = Router()

  router.use(async (request, response, next) => {
    const [scheme, bearer] = (request.headers.authorization ?? '').split(' ')
    const claims =
      scheme === 'Bearer' && bearer ? await options.verifyBotToken(bearer).catch(() => undefined) : undefined
    if (!claims) {
      response.status(401).json({ message: 'Authorization has been denied for this request.' })
      return
    }
    if (claims.appid !== appId) throw refusal.notRegistered()
    next()
  })
  router.use(express.json({ limit: LARGEST_REQUEST }))
  router.use((request, response, next) => {
    const conversationId = /\/conversations\/([^/]+)/.exec(request.path)?.[1]
    const fault = faults.take(conversationId && splitThread(decodeURIComponent(conversationId)).id)
    const error = fault && errorOfFault(fault)
    if (error === 'cut') {
      request.socket.destroy()
      return
    }
    if (error === 'lost') {
      response.json = () => {
        request.socket.destroy()
        return response
      }
    }
    next(error instanceof ConnectorError ? error : undefined)
  })

  router.post('/v3/conversations', (request, response) => {
    response.status(201).json(botSide.createConversation(request.body))
  })
  router.post('/v3/conversations/:conversationId/activities', ({ params, body }, response) => {
    response.status(201).json(botSide.post(params.conversationId, body, undefined))
  })
  const activity = router.route('/v3/conversations/:conversationId/activities/:activityId')
  activity.post(({ params, body }, response) => {
    response.status(201).json(botSide.post(params.conversationId, body, params.activityId))
  })
  activity.put(({ params, body }, response) => {
    response.json(botSide.update(params.conversationId, params.activityId, body))
  })
  activity.delete(({ params }, response) => {
    botSide.delete(params.conversationId, params.activityId)
    response.status(200).end()
  })
  router.get('/v3/conversations/:conversationId/members', ({ params }, response) => {
    response.json(botSide.roster(params.conversationId))
  })
  router.get('/v3/conversations/:conversationId/activities/:activityId/members', ({ params }, response) => {
    response.json(botSide.roster(params.conversationId))
  })
  router.get('/v3/conversations/:conversationId/members/:memberId', ({ params }, response) => {
    response.json(botSide.member(params.conversationId, params.memberId))
  })
  router.get('/v3/conversations/:conversationId/pagedmembers', ({ params, query }, response) => {
    const { pageSize, continuationToken } = pageSchema.parse(query)
    const members = botSide.roster(params.conversationId)
    const end = continuationToken + pageSize
    const more = end < members.length ? { continuationToken: String(end) } : {}
    response.json({ members: members.slice(continuationToken, end), ...more })
  })
  router.get('/v3/teams/:teamId', ({ params }, response) => {
    if (params.teamId !== teamId) throw refusal.noConversation()
    const memberCount = botSide.roster(teamId).length
    response.json({
      id: teamId,
      name: 'Practice company',
      type: 'standard',
      aadGroupId: teamGroupId,
      tenantId: options.tenantId,
      channelCount: CHANNELS.length,
      memberCount,
    })
  })
  router.get('/v3/teams/:teamId/conversations', ({ params }, response) => {
    if (params.teamId !== teamId) throw refusal.noConversation()
    response.json(channelList())
  })

  router.use((_request, _response, next) => next(new ConnectorError(404, 'NotFound', 'No such operation.')))
  router.use(answerError)
  return router
}

function answerError(error: unknown, _request: Request, response: Response, _next: NextFunction): void {
  const known = asConnectorError(error)
  if (known.retryAfterSeconds !== undefined) response.set('Retry-After', String(known.retryAfterSeconds))
  response.status(known.status).json({ error: { code: known.code, message: known.message } })
}

function asConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error
  // What body-parser throws carries the HTTP status it stands for.
  const status = error instanceof Error && 'status' in error ? error.status : 500
  if (status === 413) return refusal.tooBig()
  if (status === 400) return refusal.badSyntax('The request body is not JSON')
  return new ConnectorError(500, 'ServiceError', 'Internal server error.')
}
