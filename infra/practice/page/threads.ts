import { compose } from './compose.ts'
import { button, element } from './elements.ts'

/** Puts the messages of a channel below the first message of their thread, each thread with a box to answer in. */
export interface Threads<Message> {
  place(list: HTMLElement, shown: HTMLLIElement, message: Message): void
  /** Takes away what has no message left. */
  tidy(): void
  /** Who it is that answers. */
  rename(name: string): void
}

export function threads<Message>(options: {
  /** Id of the thread's first message. */
  threadOf(message: Message): string
  idOf(message: Message): string
  /** Whether somebody may answer below it. */
  canAnswer(message: Message): boolean
  answer(threadId: string, text: string): Promise<unknown>
}): Threads<Message> {
  const open = new Map<string, { readonly root: HTMLLIElement; readonly list: HTMLElement; invite(): void }>()
  let who = ''
  const invitation = () => (who === '' ? 'Answer in the thread' : `Answer as ${who}`)

  const begin = (threadId: string, canAnswer: boolean) => {
    const box = compose({
      label: 'Answer in the thread',
      placeholder: invitation(),
      testId: 'reply',
      send: async (text) => void (await options.answer(threadId, text)),
    })
    box.root.hidden = true
    const reply = button(
      'Reply',
      () => {
        box.root.hidden = false
        reply.hidden = true
        box.focus()
      },
      { class: 'reply-button', 'data-testid': 'reply-open' },
    )
    box.root.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return
      box.root.hidden = true
      reply.hidden = false
      reply.focus()
    })
    const list = element('ol', { class: 'thread-messages' })
    const root = element(
      'li',
      { class: 'thread', 'data-testid': 'thread', 'data-thread-id': threadId },
      list,
      canAnswer && reply,
      canAnswer && box.root,
    )
    const made = { root, list, invite: () => box.invite(invitation()) }
    open.set(threadId, made)
    return made
  }
  return {
    place(all, shown, message) {
      const threadId = options.threadOf(message)
      const isFirst = threadId === options.idOf(message)
      shown.classList.toggle('reply', !isFirst)
      shown.dataset.threadId = threadId
      let thread = open.get(threadId)
      if (!thread) {
        thread = begin(threadId, options.canAnswer(message))
        all.append(thread.root)
      }
      if (isFirst) thread.list.prepend(shown)
      else thread.list.append(shown)
    },
    tidy() {
      for (const [threadId, { root, list }] of open) {
        if (list.childElementCount > 0) continue
        root.remove()
        open.delete(threadId)
      }
    },
    rename(name) {
      who = name
      for (const { invite } of open.values()) invite()
    },
  }
}
