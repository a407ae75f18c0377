import { button, element } from './elements.ts'

export type Slot = 'employee' | 'manager' | 'it' | 'happened'

export interface Tabs {
  readonly root: HTMLElement
  choose(slot: Slot): void
  /** Marks a pane that has something new, unless it is in view. */
  news(slot: Slot): void
}

/** On a small screen one pane is shown at a time; the choice stands on the body, and the style sheet does the rest. */
export function tabs(names: Readonly<Record<Slot, string>>): Tabs {
  const slots = Object.keys(names) as Slot[]
  const buttons = new Map(
    slots.map((slot) => [
      slot,
      button(names[slot], () => choose(slot), { class: 'tab', 'data-testid': `tab-${slot}` }),
    ]),
  )
  const choose = (chosen: Slot) => {
    document.body.dataset.view = chosen
    for (const [slot, tab] of buttons) {
      if (slot === chosen) {
        tab.setAttribute('aria-current', 'true')
        tab.classList.remove('news')
        tab.removeAttribute('aria-label')
      } else tab.removeAttribute('aria-current')
    }
  }
  choose('employee')
  return {
    root: element('nav', { class: 'tabs', 'aria-label': 'Panes' }, ...buttons.values()),
    choose,
    news(slot) {
      if (document.body.dataset.view === slot) return
      buttons.get(slot)?.classList.add('news')
      buttons.get(slot)?.setAttribute('aria-label', `${names[slot]}, something new`)
    },
  }
}
