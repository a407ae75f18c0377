import { element } from './elements.ts'

const COLOURS = 8

/** A round picture of initials. Says nothing that the name beside it does not say, so it is hidden from screen readers. */
export function avatar(name: string, kind: 'person' | 'bot' = 'person'): HTMLElement {
  const initials = name
    .split(/\s+/)
    .map((part) => part[0] ?? '')
    .filter((letter) => /\p{L}/u.test(letter))
  const shown = kind === 'bot' ? 'H' : `${initials[0] ?? '?'}${initials.length > 1 ? initials.at(-1) : ''}`
  const colour = [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % COLOURS
  const look = kind === 'bot' ? 'avatar bot' : `avatar colour-${colour}`
  return element('span', { class: look, 'aria-hidden': 'true' }, shown.toUpperCase())
}
