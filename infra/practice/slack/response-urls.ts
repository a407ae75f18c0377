import express, { Router } from 'express'
import { SlackApiError } from './api-error.ts'
import type { FaultSwitch } from './faults.ts'
import { randomToken } from './identifiers.ts'
import { isJsonObject } from './json.ts'
import { messageContent } from './message-content.ts'
import type { Message } from './shapes.ts'
import { addMessage, changeMessage, deleteMessage, type SlackState, senderBot } from './state.ts'

/** https://docs.slack.dev/interactivity/handling-user-interaction, "Responding with a response_url": five times within 30 minutes. */
const MOST_USES = 5
const LIFE_MILLISECONDS = 30 * 60_000
const MOST_ADDRESSES = 5_000

interface Answering {
  readonly conversationId: string
  readonly user: string
  /** The message a button was pressed on. */
  readonly ts: string | undefined
  readonly until: number
  uses: number
}

/** Addresses by which the bot may answer what somebody has just done. */
export function createResponseUrls(options: {
  readonly state: SlackState
  readonly faults: FaultSwitch
  readonly origin: () => string
}): { make(conversationId: string, user: string, ts?: string): string; readonly router: Router } {
  const { state, faults } = options
  const known = new Map<string, Answering>()
  const router = Router()
  router.use(express.json({ limit: '1mb' }))
  router.post('/:token', (request, response) => {
    const fault = faults.take('response_url')
    if (fault?.kind === 'cut') return void request.socket.destroy()
    if (typeof fault?.kind === 'number') {
      response.set('retry-after', String(fault.retryAfterSeconds ?? 1))
      return void response.status(fault.kind).json({ ok: false, error: 'ratelimited' })
    }
    const answering = known.get(request.params.token)
    if (!answering || answering.until <= state.clock().getTime())
      return void response.status(404).json({ ok: false, error: 'expired_url' })
    if (answering.uses >= MOST_USES) return void response.status(404).json({ ok: false, error: 'used_url' })
    answering.uses += 1
    try {
      answerWith(state, answering, request.body)
    } catch (error) {
      if (!(error instanceof SlackApiError)) throw error
      return void response.status(error.code === 'message_not_found' ? 404 : 400).json({ ok: false, error: error.code })
    }
    if (fault?.kind === 'lost') return void request.socket.destroy()
    response.type('text/html').send('ok')
  })
  return {
    router,
    make(conversationId, user, ts) {
      const token = randomToken()
      known.set(token, { conversationId, user, ts, until: state.clock().getTime() + LIFE_MILLISECONDS, uses: 0 })
      if (known.size > MOST_ADDRESSES) known.delete(known.keys().next().value ?? '')
      return `${options.origin()}/actions/${token}`
    },
  }
}

/** What is said by a response_url or as the answer to a command: to one person only, unless it says in_channel. */
export function answerWith(
  state: SlackState,
  { conversationId, user, ts }: Pick<Answering, 'conversationId' | 'user' | 'ts'>,
  body: unknown,
): Message | undefined {
  const given = isJsonObject(body) ? body : {}
  const before = ts === undefined ? undefined : state.conversations.message(conversationId, ts)
  if (given.delete_original === true) {
    if (!before) throw new SlackApiError('message_not_found')
    deleteMessage(state, before)
    return undefined
  }
  const content = messageContent(typeof given.text === 'string' ? given.text : '', given.blocks)
  if (given.replace_original === true) {
    if (!before) throw new SlackApiError('message_not_found')
    return changeMessage(state, before, { text: content.text, blocks: content.blocks ?? [] })
  }
  const conversation = state.conversations.get(conversationId)
  if (!conversation) throw new SlackApiError('channel_not_found')
  return addMessage(state, conversation, senderBot(state), {
    text: content.text,
    blocks: content.blocks ?? [],
    threadTs: typeof given.thread_ts === 'string' ? given.thread_ts : undefined,
    ephemeralTo: given.response_type === 'in_channel' ? undefined : user,
  })
}
