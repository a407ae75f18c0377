import type { View } from '../../slack/shapes.ts'
import { avatar } from '../avatar.ts'
import type { Belongings } from '../belongings.ts'
import { button, element, newId } from '../elements.ts'
import { noteOf } from './acknowledged.ts'
import type { Typed } from './controls.ts'
import { type DrawnBlocks, drawBlocks } from './draw-blocks.ts'
import { withEmoji } from './emoji.ts'
import { slack } from './slack-api.ts'
import type { Workspace } from './workspace.ts'

/** A modal on the page. */
export interface SlackWindow {
  /** What it shows now; undefined = it is over. */
  show(view: View | undefined): void
}

/**
 * Opens a modal as Slack does. It stays until the bot or the person closes it; nothing of it is kept. The person's belongings
 * are laid beside it, within reach.
 */
export function openSlackWindow(options: {
  readonly user: string
  readonly view: View
  readonly workspace: Workspace
  readonly belongings: Belongings | undefined
  onClose(): void
}): SlackWindow {
  const { user, workspace, belongings } = options
  const titleId = newId('window-title')
  const title = element('h2', { id: titleId, tabindex: -1 })
  const content = element('div', { class: 'slack-window-body', 'data-testid': 'dialog-card', tabindex: -1 })
  const note = element('p', { class: 'note', role: 'alert', 'data-testid': 'dialog-note' })
  const submitButton = element('button', {
    type: 'submit',
    class: 'slack-button primary',
    'data-testid': 'dialog-submit',
  })
  const cancelButton = button('Close', () => void leave(), { class: 'slack-button' })
  const cross = button(element('span', { 'aria-hidden': 'true' }, '✕'), () => void leave(), {
    class: 'window-close',
    'aria-label': 'Close',
    'data-testid': 'dialog-close',
  })
  const frame = element(
    'form',
    { class: 'slack-window', novalidate: true },
    element('header', {}, avatar(workspace.bot, 'bot'), title, cross),
    content,
    note,
    element('footer', {}, cancelButton, submitButton),
  )
  const beside = element('div', { class: 'window-beside' })
  const shell = element(
    'dialog',
    { class: 'window in-slack', 'aria-labelledby': titleId, 'data-testid': 'dialog' },
    frame,
    beside,
  )

  let current: View | undefined
  let isOut: 'phone' | 'sign-in' | undefined
  let blocks: DrawnBlocks | undefined
  let busy = false
  const say = (text: string) => {
    note.textContent = text
  }
  const working = async (work: () => Promise<void>) => {
    if (busy) return
    busy = true
    say('')
    content.setAttribute('aria-busy', 'true')
    submitButton.disabled = true
    await work().catch((error: unknown) => say(error instanceof Error ? error.message : String(error)))
    content.removeAttribute('aria-busy')
    submitButton.disabled = false
    busy = false
  }
  const press = (actionId: string, typed: Typed) =>
    void working(async () => say(noteOf(workspace.bot, await slack.pressInView(user, actionId, typed))?.text ?? ''))
  const focusFirst = () => (content.querySelector<HTMLElement>('input, textarea, select') ?? title).focus()
  const show = (view: View | undefined) => {
    if (!view) return shell.close()
    const isAnother = view.id !== current?.id
    if (view.hash === current?.hash && !isAnother) return
    const kept = isAnother ? {} : (blocks?.typed() ?? {})
    const hadFocus = isAnother || frame.contains(document.activeElement)
    current = view
    title.textContent = withEmoji(view.title)
    submitButton.textContent = withEmoji(view.submit ?? '')
    submitButton.hidden = view.submit === undefined
    cancelButton.textContent = withEmoji(view.close ?? (view.submit === undefined ? 'Close' : 'Cancel'))
    blocks = drawBlocks(view.blocks, { names: workspace.names, now: () => workspace.clock.now(), act: press }, kept)
    content.replaceChildren(blocks.root)
    say('')
    const wanted = wantedFor(content)
    if (wanted && wanted !== isOut) belongings?.take(wanted)
    isOut = wanted ?? isOut
    if (hadFocus && shell.open) focusFirst()
  }
  /** One modal may lie on another. */
  const look = async () => show((await slack.view(user)) ?? undefined)
  const submit = () =>
    working(async () => {
      const outcome = await slack.submitView(user, blocks?.typed() ?? {})
      if (outcome.kind === 'closed') return look()
      show(outcome.view)
      if (outcome.kind === 'errors') blocks?.complain(outcome.errors)
      if (outcome.kind === 'failed') say('We had some trouble connecting. Try again?')
    })
  const leave = () =>
    working(async () => {
      await slack.closeView(user)
      await look()
    })
  frame.addEventListener('submit', (event) => {
    event.preventDefault()
    if (!submitButton.hidden) void submit()
  })
  shell.addEventListener('cancel', (event) => {
    event.preventDefault()
    void leave()
  })

  const home = belongings?.root.parentElement
  const next = belongings?.root.nextSibling ?? null
  if (belongings) beside.append(belongings.root)
  show(options.view)
  shell.addEventListener('close', () => {
    if (belongings) home?.insertBefore(belongings.root, next)
    // Whatever was shown leaves the page with its elements.
    shell.remove()
    options.onClose()
  })
  document.body.append(shell)
  shell.showModal()
  focusFirst()
  return { show }
}

/** What a person reaches for: the phone where a code is asked for, the sign-in page where a password is shown. */
function wantedFor(content: HTMLElement): 'phone' | 'sign-in' | undefined {
  if (content.querySelector('img, input, textarea, select')) return 'phone'
  return content.querySelector('code') ? 'sign-in' : undefined
}
