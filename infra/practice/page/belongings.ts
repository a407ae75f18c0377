import type { DirectoryState, Someone } from '../front-door-shapes.ts'
import { button, element, newId } from './elements.ts'
import type { GroupsPanel } from './groups.ts'
import type { MailBox } from './mail.ts'
import type { Phone } from './phone.ts'
import type { SignIn } from './sign-in.ts'

export type Belonging = 'phone' | 'sign-in' | 'mail' | 'groups'

/** What a person has at hand besides the chat: phone, sign-in page, second mailbox, groups. One is out at a time. */
export interface Belongings {
  /** The buttons that take one out or put it away. */
  readonly buttons: HTMLElement
  /** Where it lies. Can be carried elsewhere on the page and back. */
  readonly root: HTMLElement
  take(what: Belonging | undefined): void
  show(person: Someone): void
  /** What the directory holds about the person now. */
  tell(state: DirectoryState): void
}

export function belongings(things: { phone: Phone; signIn: SignIn; mail: MailBox; groups: GroupsPanel }): Belongings {
  const { phone, signIn, mail, groups } = things
  const panels: Readonly<Record<Belonging, HTMLElement>> = {
    phone: phone.root,
    'sign-in': signIn.root,
    mail: mail.root,
    groups: groups.root,
  }
  const labels: Readonly<Record<Belonging, string>> = {
    phone: 'Phone',
    'sign-in': 'Sign in',
    mail: 'Mail',
    groups: 'Groups',
  }
  const names = Object.keys(labels) as Belonging[]
  const rootId = newId('belongings')
  const root = element('div', { id: rootId, class: 'belongings', hidden: true }, ...Object.values(panels))
  let shown: Belonging | undefined
  const count = element('span', { class: 'count', hidden: true })
  const toggles = new Map(
    names.map((name) => [
      name,
      button(labels[name], () => take(shown === name ? undefined : name), {
        class: 'toggle',
        'aria-expanded': 'false',
        'aria-controls': rootId,
        'data-testid': `${name}-toggle`,
      }),
    ]),
  )
  toggles.get('mail')?.append(count)
  const take = (what: Belonging | undefined) => {
    shown = what
    root.hidden = what === undefined
    for (const name of names) {
      panels[name].hidden = name !== what
      toggles.get(name)?.setAttribute('aria-expanded', String(name === what))
    }
    if (what === 'mail') mail.look()
  }
  take(undefined)
  return {
    buttons: element('div', { class: 'toggles' }, ...toggles.values()),
    root,
    take,
    show(person) {
      phone.show(person.id)
      signIn.show(person)
      mail.show(person.id)
      groups.show(person.id)
    },
    tell(state) {
      const { mails } = state
      groups.tell(state)
      count.textContent = ` ${mails}`
      count.hidden = mails === 0
      mail.look()
    },
  }
}
