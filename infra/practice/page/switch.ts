import { button, element, hidden } from './elements.ts'

export interface Switch<Name extends string> {
  readonly root: HTMLElement
  chosen(): Name
  choose(name: Name): void
  /** Marks a side that has something new, unless it is in view. */
  news(name: Name): void
}

/** A few sides of a pane of which one is in view (tabs with arrow keys, WAI-ARIA APG). */
export function sideSwitch<Name extends string>(options: {
  readonly label: string
  readonly names: Readonly<Record<Name, string>>
  /** What the tabs show and hide. */
  readonly panelId: string
  readonly look?: string
  onChoose(name: Name): void
}): Switch<Name> {
  const names = Object.keys(options.names) as Name[]
  const first = names[0] as Name
  let current = first
  const tabs = new Map(
    names.map((name) => {
      const tab = button(options.names[name], () => choose(name), {
        role: 'tab',
        class: 'side-tab',
        'aria-controls': options.panelId,
        'data-testid': `side-${name}`,
      })
      return [name, tab]
    }),
  )
  const mark = () => {
    for (const [name, tab] of tabs) {
      tab.setAttribute('aria-selected', String(name === current))
      tab.tabIndex = name === current ? 0 : -1
    }
    tabs.get(current)?.querySelector('.news-mark')?.remove()
  }
  const choose = (name: Name) => {
    current = name
    mark()
    options.onChoose(name)
  }
  const root = element(
    'div',
    { class: options.look ?? 'sides', role: 'tablist', 'aria-label': options.label },
    ...tabs.values(),
  )
  root.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = names[(names.indexOf(current) + step + names.length) % names.length] ?? first
    choose(next)
    tabs.get(next)?.focus()
  })
  mark()
  return {
    root,
    chosen: () => current,
    choose,
    news(name) {
      const tab = tabs.get(name)
      if (name === current || !tab || tab.querySelector('.news-mark')) return
      tab.append(element('span', { class: 'news-mark' }, hidden(', something new')))
    },
  }
}
