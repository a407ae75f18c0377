import type { Someone } from '../front-door-shapes.ts'
import type { TeamsEvent } from '../teams/events.ts'
import type { Message } from '../teams/message.ts'
import type { Belongings } from './belongings.ts'
import type { ChatSide } from './chat-side.ts'
import { compose } from './compose.ts'
import type { Invite } from './invitation.ts'
import type { Live } from './live.ts'
import { messageList } from './message-list.ts'
import type { PracticeClock } from './practice-clock.ts'
import { pressInChat } from './pressing.ts'
import { cardShownTo } from './shown-message.ts'
import { teams } from './teams-api.ts'
import { typingLine } from './typing-line.ts'

/** Somebody's Teams, open at the chat with the bot. */
export function teamsChat(options: {
  /** Employee, Manager. */
  readonly role: string
  readonly bot: string
  readonly live: Live
  readonly clock: PracticeClock
  readonly belongings: Belongings
  readonly invite: Invite
  onNews(): void
}): ChatSide {
  const { bot, live } = options
  let personId = ''
  let conversationId = ''

  const say = async (text: string) => teams.say(personId, text)
  const box = compose({ label: `Message to ${bot}`, placeholder: `Write to ${bot}`, send: say })
  const sayOrComplain = (text: string) => void say(text).catch((error: Error) => box.complain(error.message))
  const invitation = options.invite(sayOrComplain)
  const list = messageList({
    label: `Messages between the ${options.role.toLowerCase()} and ${bot}`,
    context: {
      clock: options.clock,
      viewerId: () => personId,
      press: (message, press) => pressInChat(personId, message, press, options.belongings),
      say: sayOrComplain,
    },
    onChange(messages) {
      // A greeting leaves room for it; a chat that has begun does not.
      invitation.hidden = messages.size > 1 || [...messages.values()].some(({ from }) => from.personId === personId)
      refreshed(messages)
    },
  })
  const typing = typingLine(bot)

  /** Cards that ask to be drawn anew for the one who looks: once for each version of a message, as Teams does. */
  const asked = new Set<string>()
  const refreshed = (messages: ReadonlyMap<string, Message>) => {
    for (const message of messages.values()) {
      const version = `${personId} ${message.id} ${message.updatedAt ?? ''}`
      if (message.cardFor?.[personId] || asked.has(version) || !cardShownTo(personId, message)?.refresh) continue
      asked.add(version)
      void teams.refresh(personId, message.id).catch(() => undefined)
    }
  }

  /** What happens while a chat is being read: the answer may be older than that. */
  let meanwhile: TeamsEvent[] | undefined
  const load = async () => {
    const whose = personId
    const arrived: TeamsEvent[] = []
    meanwhile = arrived
    try {
      const chat = await teams.open(whose)
      if (meanwhile !== arrived) return
      conversationId = chat.conversationId
      list.load(chat.messages)
    } finally {
      if (meanwhile === arrived) meanwhile = undefined
    }
    for (const event of arrived) hear(event)
  }
  const hear = (event: TeamsEvent) => {
    if (event.conversationId !== conversationId) return
    if (event.type === 'typing') return typing.start()
    if (event.type === 'message' && event.message.from.role === 'bot') {
      typing.stop()
      options.onNews()
    }
    if (event.type === 'delivery' && (event.status === 0 || event.status >= 400)) {
      box.complain(`${bot} did not get the last message. It may be restarting: try again in a moment.`)
    }
    list.apply(event)
  }
  live.onTeams((event) => {
    meanwhile?.push(event)
    hear(event)
  })
  live.onReconnect(() => void load().catch(() => undefined))
  return {
    above: [list.root, invitation, typing.root],
    below: [box.root],
    async show(person: Someone) {
      personId = person.id
      conversationId = ''
      list.load([])
      typing.stop()
      box.complain('')
      await load().catch((error: Error) => box.complain(error.message))
    },
  }
}
