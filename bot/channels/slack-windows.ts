import { setTimeout as pause } from 'node:timers/promises'
import { renderForm, renderWindow, waitingView } from '../../cards/slack.ts'
import { DeliveryError, type Reply } from './chat.ts'
import { type SlackGround, tell } from './slack-ground.ts'
import { textView } from './slack-views.ts'
import { TriggerExpired, type View } from './slack-web.ts'
import { slackWords } from './slack-words.ts'

/** A window whose content could not be brought is tried again this often, for what it shows may exist only once. */
const mostTries = 3
const betweenTries = 700

/**
 * Opens a window before anything is worked on: its trigger lives three seconds, and the work may take longer.
 * @returns the id of the view, or why there is none
 */
export async function openWindow(
  ground: SlackGround,
  trigger: string | undefined,
): Promise<{ readonly view: string } | { readonly failed: 'expired' | 'trouble' }> {
  if (trigger === undefined) return { failed: 'expired' }
  try {
    return { view: await ground.web.openView(trigger, waitingView('HelpBot')) }
  } catch (error) {
    ground.log.warn({ error: String(error) }, 'slack window not opened')
    return { failed: error instanceof TriggerExpired ? 'expired' : 'trouble' }
  }
}

/** What a window shows as an answer; undefined when it can be closed. */
export function viewOf(reply: Reply): View | undefined {
  if (reply.kind === 'window') return renderWindow(reply.title, reply.content, reply.post)
  if (reply.kind === 'note') return textView(reply.text)
  if (reply.kind === 'close-window') return reply.text === undefined ? undefined : textView(reply.text)
  if (reply.kind === 'nothing') return undefined
  if ('text' in reply.content) return textView(reply.content.text)
  return reply.content.closed === undefined ? undefined : textView(reply.content.closed)
}

/** The same for a form, which stands for a button: its card shown anew is the form shown anew, otherwise it is done with. */
export function formOf(reply: Reply, verb: string): View | undefined {
  if (reply.kind !== 'card') return viewOf(reply)
  return 'card' in reply.content ? renderForm(reply.content, reply.post, verb) : undefined
}

/** Changes a window that stands open. Whoever has closed it meanwhile is told to open it again. */
export async function showIn(ground: SlackGround, where: OpenWindow, view: View): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await ground.web.updateView(where.view, view)
    } catch (error) {
      const again = error instanceof DeliveryError && error.code === 'later' && tries < mostTries
      if (!again) {
        ground.log.warn({ error: String(error) }, 'slack window not shown')
        return await tell(ground, where, slackWords.windowGone)
      }
      await pause(Math.min(error.retryAfterMilliseconds ?? betweenTries, 5_000))
    }
  }
}

export interface OpenWindow {
  readonly view: string
  readonly user: string
  /** Where to say that the window is gone. */
  readonly conversation: string
}
