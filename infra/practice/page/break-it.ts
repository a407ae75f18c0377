import type { FaultKind, Someone } from '../front-door-shapes.ts'
import { company } from './company-api.ts'
import { button, element } from './elements.ts'
import type { Live } from './live.ts'
import { onPremisesControls } from './on-premises.ts'
import type { PracticeClock } from './practice-clock.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const MOVES = [
  ['1m', '+1 minute', MINUTE_MS],
  ['15m', '+15 minutes', 15 * MINUTE_MS],
  ['4h', '+4 hours', 4 * HOUR_MS],
  ['1d', '+1 day', DAY_MS],
  ['3d', '+3 days', 3 * DAY_MS],
  ['7d', '+7 days', 7 * DAY_MS],
  ['30d', '+30 days', 30 * DAY_MS],
] as const
const FAULTS: readonly (readonly [FaultKind, string])[] = [
  ['none', 'Works'],
  ['429', 'Throttled (429)'],
  ['503', 'Unavailable (503)'],
  ['slow', 'Slow'],
  ['cut', 'Cut off'],
]

export interface BreakIt {
  readonly root: HTMLElement
  /** Who sits in the chair of the employee. */
  about(person: Someone): void
}

/** A folded drawer with everything that may go wrong, and the company's clock. */
export function breakIt(options: {
  readonly live: Live
  readonly clock: PracticeClock
  readonly canRestartBot: boolean
  /** Somebody of the company's own domain, and how to sit them down; undefined where there is none. */
  readonly onPremises: { readonly example: Someone; sit(person: Someone): void } | undefined
}): BreakIt {
  const said = element('p', { class: 'note', role: 'status' })
  const doing = (act: () => Promise<unknown>, words: string | ((answer: unknown) => string)) => async () => {
    said.textContent = '…'
    try {
      const answer = await act()
      said.textContent = typeof words === 'string' ? words : words(answer)
    } catch (error) {
      said.textContent = error instanceof Error ? error.message : 'That did not work.'
    }
  }
  const moves = MOVES.map(([id, label, milliseconds]) =>
    button(label, () => void doing(() => company.advance(milliseconds), `The clock went ${label}.`)(), {
      class: 'small',
      'data-testid': `clock-forward-${id}`,
    }),
  )
  const faults: readonly HTMLButtonElement[] = FAULTS.map(([kind, label]) =>
    button(label, () => void setFault(kind, label), {
      class: 'small',
      'aria-pressed': String(kind === 'none'),
      'data-testid': `fault-${kind}`,
    }),
  )
  const setFault = async (kind: FaultKind, label: string) => {
    const words = kind === 'none' ? 'Microsoft Graph works again.' : `Microsoft Graph is now: ${label.toLowerCase()}.`
    await doing(() => company.fault(kind), words)()
    for (const one of faults) one.setAttribute('aria-pressed', String(one.dataset.testid === `fault-${kind}`))
  }
  const restart = (how: 'SIGTERM' | 'SIGKILL', words: string) => () =>
    void doing(() => company.restartBot(how), words)()
  const domain =
    options.onPremises &&
    onPremisesControls({ ...options, ...options.onPremises, doing: (act, words) => void doing(act, words)() })
  const offset = element('p', { class: 'drawer-clock', 'data-testid': 'clock-offset' })
  options.clock.onMove((milliseconds) => {
    offset.textContent =
      milliseconds === 0
        ? 'The company lives in real time.'
        : `The company lives ${inWords(milliseconds)} ahead. Times on this page are the company’s.`
  })
  const root = element(
    'details',
    { class: 'break-it', 'data-testid': 'break-it' },
    element('summary', {}, 'Break it'),
    element(
      'div',
      { class: 'drawer' },
      element('h3', {}, 'Move the clock'),
      element('div', { class: 'buttons' }, ...moves),
      offset,
      element('h3', {}, 'Microsoft Graph'),
      element('div', { class: 'buttons', role: 'group', 'aria-label': 'Microsoft Graph' }, ...faults),
      options.canRestartBot && element('h3', {}, 'The bot'),
      options.canRestartBot &&
        element(
          'div',
          { class: 'buttons' },
          button('Restart', restart('SIGTERM', 'It finished what it was doing, and comes back.'), {
            class: 'small',
            'data-testid': 'bot-restart',
          }),
          button('Kill', restart('SIGKILL', 'Killed in mid-sentence. It comes back by itself.'), {
            class: 'small',
            'data-testid': 'bot-kill',
          }),
        ),
      domain?.root,
      said,
    ),
  )
  return { root, about: (person) => domain?.about(person) }
}

function inWords(milliseconds: number): string {
  const minutes = Math.round(milliseconds / MINUTE_MS)
  const parts = [
    [Math.floor(minutes / 1440), 'day'],
    [Math.floor((minutes % 1440) / 60), 'hour'],
    [minutes % 60, 'minute'],
  ] as const
  const said = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}${count === 1 ? '' : 's'}`)
  return said.join(' ') || 'less than a minute'
}
