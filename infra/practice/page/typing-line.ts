import { element } from './elements.ts'

/** Teams shows "is typing" no longer than this after the last sign of it. */
const LASTS_MS = 6_000

export interface TypingLine {
  readonly root: HTMLElement
  start(): void
  stop(): void
}

/** "HelpBot is typing", with three dots that move unless the person prefers stillness. */
export function typingLine(who: string): TypingLine {
  const dots = element('span', { class: 'dots', 'aria-hidden': 'true' }, element('i'), element('i'), element('i'))
  const root = element('p', { class: 'typing', 'data-testid': 'typing', hidden: true }, dots, `${who} is typing`)
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = () => {
    clearTimeout(timer)
    root.hidden = true
  }
  return {
    root,
    start() {
      clearTimeout(timer)
      root.hidden = false
      timer = setTimeout(stop, LASTS_MS)
    },
    stop,
  }
}
