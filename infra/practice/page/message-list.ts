import type { TeamsEvent } from '../teams/events.ts'
import type { Message } from '../teams/message.ts'
import { shownList } from './shown-list.ts'
import { type MessageContext, shownMessage } from './shown-message.ts'

export interface MessageList {
  readonly root: HTMLElement
  /** Replaces everything. */
  load(messages: readonly Message[]): void
  /** Takes in what Teams says has happened. */
  apply(event: TeamsEvent): void
}

/** The messages of a conversation in Teams. */
export function messageList(options: {
  readonly label: string
  readonly context: MessageContext
  place?(list: HTMLElement, shown: HTMLLIElement, message: Message): void
  onChange?(messages: ReadonlyMap<string, Message>): void
}): MessageList {
  const { context, label, place, onChange } = options
  const list = shownList<Message>({
    label,
    idOf: ({ id }) => id,
    make: (message) => shownMessage(message, context),
    place,
    onChange,
  })
  return {
    root: list.root,
    load: list.load,
    apply(event) {
      if (event.type === 'message' || event.type === 'updated') list.put(event.message)
      if (event.type === 'deleted') list.remove(event.messageId)
      if (event.type === 'card') {
        const message = list.messages.get(event.messageId)
        if (message) list.put({ ...message, cardFor: { ...message.cardFor, [event.personId]: event.card } })
      }
      if (event.type !== 'message') return
      if (place) list.reveal(event.message.id)
      else if (event.message.from.personId === context.viewerId()) list.toTheEnd()
    },
  }
}
