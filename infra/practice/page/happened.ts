import type { AuditLine, MembershipChange, Someone } from '../front-door-shapes.ts'
import { aboutAccess, actionInWords, concerning, membershipInWords, standing, whereItWasDone } from './audit-words.ts'
import { company } from './company-api.ts'
import { directoryStates } from './directory-state.ts'
import { button, element, newId } from './elements.ts'
import type { Live } from './live.ts'
import { dayAndTime, type PracticeClock } from './practice-clock.ts'

const MOST_SHOWN = 200

export interface Happened {
  readonly root: HTMLElement
  /** Whose state in the directory is shown. */
  about(person: Someone): void
}

/** What really happened: the audit trail as it grows, and what the directories hold about a person. */
export function happened(options: {
  readonly bot: string
  /** Of the company's own directory; undefined where there is none. */
  readonly realm: string | undefined
  readonly live: Live
  readonly clock: PracticeClock
}): Happened {
  const { bot, clock } = options
  const headingId = newId('happened')
  const states = directoryStates(options)
  const rows = element('ol', {
    class: 'audit',
    'aria-live': 'polite',
    'aria-relevant': 'additions',
    tabindex: 0,
    'aria-label': 'Audit rows and changes of groups, newest first',
  })
  const none = element(
    'p',
    { class: 'audit-none' },
    'Nothing yet. Every change to an account appears here before it is made, and once more when it is done.',
  )
  const verdict = element('p', { class: 'verdict', role: 'status', 'data-testid': 'audit-verdict' })
  const verify = button('Check the chain', () => void check(), { class: 'small', 'data-testid': 'audit-verify' })
  const check = async () => {
    verify.disabled = true
    verdict.textContent = ''
    try {
      const { whole, rows: count, sentence } = await company.verifyAudit()
      verdict.className = whole ? 'verdict whole' : 'verdict broken'
      verdict.textContent = whole ? `✓ Audit chain whole: ${count} ${count === 1 ? 'row' : 'rows'}` : `✗ ${sentence}`
    } catch (error) {
      verdict.className = 'verdict broken'
      verdict.textContent = error instanceof Error ? error.message : 'The trail could not be read.'
    }
    verify.disabled = false
  }
  const root = element(
    'section',
    { class: 'pane happened', 'aria-labelledby': headingId, 'data-testid': 'pane-happened', 'data-slot': 'happened' },
    element(
      'header',
      { class: 'pane-head' },
      element('div', { class: 'pane-line' }, element('h2', { id: headingId }, 'What really happened')),
    ),
    states.root,
    element('div', { class: 'audit-head' }, element('h3', {}, 'Audit trail'), verify),
    verdict,
    none,
    rows,
  )

  options.live.onCompany((event) => {
    if (event.type !== 'audit' && event.type !== 'memberships') return
    none.hidden = true
    if (event.type === 'audit') {
      // What was checked is no longer the whole trail.
      verdict.textContent = ''
      for (const line of event.lines) rows.prepend(rowOf(line))
    } else for (const change of event.changes) rows.prepend(changeOf(change, bot, clock))
    while (rows.childElementCount > MOST_SHOWN) rows.lastElementChild?.remove()
  })
  return { root, about: states.about }
}

function rowOf(line: AuditLine): HTMLElement {
  const { words, look } = standing(line)
  const mark = line.hash === undefined ? `#${line.seq}` : `#${line.seq} ${line.hash.slice(0, 8)}`
  return element(
    'li',
    {
      class: 'audit-row',
      'data-testid': 'audit-row',
      'data-action': line.action,
      'data-kind': line.kind,
      'data-outcome': line.outcome,
    },
    element(
      'p',
      { class: 'audit-what' },
      element('strong', {}, actionInWords(line.action)),
      ' ',
      element('span', { class: `standing ${look}` }, words),
    ),
    element('p', { class: 'audit-who' }, concerning(line)),
    aboutAccess(line) !== '' && element('p', { class: 'audit-who' }, aboutAccess(line)),
    whereItWasDone(line) !== '' && element('p', { class: 'audit-who' }, whereItWasDone(line)),
    line.why !== undefined && element('p', { class: 'audit-who' }, line.why),
    line.detail !== undefined && element('p', { class: 'audit-who' }, line.detail),
    element(
      'p',
      { class: 'audit-mark' },
      element('code', {}, mark),
      ' ',
      element('time', { datetime: line.at }, dayAndTime(line.at)),
    ),
  )
}

/** What the directory itself says has changed: no row of the trail, so it stands out from them. */
function changeOf(change: MembershipChange, bot: string, clock: PracticeClock): HTMLElement {
  const { what, by } = membershipInWords(change, bot)
  return element(
    'li',
    {
      class: 'audit-row in-directory',
      'data-testid': 'membership-row',
      'data-what': change.what,
      'data-by': change.by,
    },
    element(
      'p',
      { class: 'audit-what' },
      element('strong', {}, what),
      ' ',
      element('span', { class: 'standing' }, 'directory'),
    ),
    element('p', { class: 'audit-who' }, `${change.member}, ${change.group}; ${by}`),
    element(
      'p',
      { class: 'audit-mark' },
      element('span', {}, 'Microsoft Entra ID'),
      ' ',
      clock.told(change.at, 'full'),
    ),
  )
}
