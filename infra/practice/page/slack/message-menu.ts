import { button, element, hidden } from '../elements.ts'

export interface MenuChoice {
  readonly label: string
  choose(): void
}

/** The three dots of a message, with the shortcuts behind them. */
export function messageMenu(choices: readonly MenuChoice[]): HTMLElement | undefined {
  if (choices.length === 0) return undefined
  const menu = element('details', { class: 'slack-more' })
  const dots = element(
    'summary',
    { class: 'slack-dots', title: 'More actions', 'data-testid': 'slack-more' },
    element('span', { 'aria-hidden': 'true' }, '⋮'),
    hidden('More actions'),
  )
  const items = choices.map(({ label, choose }) => {
    const pick = () => {
      menu.open = false
      choose()
    }
    return button(label, pick, { class: 'slack-menu-item' })
  })
  menu.append(dots, element('div', { class: 'slack-menu' }, ...items))
  foldsAway(menu)
  return menu
}

/** A menu closes on Escape, and when the focus leaves it. */
export function foldsAway(menu: HTMLDetailsElement): void {
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return
    event.stopPropagation()
    menu.open = false
    menu.querySelector('summary')?.focus()
  })
  menu.addEventListener('focusout', ({ relatedTarget }) => {
    if (!(relatedTarget instanceof Node && menu.contains(relatedTarget))) menu.open = false
  })
}
