import { z } from 'zod'
import type { Typed } from './client.ts'
import { SlackClientError } from './client-error.ts'
import type { BotLine, RawDelivery } from './delivery.ts'
import { missingInputs, pressedElement, stateValues } from './inputs.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import type { createResponseUrls } from './response-urls.ts'
import { answerWith } from './response-urls.ts'
import type { Block, Command, Message, Pressed, Profile, Submission } from './shapes.ts'
import { type SlackState, wireMessage } from './state.ts'
import { checkView } from './view-rules.ts'
import { type OpenView, shownView, wireView } from './views.ts'

type Button = string | { readonly text: string }

const submitAnswer = z.union([
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal(['update', 'push']), view: z.unknown() }),
  z.object({ response_action: z.literal('clear') }),
])

/** What people do that Slack tells the bot by the interactivity and command addresses. */
export interface Interactions {
  pressOnMessage(person: Profile, message: Message, button: Button, typed: Typed): Promise<Pressed>
  pressInView(person: Profile, view: OpenView, button: Button, typed: Typed): Promise<Pressed>
  submit(person: Profile, view: OpenView, typed: Typed): Promise<Submission>
  close(person: Profile, view: OpenView): Promise<void>
  shortcut(person: Profile, message: Message, callbackId: string): Promise<Pressed>
  command(person: Profile, conversationId: string, command: string, text: string): Promise<Command>
}

