import type { Someone } from '../front-door-shapes.ts'
import type { ChatSide } from './chat-side.ts'
import { compose } from './compose.ts'
import { element } from './elements.ts'
import type { Live } from './live.ts'
import { messageList } from './message-list.ts'
import type { PracticeClock } from './practice-clock.ts'
import { pressInChannel } from './pressing.ts'
import { teams } from './teams-api.ts'
import { threads } from './threads.ts'

/** A channel of the team with its threads, seen by somebody of IT. */
export function teamsChannel(options: {
  readonly channelId: string
  readonly name: string
  readonly bot: string
  /** What is said while there is nothing. */
  readonly emptiness: string
  readonly live: Live
  readonly clock: PracticeClock
  onNews(): void
}): ChatSide {
  const { channelId, name, bot, live } = options
  let personId = ''

  const empty = element('p', { class: 'invitation', 'data-testid': 'channel-empty' }, options.emptiness)
  const begin = (text: string) => teams.post(channelId, personId, text)
  const box = compose({ label: `Message to ${name}`, placeholder: `Start a thread with @${bot}`, send: begin })
  const grouped = threads<Parameters<typeof pressInChannel>[2]>({
    idOf: ({ id }) => id,
    threadOf: ({ id, threadId }) => threadId ?? id,
    canAnswer: () => true,
    // The app may read the whole channel: whoever answers need not mention the bot.
    answer: (threadId, text) => teams.post(channelId, personId, text, { replyTo: threadId, mention: false }),
  })
  const list = messageList({
    label: `Threads in ${name}`,
    context: {
      clock: options.clock,
      viewerId: () => personId,
      press: (message, press) => pressInChannel(channelId, personId, message, press),
      say: (text) => void begin(text).catch((error: Error) => box.complain(error.message)),
    },
    place: grouped.place,
    onChange(messages) {
      empty.hidden = messages.size > 0
      grouped.tidy()
    },
  })
  const load = async () => list.load((await teams.channel(channelId)).messages)
  live.onTeams((event) => {
    if (event.conversationId.split(';')[0] !== channelId) return
    if (event.type === 'message' && event.message.from.role === 'bot') options.onNews()
    list.apply(event)
  })
  live.onReconnect(() => void load().catch(() => undefined))
  return {
    above: [list.root, empty],
    below: [box.root],
    async show(person: Someone) {
      personId = person.id
      grouped.rename(person.name)
      list.load([])
      await load().catch((error: Error) => box.complain(error.message))
    },
  }
}
