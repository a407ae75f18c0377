import type { ClockView } from '../front-door-shapes.ts'
import { element } from './elements.ts'
import type { Live } from './live.ts'

/** The company's time, which the page moves: the browser's own plus what the front door says lies between. */
export interface PracticeClock {
  now(): Date
  /** What time it was in the company when the machine's clock said so. Directory, Teams and Slack go by the machine's. */
  companyTime(machineTime: string | Date): Date
  /**
   * The company's time of that moment as an element that corrects itself, because news may be here before it is known that
   * the clock was moved. Brief: without the seconds, and without the day while it is today.
   */
  told(machineTime: string | Date, words: 'brief' | 'full'): HTMLTimeElement
  /** Calls back whenever the clock has been moved, and once at the start. */
  onMove(listen: (offsetMilliseconds: number) => void): void
}

interface Told {
  readonly machineTime: string | Date
  readonly words: 'brief' | 'full'
}

export function followClock(first: ClockView, live: Live): PracticeClock {
  const between = ({ now }: ClockView) => Date.parse(now) - Date.now()
  let ahead = between(first)
  let view = first
  const listeners = new Set<(offsetMilliseconds: number) => void>()
  /** Messages come and go; those that nobody sees any more are forgotten. */
  const shown = new Map<WeakRef<HTMLTimeElement>, Told>()
  const gone = new FinalizationRegistry<WeakRef<HTMLTimeElement>>((one) => void shown.delete(one))
  const now = () => new Date(Date.now() + ahead)
  const companyTime = (machineTime: string | Date) => {
    const at = new Date(machineTime)
    const move = view.moves.findLast((one) => Date.parse(one.at) <= at.getTime())
    return new Date(at.getTime() + (move?.offsetMilliseconds ?? 0))
  }
  const draw = (time: HTMLTimeElement, { machineTime, words }: Told) => {
    const at = companyTime(machineTime)
    time.dateTime = at.toISOString()
    time.textContent = words === 'full' ? dayAndTime(at) : briefly(at, now())
  }
  live.onCompany((event) => {
    if (event.type !== 'clock') return
    ahead = between(event.clock)
    view = event.clock
    for (const [reference, told] of shown) {
      const time = reference.deref()
      if (time) draw(time, told)
    }
    for (const listen of listeners) listen(view.offsetMilliseconds)
  })
  return {
    now,
    companyTime,
    told(machineTime, words) {
      const time = element('time')
      const reference = new WeakRef(time)
      shown.set(reference, { machineTime, words })
      gone.register(time, reference)
      draw(time, { machineTime, words })
      return time
    },
    onMove(listen) {
      listeners.add(listen)
      listen(view.offsetMilliseconds)
    },
  }
}

/** 14:03 of today, 18 Nov, 14:03 of another day. */
function briefly(at: Date, now: Date): string {
  return at.toDateString() === now.toDateString() ? timeOfDay(at).slice(0, 5) : dayAndTime(at).slice(0, -3)
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
