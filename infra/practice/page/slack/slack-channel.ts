import type { Someone } from '../../front-door-shapes.ts'
import type { Message } from '../../slack/shapes.ts'
import type { ChatSide } from '../chat-side.ts'
import { compose } from '../compose.ts'
import { element } from '../elements.ts'
import { shownList } from '../shown-list.ts'
import { threads } from '../threads.ts'
import { told } from './acknowledged.ts'
import { runCommand } from './command.ts'
import { slack } from './slack-api.ts'
import { slackMessage } from './slack-message.ts'
import type { Seat, SlackWindows } from './slack-windows.ts'
import type { Workspace } from './workspace.ts'

/** A channel of Slack with its threads, seen by one person. What is said in it mentions the bot only where one writes so. */
export function slackChannel(options: {
  readonly channelId: string
  readonly name: string
  readonly workspace: Workspace
  readonly windows: SlackWindows
  /** What is said while there is nothing. */
  readonly emptiness: string
  /** Who sits here already; a seat of its own otherwise. */
  readonly seat?: Seat
  onNews(): void
}): ChatSide {
  const { channelId, name, workspace, windows } = options
  const { bot } = workspace
  let user: string | undefined
  let sits = 0
  const seat: Seat = options.seat ?? { user: () => user, belongings: undefined }
  if (!options.seat) windows.add(seat)

  const whoever = () => {
    if (user === undefined) throw new Error('Nobody of that name has an account in this Slack.')
    windows.acts(seat)
    return user
  }
  const mentionsBot = new RegExp(`^@${bot}\\b\\s*`, 'i')
  const write = async (text: string, threadTs?: string) => {
    const who = whoever()
    if (text.startsWith('/')) return runCommand(who, channelId, text)
    if (mentionsBot.test(text)) return slack.mention(who, channelId, text.replace(mentionsBot, ''), threadTs)
    return slack.post(who, channelId, text, threadTs)
  }
  const box = compose({ label: `Message to #${name}`, placeholder: `Message #${name}`, send: (text) => write(text) })
  const empty = element('p', { class: 'invitation', 'data-testid': 'channel-empty' }, options.emptiness)
  const grouped = threads<Message>({
    idOf: ({ ts }) => ts,
    threadOf: ({ ts, threadTs }) => threadTs ?? ts,
    canAnswer: ({ ephemeralTo }) => ephemeralTo === undefined,
    answer: (threadTs, text) => write(text, threadTs),
  })
  const { callbackId, name: shortcutName } = workspace.view.shortcut
  const list = shownList<Message>({
    label: `Messages in #${name}`,
    idOf: ({ ts }) => ts,
    make: (message) =>
      slackMessage(message, {
        names: workspace.names,
        clock: workspace.clock,
        viewer: () => user ?? '',
        press: ({ ts }, actionId, typed) =>
          told(bot, async () => slack.press(whoever(), channelId, ts, actionId, typed)),
        menu: {
          [shortcutName]: ({ ts }) => told(bot, async () => slack.shortcut(whoever(), channelId, ts, callbackId)),
        },
      }),
    place: grouped.place,
    onChange(messages) {
      empty.hidden = messages.size > 0
      grouped.tidy()
    },
  })
  const load = async () => {
    const whose = user
    const { messages } = await slack.channel(channelId, whose ?? '')
    workspace.meet(messages)
    if (whose === user) list.load(messages)
  }
  workspace.live.onSlack((event) => {
    if (!('conversationId' in event) || event.conversationId !== channelId) return
    if (event.user !== undefined && event.user !== user) return
    if (event.type === 'deleted') return list.remove(event.messageTs)
    list.put(event.message)
    if (event.type !== 'message') return
    list.reveal(event.message.ts)
    if (event.message.from.isBot) options.onNews()
  })
  workspace.live.onReconnect(() => void load().catch(() => undefined))
  return {
    above: [list.root, empty],
    below: [box.root],
    async show(person: Someone) {
      sits += 1
      const mine = sits
      user = undefined
      grouped.rename(person.name)
      list.load([])
      box.complain('')
      const account = await workspace.accountOf(person).catch((error: Error) => box.complain(error.message))
      if (mine !== sits) return
      user = account?.user
      if (!account) box.complain(`${person.name} has no account in this Slack.`)
      await load().catch((error: Error) => box.complain(error.message))
    },
  }
}
