import type { AuditLine } from '../front-door-shapes.ts'
import { button, element, hidden } from './elements.ts'
import type { Live } from './live.ts'

const STEPS = ['Set up the authenticator', 'Reset the password', 'Sign in with it'] as const

export interface Steps {
  readonly root: HTMLElement
  signedIn(): void
}

/** Who plays in the story of access: who asks, who says yes first, who says yes then. */
export type AccessRole = 'employee' | 'manager' | 'approver'

export interface AccessStory extends Readonly<Record<AccessRole, string>> {
  /** What the employee writes. */
  readonly words: string
  sit(who: AccessRole): void
}

/** Three steps to the first reset. Each ticks itself off when it has happened, not when a button was pressed. */
export function steps(options: {
  readonly live: Live
  /** Whom to try Slack with, and how to sit them down there; undefined in a company without Slack. */
  readonly slack: { readonly name: string; sit(): void } | undefined
  /** Whose account lives in the company's own directory, and how to sit them down; undefined where there is none. */
  readonly onPremises: { readonly name: string; sit(): void } | undefined
  readonly access: AccessStory
}): Steps {
  const { live, slack } = options
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
    options.onPremises && tryOnPremises(options.onPremises.name, options.onPremises.sit),
    tryAccess(options.access),
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

/** The same words for an account that lives in Active Directory. */
function tryOnPremises(name: string, sit: () => void): HTMLElement {
  const first = name.split(' ')[0] ?? name
  const there = button(`Sit down as ${first}`, sit, { class: 'link', 'data-testid': 'try-on-premises' })
  return element(
    'p',
    { class: 'try' },
    'On-premises: ',
    there,
    element('span', { class: 'try-words' }, `, lock ${first} out (Break it) and write: I’m locked out`),
  )
}

/** From the question to the end of what was granted, in one sentence. */
function tryAccess({ words, sit, ...people }: AccessStory): HTMLElement {
  const chair = (who: AccessRole) =>
    button(people[who].split(' ')[0] ?? people[who], () => sit(who), {
      class: 'link',
      'data-testid': `try-access-${who}`,
    })
  return element(
    'p',
    { class: 'try', 'data-testid': 'try-access' },
    'Or this: as ',
    chair('employee'),
    ` write “${words}”, approve it as `,
    chair('manager'),
    ' and as ',
    chair('approver'),
    element('span', { class: 'try-words' }, ', move the clock (Break it) and see it end.'),
  )
}

const hasHappened = (line: AuditLine) => line.kind !== 'intent' && (line.outcome ?? 'done') === 'done'
const isEnrolment = (line: AuditLine) => hasHappened(line) && line.action === 'enrol-totp'
const isReset = (line: AuditLine) => hasHappened(line) && line.action === 'reset-password'
