import type { ConfirmationDialog } from '@slack/types'
import { button, element, newId } from '../elements.ts'
import type { Names } from './names.ts'
import { drawText, plain } from './text-object.ts'

/** Asks "are you sure" where the element wants that, in its own words. Resolves with whether to go on. */
export function confirmed(wanted: ConfirmationDialog | undefined, names: Names, now: Date): Promise<boolean> {
  if (!wanted) return Promise.resolve(true)
  return new Promise((resolve) => {
    let isYes = false
    const titleId = newId('confirm')
    const yes = button(
      plain(wanted.confirm) ?? 'Yes',
      () => {
        isYes = true
        shell.close()
      },
      { class: wanted.style === 'danger' ? 'slack-button filled danger' : 'slack-button primary' },
    )
    const no = button(plain(wanted.deny) ?? 'Cancel', () => shell.close(), { class: 'slack-button' })
    const shell = element(
      'dialog',
      { class: 'slack-window slack-confirm', 'aria-labelledby': titleId, 'data-testid': 'slack-confirm' },
      element('header', {}, element('h2', { id: titleId }, plain(wanted.title) ?? 'Are you sure?')),
      element('div', { class: 'slack-window-body' }, drawText(wanted.text, names, now)),
      element('footer', {}, no, yes),
    )
    shell.addEventListener('close', () => {
      shell.remove()
      resolve(isYes)
    })
    document.body.append(shell)
    shell.showModal()
    no.focus()
  })
}
