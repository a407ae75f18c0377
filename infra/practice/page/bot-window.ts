import type { Belongings } from './belongings.ts'
import { drawCard, type Press } from './card-view.ts'
import { button, element, newId } from './elements.ts'
import type { Note } from './shown-message.ts'
import { type BotDialog, type Outcome, teams } from './teams-api.ts'

/**
 * Shows a dialog (task module) over the page until it is closed; nothing of it is kept. The person's belongings are laid
 * beside it, within reach: a phone to scan with, a sign-in page to type a password into.
 * @returns what to tell the person in the chat, if anything
 */
export function showWindow(options: {
  readonly personId: string
  readonly messageId: string
  readonly dialog: BotDialog
  readonly belongings: Belongings
}): Promise<Note | undefined> {
  const { personId, messageId, belongings } = options
  const titleId = newId('window-title')
  const title = element('h2', { id: titleId, tabindex: -1 })
  const content = element('div', { class: 'window-card', 'data-testid': 'dialog-card' })
  const note = element('p', { class: 'note', role: 'status', 'data-testid': 'dialog-note' })
  const closeButton = button(element('span', { 'aria-hidden': 'true' }, '✕'), () => shell.close(), {
    class: 'window-close',
    'aria-label': 'Close',
    'data-testid': 'dialog-close',
  })
  const beside = element('div', { class: 'window-beside' })
  const shell = element(
    'dialog',
    { class: 'window', 'aria-labelledby': titleId, 'data-testid': 'dialog' },
    element(
      'div',
      { class: 'window-frame' },
      element('header', { class: 'window-head' }, title, closeButton),
      element('div', { class: 'window-body' }, content, note),
    ),
    beside,
  )
  let last: Note | undefined
  let busy = false

  const focusFirst = () => (content.querySelector<HTMLElement>('input, textarea, select') ?? title).focus()
  const show = (dialog: BotDialog) => {
    title.textContent = dialog.title
    note.textContent = ''
    content.replaceChildren(drawCard(dialog.card, (press) => void submit(press)))
  }
  const submit = async ({ data }: Press) => {
    if (busy) return
    busy = true
    content.setAttribute('aria-busy', 'true')
    const outcome: Outcome = await teams
      .submitDialog(personId, messageId, data)
      .catch((error: unknown) => ({ kind: 'error', text: error instanceof Error ? error.message : String(error) }))
    busy = false
    content.removeAttribute('aria-busy')
    if (outcome.kind === 'dialog') {
      show(outcome.dialog)
      focusFirst()
    } else if (outcome.kind === 'error') {
      note.textContent = outcome.text
      note.classList.add('error')
    } else {
      if (outcome.kind === 'message') last = { text: outcome.text, isError: false }
      shell.close()
    }
  }

  const home = belongings.root.parentElement
  const next = belongings.root.nextSibling
  beside.append(belongings.root)
  show(options.dialog)
  const holdsQrCode = content.querySelector('img') !== null
  const asks = content.querySelector('input, textarea, select') !== null
  belongings.take(holdsQrCode || asks ? 'phone' : 'sign-in')
  document.body.append(shell)
  shell.showModal()
  focusFirst()
  return new Promise((resolve) => {
    shell.addEventListener('close', () => {
      home?.insertBefore(belongings.root, next)
      // Whatever was shown leaves the page with its elements.
      shell.remove()
      resolve(last)
    })
  })
}
