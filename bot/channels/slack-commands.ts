import { renderMessage } from '../../cards/slack.ts'
import type { Inbound, Reply } from './chat.ts'
import { bringIn, type SlackGround, tell } from './slack-ground.ts'
import { commandPayload, readPayload, type ShortcutPayload, shortcutPayload } from './slack-payload.ts'
import { readSlackText } from './slack-text.ts'
import { type Acknowledge, isOverInTime } from './slack-time.ts'
import { slackWords } from './slack-words.ts'

/** `/helpbot [words]`: works everywhere, and is answered in the private chat. */
export async function takeCommand(ground: SlackGround, body: unknown, acknowledge: Acknowledge): Promise<void> {
  const payload = readPayload(commandPayload, body)
  if (!payload) return await acknowledge()
  const { user_id: user, channel_id: here } = payload
  const words = readSlackText(payload.text ?? '', undefined)

  async function work(): Promise<{ reply: Reply; chat: string }> {
    const chat = await ground.web.openChat(user)
    const inbound = meaningOf(ground, words)
    const id = `command:${payload?.trigger_id}`
    const reply = await bringIn(ground, { id, user, conversation: chat, isPublic: false, inbound })
    // Who was refused often enough is written nothing, so nobody may say that they were.
    const refused = reply.kind === 'nothing' && 'refusal' in (await ground.whoIs(user))
    return { chat: refused ? here : chat, reply }
  }
  const working = work().catch((error: unknown) => {
    ground.log.warn({ error: String(error) }, 'slack command failed')
    return { chat: here, reply: { kind: 'note', text: slackWords.trouble } as const }
  })
  if (await isOverInTime(working)) {
    const { chat, reply } = await working
    if (reply.kind === 'note') return await acknowledge(toThemAlone(reply.text))
    if (chat === here) return await acknowledge()
    return await acknowledge(toThemAlone(slackWords.written, linkTo(ground, chat)))
  }
  await acknowledge(toThemAlone(slackWords.writing))
  const { reply } = await working
  if (reply.kind === 'note') await tell(ground, { user, conversation: here }, reply.text)
}

/**
 * The first word may name a dialog, and where that takes more words the rest is what it is about; everything else is said as if it
 * were written in the chat.
 */
function meaningOf(ground: SlackGround, words: string): Inbound {
  if (words === '') return { kind: 'text', text: 'help' }
  const [first = '', ...others] = words.split(/\s+/)
  const topic = others.join(' ')
  const known = ground.commands.find(
    ({ word, takesWords }) => word === first.toLowerCase() && (topic === '' || takesWords === true),
  )
  if (!known) return { kind: 'text', text: words }
  return { kind: 'start', dialog: known.dialog, ...(topic === '' ? {} : { topic }) }
}

/** The answer of a command: seen by whoever gave it, and kept nowhere. `link` is markup of ours. */
function toThemAlone(sentence: string, link?: string): object {
  const { text, blocks } = renderMessage({ text: sentence }, '')
  const further = link === undefined ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: link } }]
  return { response_type: 'ephemeral', text, blocks: [...blocks, ...further] }
}

/** Source: Slack "Deep linking into Slack", open a channel. */
function linkTo(ground: SlackGround, chat: string): string {
  return `<slack://channel?team=${ground.settings.teamId}&id=${chat}|Open the chat>`
}

/**
 * Message shortcut "Send to HelpBot": one's own words are taken as if they were written in the chat; somebody else's are a
 * wish to help that person.
 */
export async function takeShortcut(ground: SlackGround, body: unknown): Promise<void> {
  const payload = readPayload(shortcutPayload, body)
  if (!payload) return
  const user = payload.user.id
  const here = { user, conversation: payload.channel.id }
  try {
    const inbound = await sentOn(ground, payload)
    if (!inbound) return await tell(ground, here, slackWords.strangersMessage)
    const conversation = await ground.web.openChat(user)
    const id = `shortcut:${payload.action_ts}:${user}`
    const reply = await bringIn(ground, { id, user, conversation, isPublic: false, inbound })
    if (reply.kind === 'note') await tell(ground, here, reply.text)
    else if (conversation !== payload.channel.id) await tell(ground, here, slackWords.written)
  } catch (error) {
    ground.log.error({ error: error instanceof Error ? error.stack : String(error) }, 'slack shortcut failed')
    await tell(ground, here, slackWords.trouble)
  }
}

/** What is meant by sending a message on; undefined when nobody can be helped with it. */
async function sentOn(ground: SlackGround, { user, message }: ShortcutPayload): Promise<Inbound | undefined> {
  if (message.bot_id !== undefined || message.user === undefined) return undefined
  if (message.user === user.id) {
    const attachments = message.files?.length ?? 0
    const text = readSlackText(message.text ?? '', undefined)
    return { kind: 'text', text, ...(attachments > 0 ? { attachments } : {}) }
  }
  const author = await ground.whoIs(message.user)
  return 'sender' in author ? { kind: 'start', dialog: 'on-behalf', about: author.sender.id } : undefined
}
