import { setTimeout as pause } from 'node:timers/promises'
import { waitingView } from '../../cards/slack.ts'
import { readMetadata, readState } from '../../cards/slack-wire.ts'
import type { Inbound } from './chat.ts'
import { bringIn, type SlackGround } from './slack-ground.ts'
import { readPayload, submissionPayload } from './slack-payload.ts'
import { type Acknowledge, isOverInTime } from './slack-time.ts'
import { textView } from './slack-views.ts'
import type { View } from './slack-web.ts'
import { formOf, showIn, viewOf } from './slack-windows.ts'
import { slackWords } from './slack-words.ts'

/** So long after the waiting window went out its successor follows, so that Slack does not show them the other way round. */
const afterWaiting = 500

/** `view_submission`: a window or a form was sent off. Its answer is what the window shows next. */
export async function takeSubmission(ground: SlackGround, body: unknown, acknowledge: Acknowledge): Promise<void> {
  const payload = readPayload(submissionPayload, body)
  const submitted = payload && readMetadata(payload.view.private_metadata)
  if (!payload || !submitted) return await acknowledge()
  const user = payload.user.id
  const { id: view, hash } = payload.view
  const { post, verb } = submitted
  const values = { ...readState(payload.view.state.values), ...submitted.values }
  const inbound: Inbound =
    submitted.kind === 'submit' ? { kind: 'submit', post, values } : { kind: 'press', verb, post, values }

  async function work(): Promise<View | undefined> {
    const conversation = await ground.web.openChat(user)
    const reply = await bringIn(ground, { id: `${view}:${hash}`, user, conversation, isPublic: false, inbound })
    return submitted?.kind === 'press' ? formOf(reply, verb) : viewOf(reply)
  }
  const working = work().catch((error: unknown) => {
    ground.log.error({ error: error instanceof Error ? error.stack : String(error) }, 'slack submission failed')
    return textView(slackWords.trouble)
  })
  if (await isOverInTime(working)) {
    const next = await working
    return await acknowledge(next ? { response_action: 'update', view: next } : { response_action: 'clear' })
  }
  await acknowledge({ response_action: 'update', view: waitingView('HelpBot') })
  const [next] = await Promise.all([working, pause(afterWaiting)])
  // Only for saying that the window is gone: whoever waits in front of it is not left there for want of it.
  const conversation = await ground.web.openChat(user).catch(() => user)
  await showIn(ground, { view, user, conversation }, next ?? textView(slackWords.done))
}
