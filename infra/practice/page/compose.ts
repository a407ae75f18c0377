import { element, hidden, newId } from './elements.ts'

export interface Compose {
  readonly root: HTMLFormElement
  focus(): void
  invite(placeholder: string): void
  /** Puts a sentence below the box; an empty one removes it. */
  complain(text: string): void
}

/** The box one writes in. Enter sends, Shift+Enter makes a new line. */
export function compose(options: {
  readonly label: string
  readonly placeholder: string
  /** What tests call the box; `send` or `…-send` is its button. */
  readonly testId?: string
  send(text: string): Promise<void>
}): Compose {
  const { testId = 'compose' } = options
  const id = newId('compose')
  const box = element('textarea', {
    id,
    rows: 1,
    maxlength: 4000,
    placeholder: options.placeholder,
    'data-testid': testId,
    autocomplete: 'off',
  })
  const sendButton = element(
    'button',
    { type: 'submit', class: 'send', 'data-testid': testId === 'compose' ? 'send' : `${testId}-send`, title: 'Send' },
    element('span', { 'aria-hidden': 'true' }, '➤'),
    hidden('Send'),
  )
  const complaint = element('p', { class: 'note error', role: 'alert' })
  const root = element(
    'form',
    { class: 'compose' },
    element('label', { for: id, class: 'visually-hidden' }, options.label),
    box,
    sendButton,
    complaint,
  )
  const grow = () => {
    box.style.height = 'auto'
    // The text's height has no borders, the box's height has them.
    const borders = box.offsetHeight - box.clientHeight
    box.style.height = `${Math.min(box.scrollHeight + borders, 120)}px`
  }
  const complain = (text: string) => {
    complaint.textContent = text
  }
  box.addEventListener('input', grow)
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    root.requestSubmit()
  })
  root.addEventListener('submit', async (event) => {
    event.preventDefault()
    const text = box.value.trim()
    if (text === '') return
    box.value = ''
    grow()
    complain('')
    try {
      await options.send(text)
    } catch (error) {
      box.value ||= text
      complain(error instanceof Error ? error.message : 'The message was not sent.')
    }
  })
  return {
    root,
    focus: () => box.focus(),
    invite(placeholder) {
      box.placeholder = placeholder
    },
    complain,
  }
}
