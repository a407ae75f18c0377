import { renderMessage } from '../../cards/slack.ts'
import { bringIn, isPrivateChat, once, placeIn, type SlackGround, tell } from './slack-ground.ts'
import { type MessagePayload, messagePayload, readPayload } from './slack-payload.ts'
import { readSlackText } from './slack-text.ts'
import { slackWords } from './slack-words.ts'

/** Messages that are words of a person; all others are changes, joins, bots. */
const spoken = new Set([undefined, 'file_share', 'thread_broadcast'])

/** `message`: words in the private chat, or below a message of the IT channel. Everything else is for others. */
export async function takeMessage(ground: SlackGround, body: unknown, botUser: string | undefined): Promise<void> {
  const payload = readPayload(messagePayload, body)
  const user = payload && speaker(payload, botUser)
  if (!payload || user === undefined) return
  const { channel, thread_ts: thread, ts } = payload.event
  if (isPrivateChat(channel))
    return await once(ground, payload.event_id, () => takeWords(ground, payload, user, botUser))
  if (channel !== ground.settings.itChannel || thread === undefined || thread === ts) return
  if (payload.is_ext_shared_channel)
    return ground.log.warn('the IT channel is shared with another organisation: its threads are not read')
  await once(ground, payload.event_id, async () => {
    const reply = await bringIn(ground, {
      id: payload.event_id,
      user,
      conversation: channel,
      thread: placeIn(ground, channel, thread),
      isPublic: true,
      inbound: wordsOf(payload, botUser),
    })
    if (reply.kind === 'note') await tell(ground, { user, conversation: channel, thread }, reply.text)
  })
}

/**
 * `app_mention`: somebody speaks to the bot where others read along. It is as if they had written in the private chat, which is
 * where they are answered; in the channel they alone are told so.
 */
export async function takeMention(ground: SlackGround, body: unknown, botUser: string | undefined): Promise<void> {
  const payload = readPayload(messagePayload, body)
  const user = payload && speaker(payload, botUser)
  if (!payload || user === undefined) return
  const { channel, thread_ts: thread, edited } = payload.event
  // A private chat is read already; so are the threads of the IT channel, as messages.
  const readAsMessage = isPrivateChat(channel) || (channel === ground.settings.itChannel && thread !== undefined)
  if (readAsMessage || edited !== undefined) return
  await once(ground, payload.event_id, async () => {
    const chat = await ground.web.openChat(user)
    const inbound = wordsOf(payload, botUser)
    const reply = await bringIn(ground, { id: payload.event_id, user, conversation: chat, isPublic: false, inbound })
    const note = reply.kind === 'note' ? reply.text : await written(ground, user)
    if (note !== undefined) await tell(ground, { user, conversation: channel, thread }, note)
  })
}

/** Where the answer is; undefined for whoever gets none, because they were refused often enough. */
async function written(ground: SlackGround, user: string): Promise<string | undefined> {
  const who = await ground.whoIs(user)
  if ('refusal' in who) return undefined
  return who.sender.name === '' ? slackWords.written : slackWords.writtenTo(who.sender.name)
}

async function takeWords(
  ground: SlackGround,
  payload: MessagePayload,
  user: string,
  botUser: string | undefined,
): Promise<void> {
  const { channel: conversation } = payload.event
  const inbound = wordsOf(payload, botUser)
  const reply = await bringIn(ground, { id: payload.event_id, user, conversation, isPublic: false, inbound })
  if (reply.kind !== 'note') return
  await ground.web
    .post({ conversation }, renderMessage({ text: reply.text }, ''))
    .catch((error: unknown) => ground.log.warn({ error: String(error) }, 'slack note not delivered'))
}

/** Who said it; undefined for bots, the bot itself and what nobody said. */
function speaker({ event }: MessagePayload, botUser: string | undefined): string | undefined {
  const isPerson = event.bot_id === undefined && event.user !== botUser && spoken.has(event.subtype)
  return isPerson ? event.user : undefined
}

function wordsOf({ event }: MessagePayload, botUser: string | undefined) {
  const attachments = event.files?.length ?? 0
  const text = readSlackText(event.text ?? '', botUser)
  return { kind: 'text', text, ...(attachments > 0 ? { attachments } : {}) } as const
}
