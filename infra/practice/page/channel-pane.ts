import type { Someone } from '../front-door-shapes.ts'
import { compose } from './compose.ts'
import { button, element, newId } from './elements.ts'
import type { Live } from './live.ts'
import { messageList } from './message-list.ts'
import { personPicker } from './person-picker.ts'
import { pressInChannel } from './pressing.ts'
import { teams } from './teams-api.ts'

export interface ChannelPane {
  readonly root: HTMLElement
  load(): Promise<void>
}

/** A channel of the team with its threads, seen by somebody of IT. */
export function channelPane(options: {
  readonly channelId: string
  readonly name: string
  readonly bot: string
  readonly first: Someone
  readonly live: Live
  onNews(): void
}): ChannelPane {
  const { channelId, name, bot, live } = options
  let person = options.first
  let replyTo: string | undefined

  const empty = element(
    'p',
    { class: 'invitation', 'data-testid': 'channel-empty' },
    `${bot} tells IT here what needs a human: incidents, refusals, people it cannot reach.`,
  )
  const say = async (text: string) => {
    await teams.post(channelId, person.id, text, replyTo)
    answer(undefined)
  }
  const box = compose({ label: `Message to ${name}`, placeholder: `Start a thread with @${bot}`, send: say })
  const list = messageList({
    label: `Threads in ${name}`,
    context: {
      viewerId: () => person.id,
      press: (message, press) => pressInChannel(channelId, person.id, message, press),
      say: (text) => void say(text).catch((error: Error) => box.complain(error.message)),
    },
    place(root, shown, message) {
      const threadId = message.threadId ?? message.id
      const isFirst = threadId === message.id
      shown.classList.toggle('reply', !isFirst)
      shown.dataset.threadId = threadId
      if (isFirst) shown.append(button('Reply', () => answer(message.id), { class: 'reply-button' }))
      const ofThread = [...root.children].filter(
        (other) => other instanceof HTMLElement && other.dataset.threadId === threadId,
      )
      const last = ofThread.at(-1)
      if (last) last.after(shown)
      else root.append(shown)
    },
    onChange(messages) {
      empty.hidden = messages.size > 0
    },
  })
  const replying = element('p', { class: 'replying', hidden: true }, 'Replying in a thread. ')
  replying.append(button('New thread instead', () => answer(undefined), { class: 'link' }))
  const answer = (messageId: string | undefined) => {
    replyTo = messageId
    replying.hidden = messageId === undefined
    if (messageId !== undefined) box.focus()
  }
  const picker = personPicker({
    label: 'IT channel: choose who you are',
    choose(chosen) {
      person = chosen
      void reload()
    },
  })
  picker.show(person)
  const headingId = newId('pane')
  const root = element(
    'section',
    { class: 'pane', 'aria-labelledby': headingId, 'data-testid': 'pane-it', 'data-slot': 'it' },
    element(
      'header',
      { class: 'pane-head' },
      element(
        'div',
        { class: 'pane-line' },
        element('h2', { id: headingId }, name),
        element('span', { class: 'tag' }, 'IT channel'),
      ),
      picker.root,
    ),
    list.root,
    empty,
    replying,
    box.root,
  )
  const load = async () => list.load((await teams.channel(channelId)).messages)
  const reload = async () => {
    list.load([])
    await load().catch((error: Error) => box.complain(error.message))
  }
  live.onTeams((event) => {
    if (event.conversationId.split(';')[0] !== channelId) return
    if (event.type === 'message' && event.message.from.role === 'bot') options.onNews()
    list.apply(event)
  })
  live.onReconnect(() => void load().catch(() => undefined))
  return { root, load: reload }
}
