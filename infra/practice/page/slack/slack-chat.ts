import type { SlackNews, Someone } from '../../front-door-shapes.ts'
import type { Message } from '../../slack/shapes.ts'
import type { Belongings } from '../belongings.ts'
import type { ChatSide } from '../chat-side.ts'
import { compose } from '../compose.ts'
import { element, newId } from '../elements.ts'
import type { Invite } from '../invitation.ts'
import { shownList } from '../shown-list.ts'
import { sideSwitch } from '../switch.ts'
import { told } from './acknowledged.ts'
import { runCommand } from './command.ts'
import { slack } from './slack-api.ts'
import { slackChannel } from './slack-channel.ts'
import { slackHome } from './slack-home.ts'
import { slackMessage } from './slack-message.ts'
import type { Seat, SlackWindows } from './slack-windows.ts'
import type { Workspace } from './workspace.ts'

/** Somebody's Slack: the direct message with the bot, its Home tab, and the channel where anybody may ask. */
export function slackChat(options: {
  /** Employee, Manager. */
  readonly role: string
  readonly bot: string
  readonly workspace: Workspace
  readonly windows: SlackWindows
  readonly belongings: Belongings
  readonly invite: Invite
  onNews(): void
}): ChatSide {
  const { bot, workspace, windows } = options
  let user: string | undefined
  let conversationId = ''
  let sits = 0
  const seat: Seat = { user: () => user, belongings: options.belongings }
  windows.add(seat)

  const whoever = () => {
    if (user === undefined) throw new Error('This person has no account in this Slack.')
    windows.acts(seat)
    return user
  }
  const write = async (text: string) => {
    const who = whoever()
    if (text.startsWith('/')) await runCommand(who, conversationId, text)
    else await slack.say(who, text)
  }
  const box = compose({ label: `Message to ${bot} in Slack`, placeholder: `Message ${bot}`, send: write })
  const invitation = options.invite((text) => void write(text).catch((error: Error) => box.complain(error.message)))
  const list = shownList<Message>({
    label: `Messages between the ${options.role.toLowerCase()} and ${bot} in Slack`,
    idOf: ({ ts }) => ts,
    make: (message) =>
      slackMessage(message, {
        names: workspace.names,
        clock: workspace.clock,
        viewer: () => user ?? '',
        press: ({ ts }, actionId, typed) =>
          told(bot, async () => slack.press(whoever(), conversationId, ts, actionId, typed)),
        menu: {},
      }),
    onChange(messages) {
      invitation.hidden = messages.size > 1 || [...messages.values()].some(({ from }) => from.id === user)
    },
  })
  const home = slackHome({ workspace, act: whoever })
  const help = workspace.channels.find(({ name }) => name === 'help' || name === 'general')
  const channel =
    help &&
    slackChannel({
      channelId: help.id,
      name: help.name,
      workspace,
      windows,
      seat,
      emptiness: `Anybody may ask here. Begin with @${bot} to ask ${bot}: it answers you alone.`,
      onNews: () => tabs.news('channel'),
    })

  const appear = () => {
    if (user === undefined || !panel.isConnected) return
    if (tabs.chosen() === 'home') void home.open(user)
    else if (tabs.chosen() === 'messages') void slack.open(user).catch((error: Error) => box.complain(error.message))
  }
  const panel = element('div', { id: newId('slack'), class: 'side', role: 'tabpanel', 'aria-label': 'Slack' })
  const foot = element('div', { class: 'slack-foot' })
  const tabs = sideSwitch({
    label: `${options.role}: places in Slack`,
    names: { messages: bot, home: 'Home', ...(help ? { channel: `# ${help.name}` } : {}) } as Record<
      'messages' | 'home' | 'channel',
      string
    >,
    panelId: panel.id,
    look: 'slack-places',
    onChoose(name) {
      if (name === 'home') {
        panel.replaceChildren(home.root)
        foot.replaceChildren()
      } else if (name === 'channel' && channel) {
        panel.replaceChildren(...channel.above)
        foot.replaceChildren(...channel.below)
      } else {
        panel.replaceChildren(list.root, invitation)
        foot.replaceChildren(box.root)
      }
      appear()
    },
  })
  tabs.choose('messages')

  /** What happens while a chat is being read: the answer may be older than that. */
  let meanwhile: SlackNews[] | undefined
  const load = async () => {
    const whose = user
    const arrived: SlackNews[] = []
    meanwhile = arrived
    try {
      if (whose === undefined) return
      const messages = await slack.chat(whose)
      if (meanwhile !== arrived) return
      workspace.meet(messages)
      list.load(messages)
    } finally {
      if (meanwhile === arrived) meanwhile = undefined
    }
    for (const event of arrived) hear(event)
  }
  const hear = (event: SlackNews) => {
    if (event.type === 'home' && event.user === user) home.show(event.home)
    if (!('conversationId' in event) || event.conversationId !== conversationId) return
    if (event.type === 'deleted') return list.remove(event.messageTs)
    list.put(event.message)
    if (event.type !== 'message') return
    if (event.message.from.isBot) {
      tabs.news('messages')
      options.onNews()
    } else list.toTheEnd()
  }
  workspace.live.onSlack((event) => {
    meanwhile?.push(event)
    hear(event)
  })
  workspace.live.onReconnect(() => void load().catch(() => undefined))
  return {
    above: [tabs.root, panel],
    below: [foot],
    appear,
    async show(person: Someone) {
      sits += 1
      const mine = sits
      user = undefined
      conversationId = ''
      list.load([])
      home.show(undefined)
      box.complain('')
      const forChannel = channel?.show(person)
      const account = await workspace.accountOf(person).catch((error: Error) => box.complain(error.message))
      // Somebody else may have sat down meanwhile: nobody writes under the name of the one before.
      if (mine !== sits) return
      user = account?.user
      conversationId = account?.conversationId ?? ''
      if (!account) box.complain(`${person.name} has no account in this Slack.`)
      await Promise.all([load().catch((error: Error) => box.complain(error.message)), forChannel])
    },
  }
}
