import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import { renderMessage } from '../../cards/slack.ts'
import type { SlackSettings } from '../config.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { Ephemeral } from '../store/ephemeral.ts'
import type { Address, Arrival, CardContent, Inbound, Place, Reply, Sender } from './chat.ts'
import type { SlackWeb } from './slack-web.ts'
import { slackWords } from './slack-words.ts'

/** A user who is not served is told so this often in a minute. */
const refusalsPerMinute = 5
/** Longer than a turn takes, and shorter than the minute after which Slack delivers an event for the last but one time. */
const workedOnFor = 45_000
/** Slack delivers an event for the last time about six minutes after the first. */
const doneFor = 600_000

/** Who a user of Slack is in the directory, or the sentence that says why they are not served. */
export type WhoIs = { readonly sender: Sender } | { readonly refusal: string }

/** What everything that comes from Slack may use. */
export interface SlackGround {
  readonly settings: SlackSettings
  readonly web: SlackWeb
  readonly log: Logger
  readonly ephemeral: Ephemeral
  readonly commands: readonly { readonly word: string; readonly dialog: string; readonly takesWords?: true }[]
  readonly receive: (arrival: Arrival, isPublic: boolean) => Promise<Reply>
  readonly whoIs: (slackUser: string) => Promise<WhoIs>
  readonly contentOf: (post: string, sender: Sender) => Promise<CardContent | undefined>
  readonly home: (sender: Sender) => Promise<CardContent>
  readonly forget: (slackUser: string) => void
  /** What this process works on right now, by the event's id. */
  readonly inHand: Map<string, Promise<void>>
}

/** Where somebody is in Slack, and what they did there. */
export interface Deed {
  /** Slack's own id of it: the same when it is delivered again. */
  readonly id: string
  readonly user: string
  readonly conversation: string
  readonly place?: Place
  readonly thread?: Place
  readonly isPublic: boolean
  readonly inbound: Inbound
}

/** A conversation in Slack as an address. */
export function addressIn(ground: SlackGround, conversation: string): Address {
  return { channel: 'slack', conversation, serviceUrl: ground.settings.apiUrl }
}

/** A message in Slack as a place. */
export function placeIn(ground: SlackGround, conversation: string, message: string): Place {
  return { ...addressIn(ground, conversation), message }
}

/** Conversations with one person and the bot; all others can be read by more. */
export function isPrivateChat(conversation: string): boolean {
  return conversation.startsWith('D')
}

/** Hands over what somebody did. Whoever is not served gets a note like any other: it is shown to them alone. Never throws. */
export async function bringIn(ground: SlackGround, deed: Deed): Promise<Reply> {
  const correlationId = randomUUID()
  try {
    const who = await ground.whoIs(deed.user)
    if ('refusal' in who) return await refuse(ground, deed.user, who.refusal)
    const arrival: Arrival = {
      id: `slack:${ground.settings.teamId}:${deed.id}`,
      sender: who.sender,
      address: addressIn(ground, deed.conversation),
      place: deed.place,
      ...(deed.thread ? { thread: deed.thread } : {}),
      correlationId,
      inbound: deed.inbound,
    }
    return await ground.receive(arrival, deed.isPublic)
  } catch (error) {
    ground.log.error(
      { correlationId, error: error instanceof Error ? error.stack : String(error) },
      'slack turn failed',
    )
    return { kind: 'note', text: error instanceof DirectoryError ? error.sentence : slackWords.trouble }
  }
}

async function refuse(ground: SlackGround, user: string, refusal: string): Promise<Reply> {
  ground.log.info('slack user refused')
  const { allowed } = await ground.ephemeral.spend(`slack-refused:${user}`, refusalsPerMinute, 60_000)
  return allowed ? { kind: 'note', text: refusal } : { kind: 'nothing' }
}

/**
 * Shows a sentence to one user alone where they are, or in their private chat where the bot cannot speak. Failures are logged:
 * what matters is posted, not noted.
 */
export async function tell(
  ground: SlackGround,
  to: { readonly user: string; readonly conversation: string; readonly thread?: string | undefined },
  sentence: string,
): Promise<void> {
  const message = renderMessage({ text: sentence }, '')
  const { user, conversation, thread } = to
  try {
    await ground.web
      .ephemeral({ user, conversation, ...(thread === undefined ? {} : { thread }) }, message)
      .catch(async () => void (await ground.web.post({ conversation: await ground.web.openChat(user) }, message)))
  } catch (error) {
    ground.log.warn({ error: String(error) }, 'slack note not delivered')
  }
}

/**
 * Does the work once. What Slack delivers again meanwhile ends as the first delivery does; what failed may come again.
 * @throws Error when another process has begun with it and is not done: it may have died over it, so Slack is to come again
 */
export async function once(ground: SlackGround, event: string, work: () => Promise<void>): Promise<void> {
  const already = ground.inHand.get(event)
  if (already) return await already
  const mine = workOnce(ground, event, work)
  ground.inHand.set(event, mine)
  try {
    await mine
  } finally {
    ground.inHand.delete(event)
  }
}

async function workOnce({ ephemeral }: SlackGround, event: string, work: () => Promise<void>): Promise<void> {
  const begun = `slack-event:${event}`
  const done = `slack-done:${event}`
  if (!(await ephemeral.claim(begun, workedOnFor))) {
    if (!(await ephemeral.claim(done, 1))) return
    throw new Error('another process works on this event, or died over it')
  }
  try {
    await work()
  } catch (error) {
    await ephemeral.release(begun)
    throw error
  }
  await ephemeral.claim(done, doneFor)
}
