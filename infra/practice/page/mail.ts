import { company } from './company-api.ts'
import { element, linked } from './elements.ts'
import type { PracticeClock } from './practice-clock.ts'

export interface MailBox {
  readonly root: HTMLElement
  show(personId: string): void
  /** Reads the mailbox again. */
  look(): void
}

/** The person's second mailbox: the address the directory knows besides the company's own. */
export function mailBox({ clock }: { readonly clock: PracticeClock }): MailBox {
  const address = element('p', { class: 'mail-address' })
  const list = element('ul', { class: 'mail-list', 'aria-live': 'polite' })
  const root = element('section', { class: 'mail', 'aria-label': 'Second mailbox' }, address, list)
  let personId = ''
  let drawn = ''
  const look = async () => {
    const mine = personId
    const box = await company.mail(mine).catch(() => undefined)
    if (mine !== personId) return
    const text = JSON.stringify(box)
    if (text === drawn) return
    drawn = text
    if (!box?.address) {
      address.textContent = box
        ? 'The directory knows no second mailbox of this person.'
        : 'The mailbox does not answer.'
      list.replaceChildren()
      return
    }
    address.textContent = box.address
    const mails = box.mails
      .toReversed()
      .map(({ at, subject, text }) =>
        element(
          'li',
          { class: 'mail-item', 'data-testid': 'mail-item' },
          element('p', { class: 'mail-head' }, element('strong', {}, subject), ' ', clock.told(at, 'full')),
          element('p', { class: 'mail-text' }, ...linked(text)),
        ),
      )
    list.replaceChildren(...(mails.length > 0 ? mails : [element('li', { class: 'mail-none' }, 'No mail yet.')]))
  }
  return {
    root,
    show(id) {
      personId = id
      drawn = ''
      void look()
    },
    look: () => void look(),
  }
}
