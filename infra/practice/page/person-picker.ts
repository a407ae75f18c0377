import type { Badge, Someone } from '../front-door-shapes.ts'
import { avatar } from './avatar.ts'
import { company } from './company-api.ts'
import { element, newId } from './elements.ts'

const SEARCH_AFTER_MS = 150

const BADGE_TEXT: Readonly<Record<Badge, string>> = {
  guest: 'Guest',
  administrator: 'Admin',
  synced: 'Synced',
  disabled: 'Disabled',
}

export const badgesOf = (person: Someone) =>
  person.badges.map((badge) => element('span', { class: `badge ${badge}` }, BADGE_TEXT[badge]))

export interface PersonPicker {
  readonly root: HTMLElement
  show(person: Someone): void
}

/**
 * A box with the name of the one who sits here; typing in it searches the company (combobox with a list, WAI-ARIA 1.2).
 */
export function personPicker(options: { readonly label: string; choose(person: Someone): void }): PersonPicker {
  const listId = newId('people')
  const box = element('input', {
    type: 'text',
    role: 'combobox',
    class: 'picker-box',
    'aria-label': options.label,
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': listId,
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 100,
    'data-testid': 'person-picker',
  })
  const list = element('ul', {
    id: listId,
    role: 'listbox',
    class: 'picker-list',
    'aria-label': 'People',
    hidden: true,
  })
  const face = element('span', { class: 'picker-face' })
  const about = element('p', { class: 'picker-about' })
  const root = element('div', { class: 'picker' }, face, element('div', { class: 'picker-words' }, box, about), list)

  let current: Someone | undefined
  let found: readonly Someone[] = []
  let at = -1
  let asked = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  const close = () => {
    list.hidden = true
    asked += 1
    clearTimeout(timer)
    timer = undefined
    box.setAttribute('aria-expanded', 'false')
    box.removeAttribute('aria-activedescendant')
    box.value = current?.name ?? ''
  }
  const mark = (next: number) => {
    at = next
    for (const [index, option] of [...list.children].entries()) {
      option.setAttribute('aria-selected', String(index === at))
      if (index !== at) continue
      box.setAttribute('aria-activedescendant', option.id)
      option.scrollIntoView({ block: 'nearest' })
    }
  }
  const choose = (person: Someone | undefined) => {
    if (person) {
      show(person)
      options.choose(person)
    }
    close()
  }
  const search = async (words: string) => {
    const mine = ++asked
    const people = await company.search(words).catch(() => [])
    if (mine !== asked) return
    found = people
    list.replaceChildren(
      ...people.map((person) => optionOf(person, () => choose(person))),
      ...(people.length === 0 ? [element('li', { class: 'picker-none' }, 'Nobody of that name works here.')] : []),
    )
    list.hidden = false
    box.setAttribute('aria-expanded', 'true')
    mark(people.length > 0 ? 0 : -1)
  }
  const show = (person: Someone) => {
    current = person
    box.value = person.name
    face.replaceChildren(avatar(person.name))
    const words = [person.jobTitle, person.department].filter(Boolean).join(', ')
    about.replaceChildren(...badgesOf(person), element('span', {}, words))
  }

  box.addEventListener('focus', () => box.select())
  box.addEventListener('click', () => void search(''))
  const searchNow = () => {
    clearTimeout(timer)
    timer = undefined
    return search(box.value.trim())
  }
  box.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => void searchNow(), SEARCH_AFTER_MS)
  })
  box.addEventListener('blur', close)
  box.addEventListener('keydown', (event) => {
    const isOpen = !list.hidden
    if (event.key === 'Escape' && isOpen) close()
    // Typed and sent off at once: the list is still the one of the words before.
    else if (event.key === 'Enter' && timer !== undefined) void searchNow().then(() => choose(found[at]))
    else if (event.key === 'Enter' && isOpen) choose(found[at])
    else if (event.key === 'ArrowDown' && !isOpen) void search('')
    else if (event.key === 'ArrowDown') mark(Math.min(at + 1, found.length - 1))
    else if (event.key === 'ArrowUp' && isOpen) mark(Math.max(at - 1, 0))
    else return
    event.preventDefault()
  })
  return { root, show }
}

function optionOf(person: Someone, choose: () => void): HTMLElement {
  const words = [person.jobTitle, person.department].filter(Boolean).join(', ')
  const option = element(
    'li',
    { id: newId('person'), role: 'option', 'data-testid': 'person-option', 'data-person-id': person.id },
    avatar(person.name),
    element(
      'div',
      {},
      element('p', { class: 'option-name' }, person.name, ' ', ...badgesOf(person)),
      element('p', { class: 'option-about' }, words),
      person.hint !== '' && element('p', { class: 'option-hint' }, person.hint),
    ),
  )
  // The box keeps the focus: what is chosen with the mouse must not count as leaving it.
  option.addEventListener('mousedown', (event) => event.preventDefault())
  option.addEventListener('click', choose)
  return option
}
