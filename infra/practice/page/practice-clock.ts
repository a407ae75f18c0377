import type { ClockView } from '../front-door-shapes.ts'
import type { Live } from './live.ts'

/** The company's time, which the page moves: the browser's own plus what the front door says lies between. */
export interface PracticeClock {
  now(): Date
  /** Calls back whenever the clock has been moved, and once at the start. */
  onMove(listen: (offsetMilliseconds: number) => void): void
}

export function followClock(first: ClockView, live: Live): PracticeClock {
  const between = ({ now }: ClockView) => Date.parse(now) - Date.now()
  let ahead = between(first)
  let offset = first.offsetMilliseconds
  const listeners = new Set<(offsetMilliseconds: number) => void>()
  live.onCompany((event) => {
    if (event.type !== 'clock') return
    ahead = between(event.clock)
    offset = event.clock.offsetMilliseconds
    for (const listen of listeners) listen(offset)
  })
  return {
    now: () => new Date(Date.now() + ahead),
    onMove(listen) {
      listeners.add(listen)
      listen(offset)
    },
  }
}

/** 14:03:22 */
export function timeOfDay(at: string | Date): string {
  return new Date(at).toLocaleTimeString('en-GB')
}

/** 21 Nov, 14:03:22 */
export function dayAndTime(at: string | Date): string {
  const date = new Date(at)
  return `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${timeOfDay(date)}`
}
