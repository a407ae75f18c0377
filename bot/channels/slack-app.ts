import { App, type Receiver } from '@slack/bolt'
import { takeButton } from './slack-buttons.ts'
import { takeCommand, takeShortcut } from './slack-commands.ts'
import type { SlackGround } from './slack-ground.ts'
import { takeHomeOpened, takeUserChange } from './slack-home.ts'
import { slackLog } from './slack-log.ts'
import { takeMention, takeMessage } from './slack-messages.ts'
import { takeSubmission } from './slack-submissions.ts'
import { botUserIn, isOfTeam } from './slack-team.ts'
import { type Acknowledge, acknowledgeInTime } from './slack-time.ts'

/** Something of another workspace came in. */
class ForeignTeam extends Error {}

/** Connects what Slack sends to what is done about it: the whole of what HelpBot hears. */
export function slackApp(receiver: Receiver, ground: SlackGround): { drained(): Promise<void> } {
  const { settings, log } = ground
  const inFlight = new Set<Promise<void>>()
  let known: string | undefined
  const botUser = async (): Promise<string> => {
    known ??= (await ground.web.identity()).user
    return known
  }
  const app = new App({
    receiver,
    authorize: async (_source, body) => {
      if (!isOfTeam(body, settings.teamId)) throw new ForeignTeam('not the workspace that is served')
      // Only words need to know who is spoken to; a button must not wait for a call.
      const botUserId = body && 'event' in body ? (botUserIn(body, settings.teamId) ?? (await botUser())) : undefined
      return { botToken: settings.botToken, teamId: settings.teamId, ...(botUserId ? { botUserId } : {}) }
    },
    convoStore: false,
    ignoreSelf: false,
    logger: slackLog(log),
    clientOptions: { slackApiUrl: settings.apiUrl },
  })

  app.event('message', ({ body, context }) => track(takeMessage(ground, body, context.botUserId)))
  app.event('app_mention', ({ body, context }) => track(takeMention(ground, body, context.botUserId)))
  app.event('app_home_opened', ({ body }) => track(takeHomeOpened(ground, body)))
  app.event('user_change', async ({ body }) => takeUserChange(ground, body))
  app.action({ type: 'block_actions' }, ({ body, ack }) =>
    track(acknowledgeInTime(surely(ack), logged(takeButton(ground, body)))),
  )
  app.view({ type: 'view_submission' }, ({ body, ack }) => track(takeSubmission(ground, body, surely(ack))))
  app.command('/helpbot', ({ body, ack }) => track(takeCommand(ground, body, surely(ack))))
  app.shortcut({ type: 'message_action', callback_id: 'send-to-helpbot' }, ({ body, ack }) =>
    track(acknowledgeInTime(surely(ack), logged(takeShortcut(ground, body)))),
  )
  app.error(async (error) => {
    const { original } = error as { original?: unknown }
    if (original instanceof ForeignTeam) return log.warn('slack: from another workspace, left alone')
    log.error({ error: original instanceof Error ? original.message : error.message }, 'slack event failed')
    throw error
  })

  function track(work: Promise<void>): Promise<void> {
    const settled: Promise<void> = work.catch(() => undefined).finally(() => inFlight.delete(settled))
    inFlight.add(settled)
    return work
  }

  /** A button is not delivered again: what went wrong is logged, and the request is answered all the same. */
  function logged(work: Promise<void>): Promise<void> {
    return work.catch((error: unknown) => {
      log.error({ error: error instanceof Error ? error.stack : String(error) }, 'slack button failed')
    })
  }

  /** A request that cannot be answered any more does not undo the work. Bolt has a type of its own for each answer. */
  function surely(acknowledge: (answer?: undefined) => Promise<void>): Acknowledge {
    return (answer) =>
      acknowledge(answer as undefined).catch((error: unknown) =>
        log.warn({ error: String(error) }, 'slack not acknowledged'),
      )
  }

  return {
    async drained() {
      while (inFlight.size > 0) await Promise.all(inFlight)
    },
  }
}