export function createInteractions(options: {
  readonly state: SlackState
  readonly line: BotLine
  readonly responseUrls: ReturnType<typeof createResponseUrls>
}): Interactions {
  const { state, line, responseUrls } = options
  const { team, bot, views } = state
  const app = { teamId: team.id, appId: bot.appId, botId: bot.botId }
  const common = (person: Profile, trigger: string) => ({
    user: { id: person.id, username: person.name, name: person.name, team_id: person.team_id },
    api_app_id: bot.appId,
    token: 'practice',
    trigger_id: trigger,
    team: { id: team.id, domain: 'practice' },
    enterprise: null,
    is_enterprise_install: false,
  })
  const channelOf = (conversationId: string) => ({
    id: conversationId,
    name: state.conversations.get(conversationId)?.name ?? '',
  })
  const isAcknowledged = ({ status }: RawDelivery) => status >= 200 && status < 300
  const pressed = (answer: RawDelivery, trigger: string): Pressed => {
    const opened = views.openedWith(trigger)
    return {
      acknowledged: isAcknowledged(answer),
      status: answer.status,
      ...(opened ? { opened: shownView(opened) } : {}),
    }
  }
  const actionsOf = (blocks: readonly Block[], button: Button, typed: Typed): JsonObject[] => {
    const { element, action } = pressedElement(blocks, button, typed)
    return [{ ...action, action_id: element.actionId, block_id: element.block.block_id, action_ts: state.nextTs() }]
  }

  return {
    async pressOnMessage(person, message, button, typed) {
      const { conversationId, ts, blocks, ephemeralTo, threadTs } = message
      const actions = actionsOf(blocks, button, typed)
      const trigger = views.trigger(person.id)
      const answer = await line.interact({
        type: 'block_actions',
        ...common(person, trigger),
        container: {
          type: 'message',
          message_ts: ts,
          channel_id: conversationId,
          is_ephemeral: ephemeralTo !== undefined,
          ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
        },
        channel: channelOf(conversationId),
        // Slack does not say what stood in an ephemeral message.
        ...(ephemeralTo === undefined ? { message: wireMessage(state, message) } : {}),
        state: { values: stateValues(blocks, typed) },
        response_url: responseUrls.make(conversationId, person.id, ts),
        actions,
      })
      return pressed(answer, trigger)
    },
    async pressInView(person, view, button, typed) {
      const actions = actionsOf(view.blocks, button, typed)
      const trigger = views.trigger(person.id)
      const values = stateValues(view.blocks, typed)
      const answer = await line.interact({
        type: 'block_actions',
        ...common(person, trigger),
        container: { type: 'view', view_id: view.id },
        view: wireView(view, app, values),
        actions,
      })
      return pressed(answer, trigger)
    },
    async submit(person, view, typed) {
      if (view.submit === undefined) throw new SlackClientError('no-such-button', 'this view cannot be sent off')
      const missing = missingInputs(view.blocks, typed)
      if (Object.keys(missing).length > 0) return { kind: 'errors', errors: missing, view: shownView(view) }
      const trigger = views.trigger(person.id)
      const answer = await line.interact({
        type: 'view_submission',
        ...common(person, trigger),
        view: wireView(view, app, stateValues(view.blocks, typed)),
        response_urls: [],
      })
      return settle(person, view, answer)
    },
    async close(person, view) {
      views.close(person.id, 'top')
      if (!view.notifyOnClose) return
      const { trigger_id: _, ...rest } = common(person, '')
      await line.interact({ type: 'view_closed', ...rest, view: wireView(view, app), is_cleared: false })
    },
    async shortcut(person, message, callbackId) {
      const trigger = views.trigger(person.id)
      const answer = await line.interact({
        type: 'message_action',
        ...common(person, trigger),
        action_ts: state.nextTs(),
        callback_id: callbackId,
        message_ts: message.ts,
        message: wireMessage(state, message),
        channel: channelOf(message.conversationId),
        response_url: responseUrls.make(message.conversationId, person.id, message.ts),
      })
      return pressed(answer, trigger)
    },
    async command(person, conversationId, command, text) {
      const trigger = views.trigger(person.id)
      const { id, name } = channelOf(conversationId)
      const answer = await line.command({
        token: 'practice',
        team_id: team.id,
        team_domain: 'practice',
        channel_id: id,
        channel_name: name,
        user_id: person.id,
        user_name: person.name,
        command,
        text,
        api_app_id: bot.appId,
        is_enterprise_install: 'false',
        response_url: responseUrls.make(conversationId, person.id),
        trigger_id: trigger,
      })
      const body = typeof answer.body === 'string' && answer.body !== '' ? { text: answer.body } : answer.body
      const says =
        isAcknowledged(answer) && isJsonObject(body) && (body.text !== undefined || body.blocks !== undefined)
      const message = says ? answerWith(state, { conversationId, user: person.id, ts: undefined }, body) : undefined
      return { ...pressed(answer, trigger), ...(message ? { message } : {}) }
    },
  }

  /** What a submission comes to: nothing in the answer closes this view, `response_action` says what else (https://docs.slack.dev/surfaces/modals). */
  function settle(person: Profile, view: OpenView, answer: RawDelivery): Submission {
    const now = () => views.find(view.id) ?? view
    const failed: Submission = { kind: 'failed', status: answer.status, view: shownView(now()) }
    if (!isAcknowledged(answer)) return failed
    const isEmpty = !isJsonObject(answer.body) || Object.keys(answer.body).length === 0
    if (isEmpty) {
      views.close(person.id, 'top')
      const below = views.top(person.id)
      return below ? { kind: 'updated', view: shownView(below) } : { kind: 'closed' }
    }
    const read = submitAnswer.safeParse(answer.body)
    if (!read.success) return failed
    if (read.data.response_action === 'clear') {
      views.close(person.id, 'all')
      return { kind: 'closed' }
    }
    if (read.data.response_action === 'errors') {
      const inputs = new Set(view.blocks.filter(({ type }) => type === 'input').map((block) => block.block_id))
      const isKnown = Object.keys(read.data.errors).every((id) => inputs.has(id))
      return isKnown ? { kind: 'errors', errors: read.data.errors, view: shownView(now()) } : failed
    }
    const checked = checkView(read.data.view, 'modal')
    if ('faults' in checked) return failed
    const next =
      read.data.response_action === 'push'
        ? views.push(person.id, checked.view, undefined)
        : views.update(view.id, checked.view)
    return next ? { kind: 'updated', view: shownView(next) } : failed
  }
}
