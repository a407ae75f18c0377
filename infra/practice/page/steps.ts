import type { AuditLine } from '../front-door-shapes.ts'
import { button, element, hidden } from './elements.ts'
import type { Live } from './live.ts'

const STEPS = ['Set up the authenticator', 'Reset the password', 'Sign in with it'] as const

export interface Steps {
  readonly root: HTMLElement
  signedIn(): void
}

/**
 * Three steps to the first reset. Each ticks itself off when it has happened, not when a button was pressed.
 * @param slack whom to try Slack with, and how to sit them down there; undefined in a company without Slack
 */
export function steps(live: Live, slack: { readonly name: string; sit(): void } | undefined): Steps {
  const items = STEPS.map((words, index) =>
    element(
      'li',
      { 'data-testid': `step-${index + 1}` },
      element('span', { class: 'step-mark', 'aria-hidden': 'true' }, String(index + 1)),
      words,
    ),
  )
  const praise = element('p', { class: 'praise', role: 'status' })
  const root = element(
    'section',
    { class: 'steps', 'aria-label': 'Your first reset', 'data-testid': 'steps' },
    element('ol', {}, ...items),
    praise,
    slack && trySlack(slack.name, slack.sit),
  )
  const done = new Set<number>()
  const tick = (step: number) => {
    const item = items[step]
    if (!item || done.has(step)) return
    done.add(step)
    item.classList.add('done')
    item.firstElementChild?.replaceChildren('✓')
    item.append(hidden(', done'))
    if (done.size === STEPS.length)
      praise.textContent =
        'That was a whole reset. Now try to break it: a wrong code, an administrator, “This wasn’t me”.'
  }
  live.onCompany((event) => {
    if (event.type !== 'audit') return
    if (event.lines.some(isEnrolment)) tick(0)
    if (event.lines.some(isReset)) tick(1)
  })
  return {
    root,
    signedIn() {
      if (done.has(1)) tick(2)
    },
  }
}

/** The same words and cards in the other chat product. */
function trySlack(name: string, sit: () => void): HTMLElement {
  const first = name.split(' ')[0] ?? name
  const there = button(`Sit down as ${first} in Slack`, sit, { class: 'link', 'data-testid': 'try-slack' })
  return element(
    'p',
    { class: 'try' },
    'Try this: ',
    there,
    element('span', { class: 'try-words' }, ' and write: I forgot my password'),
  )
}

const hasHappened = (line: AuditLine) => line.kind !== 'intent' && (line.outcome ?? 'done') === 'done'
const isEnrolment = (line: AuditLine) => hasHappened(line) && line.action === 'enrol-totp'
const isReset = (line: AuditLine) => hasHappened(line) && line.action === 'reset-password'
