import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { z } from 'zod'
import { startSlack } from '../../../infra/practice/slack/slack.ts'
import type { Tenant } from '../../../infra/practice/tenant/tenant.ts'
import { everyBlock, home, incident, markup, number, waiting } from './page-slack-blocks.ts'

/** Practice Slack with a bot that knows a few sentences. */
export type SlackTest = Awaited<ReturnType<typeof startSlackTest>>

export const itInSlack = 'C0PRACTICEIT'
const botToken = 'xoxb-practice-page'

const happening = z.object({
  event: z.object({
    type: z.string(),
    tab: z.string().optional(),
    user: z.string().optional(),
    subtype: z.string().optional(),
    bot_id: z.string().optional(),
    text: z.string().default(''),
    channel: z.string().default(''),
    ts: z.string().default(''),
    thread_ts: z.string().optional(),
    channel_type: z.string().optional(),
  }),
})
const payload = z.object({
  type: z.string(),
  trigger_id: z.string().default(''),
  user: z.object({ id: z.string() }),
  channel: z.object({ id: z.string() }).optional(),
  message: z.object({ ts: z.string() }).optional(),
  actions: z.array(z.object({ action_id: z.string() }).loose()).default([]),
  state: z.unknown().optional(),
  view: z.object({ state: z.object({ values: z.record(z.string(), z.unknown()) }) }).optional(),
})
type Payload = z.infer<typeof payload>

export async function startSlackTest({ company }: Pick<Tenant, 'company'>) {
  const app = express()
  const server = createServer(app).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const slack = await startSlack({
    team: { id: 'T0PRACTICE', name: company.name },
    botToken,
    signingSecret: 'a secret of the practice page',
    bot: {
      name: 'HelpBot',
      eventsUrl: `${url}/slack/events`,
      interactivityUrl: `${url}/slack/interactivity`,
      commandsUrl: `${url}/slack/commands`,
    },
    people: () => company.users.values('latest'),
    person: (id) => company.users.get(id, 'latest'),
    clock: () => new Date(),
    itChannel: { id: itInSlack, name: 'it-help-desk' },
  })
  /** Everything pressed, sent off, ordered and written, in order. */
  const seen: object[] = []

  const call = async (method: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await fetch(new URL(method, slack.apiUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${botToken}`, 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(body),
    })
    const result = z
      .object({ ok: z.boolean(), error: z.string().optional() })
      .loose()
      .parse(await answer.json())
    if (!result.ok) throw new Error(`${method}: ${JSON.stringify(result)}`)
    return result
  }
  const post = (channel: string, content: object) => call('chat.postMessage', { channel, text: 'A card', ...content })

  async function hear(event: z.infer<typeof happening>['event']): Promise<void> {
    if (event.bot_id !== undefined || event.subtype !== undefined) return
    const { channel, user = '', text } = event
    if (event.type === 'app_home_opened' && event.tab === 'home') {
      await call('views.publish', { user_id: user, view: home })
    } else if (event.type === 'app_mention') {
      await call('chat.postEphemeral', { channel, user, text: 'I have written to you.' })
    } else if (event.type === 'message' && event.channel_type === 'im') {
      if (text.includes('every block')) await post(channel, { blocks: everyBlock })
      else if (text.includes('number')) await post(channel, { blocks: number() })
      else if (text.includes('markup')) await post(channel, markup)
      else if (text.includes('think again')) {
        const { ts } = await post(channel, { text: 'First thoughts' })
        await call('chat.update', { channel, ts, text: 'Second thoughts' })
      } else await post(channel, { text: `You said: *${text}*` })
    } else if (event.type === 'message' && event.thread_ts !== undefined) {
      await post(channel, { text: 'Passed on.', thread_ts: event.thread_ts })
    }
  }

  async function act({
    type,
    trigger_id,
    user,
    channel,
    message,
    actions,
    view,
  }: Payload): Promise<object | undefined> {
    const [action] = actions
    if (type === 'view_submission') {
      const isRight = JSON.stringify(view?.state.values).includes('424242')
      return isRight ? {} : { response_action: 'errors', errors: { code: 'That code is not right.' } }
    }
    if (type === 'message_action') {
      await call('chat.postEphemeral', { channel: channel?.id, user: user.id, text: 'I look after it.' })
    } else if (action?.action_id === 'open') {
      const { view: opened } = await call('views.open', { trigger_id, view: waiting('Just a moment …') })
      const { id } = z.object({ id: z.string() }).parse(opened)
      await call('views.update', { view_id: id, view: waiting(undefined) })
    } else if (action?.action_id === 'check' || action?.action_id === 'take') {
      const { text, blocks } =
        action.action_id === 'take'
          ? { text: 'Taken', blocks: incident(`Taken by <@${user.id}>`) }
          : { text: 'That is you.', blocks: number('That is you.') }
      await call('chat.update', { channel: channel?.id, ts: message?.ts, text, blocks })
    }
    return undefined
  }

  app.get('/healthz', (_request, response) => void response.end())
  app.post('/slack/events', express.json(), (request, response) => {
    response.json({})
    seen.push(request.body)
    void hear(happening.parse(request.body).event)
  })
  app.post('/slack/interactivity', express.urlencoded(), async (request, response) => {
    const given: unknown = JSON.parse(String(request.body.payload))
    seen.push(given as object)
    const answer = await act(payload.parse(given))
    response.json(answer)
  })
  app.post('/slack/commands', express.urlencoded(), (request, response) => {
    seen.push(request.body)
    response.json({ response_type: 'ephemeral', text: `Ordered: ${request.body.command} ${request.body.text}` })
  })
  return {
    slack,
    url,
    seen,
    post,
    async close() {
      await slack.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
