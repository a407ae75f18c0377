import type { TeamsEvent } from '../teams/events.ts'
import type { Message } from '../teams/message.ts'
import { element } from './elements.ts'
import { type MessageContext, type ShownMessage, shownMessage } from './shown-message.ts'

const NEAR_THE_END_PX = 80

export interface MessageList {
  readonly root: HTMLElement
  readonly messages: ReadonlyMap<string, Message>
  /** Replaces everything. */
  load(messages: readonly Message[]): void
  /** Takes in what Teams says has happened. */
  apply(event: TeamsEvent): void
}

/**
 * The messages of a conversation, oldest first. A message keeps its element while it lives, so what somebody is typing into
 * a card survives everything that happens around it.
 * @param options.place where a new message's element goes; at the end of the list unless said otherwise
 */
export function messageList(options: {
  readonly label: string
  readonly context: MessageContext
  place?(list: HTMLElement, shown: HTMLLIElement, message: Message): void
  onChange?(messages: ReadonlyMap<string, Message>): void
}): MessageList {
  const list = element('ol')
  const root = element(
    'div',
    { class: 'messages', role: 'log', 'aria-live': 'polite', 'aria-label': options.label, tabindex: 0 },
    list,
  )
  const place = options.place ?? ((all, shown) => all.append(shown))
  const messages = new Map<string, Message>()
  const shown = new Map<string, ShownMessage>()

  const put = (message: Message) => {
    messages.set(message.id, message)
    const known = shown.get(message.id)
    if (known) return known.show(message)
    const made = shownMessage(message, options.context)
    shown.set(message.id, made)
    place(list, made.root, message)
  }
  const toTheEnd = () => root.scrollTo({ top: root.scrollHeight })
  let isAtTheEnd = true
  root.addEventListener('scroll', () => {
    isAtTheEnd = root.scrollHeight - root.scrollTop - root.clientHeight < NEAR_THE_END_PX
  })
  // A phone that is taken out makes the list shorter: who was reading the newest message still does.
  new ResizeObserver(() => {
    if (isAtTheEnd) toTheEnd()
  }).observe(root)
  const changed = (change: () => void) => {
    const stays = isAtTheEnd
    change()
    options.onChange?.(messages)
    if (stays) toTheEnd()
  }

  return {
    root,
    messages,
    load(all) {
      changed(() => {
        const ids = new Set(all.map(({ id }) => id))
        for (const [id, { root: gone }] of shown) {
          if (ids.has(id)) continue
          gone.remove()
          shown.delete(id)
          messages.delete(id)
        }
        for (const message of all) put(message)
      })
      toTheEnd()
    },
    apply(event) {
      changed(() => {
        if (event.type === 'message' || event.type === 'updated') put(event.message)
        if (event.type === 'deleted') {
          shown.get(event.messageId)?.root.remove()
          shown.delete(event.messageId)
          messages.delete(event.messageId)
        }
        if (event.type === 'card') {
          const message = messages.get(event.messageId)
          if (message) put({ ...message, cardFor: { ...message.cardFor, [event.personId]: event.card } })
        }
      })
      if (event.type === 'message' && event.message.from.personId === options.context.viewerId()) toTheEnd()
    },
  }
}
