import type { DomainAccount, OnPremisesView, Someone } from '../front-door-shapes.ts'
import { company } from './company-api.ts'
import { button, element } from './elements.ts'
import type { Live } from './live.ts'
import { type PracticeClock, timeOfDay } from './practice-clock.ts'

export interface OnPremisesControls {
  readonly root: HTMLElement
  /** Who sits in the chair of the employee. */
  about(person: Someone): void
}

/** The part of the drawer for the company's own domain: what can be switched off, and what can be done to an account there. */
export function onPremisesControls(options: {
  readonly live: Live
  readonly clock: PracticeClock
  /** Somebody whose account is there, and how to sit them down. */
  readonly example: Someone
  sit(person: Someone): void
  /** Does it, and says in words how it went. */
  doing(act: () => Promise<unknown>, words: string | ((answer: unknown) => string)): void
}): OnPremisesControls {
  const { live, clock, doing, example } = options
  const { onPremises } = company
  let view: OnPremisesView | undefined
  let person: Someone | undefined
  const accounts = new Map<string, DomainAccount | 'unknown'>()
  const isAdministrator = () => {
    const account = accounts.get(person?.id ?? '')
    return account !== undefined && account !== 'unknown' && account.isAdministrator
  }

  const controller = switchOf('Domain controller', 'controller', () => {
    const run = !view?.controller.isUp
    doing(() => onPremises.controller(run), run ? 'The domain controller is back.' : 'The domain controller is off.')
  })
  const agent = switchOf('Agent', 'agent', () => {
    const run = !view?.agent.isRunning
    doing(() => onPremises.agent(run), run ? 'The agent starts, and dials the bot.' : 'The agent is stopped.')
  })
  const line = switchOf('Line between agent and bot', 'line', () => {
    const whole = view?.line === 'cut'
    const words = whole ? 'Mended. The agent dials again within a minute.' : 'Cut. Both ends notice it.'
    doing(() => onPremises.line(whole), words)
  })
  const sync = switchOf('Sync', 'sync', () => {
    const paused = !view?.sync.isPaused
    doing(() => onPremises.sync(paused), paused ? 'Nothing is carried over.' : 'It is carried over again.')
  })
  sync.root.append(
    button('Now', () => doing(onPremises.syncNow, 'Carried over.'), { class: 'small', 'data-testid': 'sync-now' }),
  )
  const lockOut = button(
    '',
    () => {
      const { id = '' } = person ?? {}
      doing(
        () => onPremises.lockOut(id),
        (answer) => sentenceIn(answer),
      )
    },
    { class: 'small', 'data-testid': 'lock-out' },
  )
  const administrator = button(
    '',
    () => {
      const { id = '', name = '' } = person ?? {}
      const is = !isAdministrator()
      const words = is ? `${name} is in a group in Domain Admins.` : `${name} is an ordinary user again.`
      doing(() => onPremises.administrator(id, is), words)
    },
    { class: 'small', 'data-testid': 'make-administrator' },
  )
  const sitDown = button(`Sit down as ${firstName(example)}`, () => options.sit(example), {
    class: 'small',
    'data-testid': 'sit-on-premises',
  })
  const root = element(
    'section',
    { class: 'on-premises', 'aria-label': 'On-premises', 'data-testid': 'on-premises' },
    element('h3', {}, 'On-premises'),
    ...[controller, agent, line, sync].map((one) => one.root),
    element('div', { class: 'buttons' }, lockOut, administrator, sitDown),
  )

  const draw = () => {
    if (view) {
      const { controller: dc, agent: process, line: wire, sync: cycles } = view
      controller.tell(dc.isUp ? (dc.host.split('.')[0] ?? 'on') : 'off', dc.isUp, dc.isUp ? 'Stop' : 'Start')
      const running = process.isConnected ? 'connected' : 'running, not connected'
      agent.tell(
        process.isRunning ? running : 'stopped',
        process.isRunning && process.isConnected,
        process.isRunning ? 'Stop' : 'Start',
      )
      line.tell(wire === 'cut' ? 'cut' : 'whole', wire !== 'cut', wire === 'cut' ? 'Mend' : 'Cut')
      const last = cycles.lastAt === undefined ? 'never' : timeOfDay(clock.companyTime(cycles.lastAt))
      const how = cycles.isPaused ? 'paused, last ' : cycles.isFailing ? 'fails, last ' : 'last '
      sync.tell(`${how}${last}`, !cycles.isPaused && !cycles.isFailing, cycles.isPaused ? 'Go on' : 'Pause')
    }
    const isSynced = person?.badges.includes('synced') === true
    lockOut.hidden = administrator.hidden = !isSynced
    sitDown.hidden = isSynced
    if (!person) return
    lockOut.textContent = `Lock ${firstName(person)} out`
    administrator.textContent = isAdministrator()
      ? `Take ${firstName(person)}’s rights away`
      : `Make ${firstName(person)} a domain administrator`
  }
  live.onCompany((event) => {
    if (event.type === 'on-premises') view = event.view
    else if (event.type === 'domain-account') accounts.set(event.id, event.account)
    else return
    draw()
  })
  draw()
  return {
    root,
    about(next) {
      person = next
      draw()
    },
  }
}

/** A line that says how something is, with the button that changes it. */
function switchOf(name: string, id: string, press: () => void) {
  const how = element('span', { class: 'how', 'data-testid': `${id}-how` })
  const change = button('…', press, { class: 'small', 'data-testid': `${id}-switch` })
  const root = element('div', { class: 'switch-line' }, element('span', { class: 'switch-name' }, name), how, change)
  return {
    root,
    tell(words: string, isWell: boolean, label: string) {
      how.textContent = words
      how.classList.toggle('bad', !isWell)
      change.textContent = label
      change.setAttribute('aria-label', `${label}: ${name}`)
    },
  }
}

const firstName = ({ name }: Someone) => name.split(' ')[0] ?? name

const sentenceIn = (answer: unknown): string =>
  typeof answer === 'object' && answer !== null && 'sentence' in answer ? String(answer.sentence) : 'Done.'
