import type { Button, Overflow } from '@slack/types'
import { button, element, hidden } from '../elements.ts'
import { foldsAway } from './message-menu.ts'
import { plain } from './text-object.ts'

/** A button. One with an address opens it besides telling the bot. */
export function drawButton(one: Button, onPress: () => void): HTMLElement {
  const press = () => {
    if (one.url !== undefined && /^https?:\/\//i.test(one.url)) window.open(one.url, '_blank', 'noopener,noreferrer')
    onPress()
  }
  return button(plain(one.text) ?? '', press, {
    class: one.style === undefined ? 'slack-button' : `slack-button ${one.style}`,
    'aria-label': one.accessibility_label,
  })
}

/** The three dots behind which further choices lie. */
export function drawOverflow(one: Overflow, onChoose: (value: string) => void): HTMLElement {
  const menu = element('details', { class: 'slack-overflow' })
  const choices = one.options.map(({ text, value = '', url }) =>
    button(
      plain(text) ?? '',
      () => {
        menu.open = false
        if (url !== undefined && /^https?:\/\//i.test(url)) window.open(url, '_blank', 'noopener,noreferrer')
        onChoose(value)
      },
      { class: 'slack-menu-item' },
    ),
  )
  menu.append(
    element(
      'summary',
      { class: 'slack-button' },
      element('span', { 'aria-hidden': 'true' }, '⋯'),
      hidden('More choices'),
    ),
    element('div', { class: 'slack-menu' }, ...choices),
  )
  foldsAway(menu)
  return menu
}
