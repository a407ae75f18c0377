import { renderHome } from '../../cards/slack.ts'
import { bringIn, once, type SlackGround } from './slack-ground.ts'
import { homePayload, readPayload, userChangePayload } from './slack-payload.ts'
import { textHome } from './slack-views.ts'
import type { View } from './slack-web.ts'
import { slackWords } from './slack-words.ts'

/** `app_home_opened`: the Home tab is drawn anew each time, and whoever opens the chat is greeted. */
export async function takeHomeOpened(ground: SlackGround, body: unknown): Promise<void> {
  const payload = readPayload(homePayload, body)
  if (!payload) return
  const { user, channel: conversation, tab } = payload.event
  if (tab === 'home') return await once(ground, payload.event_id, () => showHome(ground, user))
  if (tab !== 'messages') return
  await once(ground, payload.event_id, async () => {
    // Whoever only looks is not told that they are not served: they are when they write.
    const inbound = { kind: 'hello' } as const
    await bringIn(ground, { id: payload.event_id, user, conversation, isPublic: false, inbound })
  })
}

/** Draws somebody's Home tab: what they have and what they can do, or why there is nothing. */
export async function showHome(ground: SlackGround, user: string): Promise<void> {
  try {
    await ground.web.publishHome(user, await homeOf(ground, user))
  } catch (error) {
    ground.log.warn({ error: String(error) }, 'slack home not shown')
  }
}

async function homeOf(ground: SlackGround, user: string): Promise<View> {
  try {
    const who = await ground.whoIs(user)
    return 'refusal' in who ? textHome(who.refusal) : renderHome(await ground.home(who.sender))
  } catch (error) {
    ground.log.error({ error: error instanceof Error ? error.stack : String(error) }, 'slack home not made')
    return textHome(slackWords.trouble)
  }
}

/** `user_change`: what is known of a user's profile is no longer so. */
export function takeUserChange(ground: SlackGround, body: unknown): void {
  const payload = readPayload(userChangePayload, body)
  if (payload) ground.forget(payload.event.user.id)
}
