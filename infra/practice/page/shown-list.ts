import { element } from './elements.ts'

const NEAR_THE_END_PX = 80

/** A message on the page. */
export interface Shown<Message> {
  readonly root: HTMLLIElement
  /** Draws the message anew if something in it changed. */
  show(message: Message): void
}

export interface ShownList<Message> {
  readonly root: HTMLElement
  readonly messages: ReadonlyMap<string, Message>
  /** Replaces everything. */
  load(messages: readonly Message[]): void
  /** A new message, or one that changed. */
  put(message: Message): void
  remove(id: string): void
  toTheEnd(): void
  /** Scrolls no further than it takes to see this message. */
  reveal(id: string): void
}

/**
 * The messages of a conversation, oldest first. A message keeps its element while it lives, so what somebody is typing into
 * it survives everything that happens around it.
 * @param options.place where a new message's element goes; at the end of the list unless said otherwise
 */
export function shownList<Message>(options: {
  readonly label: string
  idOf(message: Message): string
  make(message: Message): Shown<Message>
  place?: ((list: HTMLElement, shown: HTMLLIElement, message: Message) => void) | undefined
  onChange?: ((messages: ReadonlyMap<string, Message>) => void) | undefined
}): ShownList<Message> {
  const list = element('ol')
  const root = element(
    'div',
    { class: 'messages', role: 'log', 'aria-live': 'polite', 'aria-label': options.label, tabindex: 0 },
    list,
  )
  const place = options.place ?? ((all, shown) => all.append(shown))
  const messages = new Map<string, Message>()
  const shown = new Map<string, Shown<Message>>()

  const put = (message: Message) => {
    const id = options.idOf(message)
    messages.set(id, message)
    const known = shown.get(id)
    if (known) return known.show(message)
    const made = options.make(message)
    shown.set(id, made)
    place(list, made.root, message)
  }
  const remove = (id: string) => {
    shown.get(id)?.root.remove()
    shown.delete(id)
    messages.delete(id)
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
    toTheEnd,
    reveal(id) {
      const message = shown.get(id)?.root
      if (!message) return
      // Below the last message of a thread stands the box to answer in.
      const isLast = message.nextElementSibling === null
      const around = (isLast ? message.parentElement?.closest('li') : undefined) ?? message
      const one = { top: message.getBoundingClientRect().top, bottom: around.getBoundingClientRect().bottom }
      const { top, bottom } = root.getBoundingClientRect()
      if (one.bottom > bottom) root.scrollTop += Math.min(one.bottom - bottom + 8, one.top - top)
      else if (one.top < top) root.scrollTop += one.top - top
    },
    put: (message) => changed(() => put(message)),
    remove: (id) => changed(() => remove(id)),
    load(all) {
      changed(() => {
        const ids = new Set(all.map(options.idOf))
        for (const id of [...shown.keys()]) if (!ids.has(id)) remove(id)
        for (const message of all) put(message)
      })
      toTheEnd()
    },
  }
}
