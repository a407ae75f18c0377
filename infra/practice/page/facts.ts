import type { DirectoryState, DomainAccount } from '../front-door-shapes.ts'
import { element } from './elements.ts'
import { dayAndTime, type PracticeClock, timeOfDay } from './practice-clock.ts'

/** Name, value, and how it looks. */
export type Fact = readonly [name: string, value: string, look: '' | 'bad' | 'notable']

/** What Microsoft Entra ID holds about somebody. */
export function directoryFacts(state: DirectoryState, clock: PracticeClock): readonly Fact[] {
  const unlocked = state.locked ? 'locked for a while' : 'allowed'
  const signIn = state.signInAllowed ? unlocked : 'blocked'
  return [
    ['Sign-in', signIn, signIn === 'allowed' ? '' : 'bad'],
    ['Password set', dayAndTime(clock.companyTime(state.passwordChangedAt)), ''],
    atNextSignIn(state.mustChangePassword),
    ['Sessions ended', dayAndTime(clock.companyTime(state.sessionsRevokedAt)), ''],
  ]
}

/** What the domain controller says about an account. */
export function domainFacts(account: DomainAccount, clock: PracticeClock): readonly Fact[] {
  const { isEnabled, isLocked, lockedAt, wrongPasswords, passwordSetAt } = account
  // A lockout is over within the hour: the day goes without saying.
  const since = lockedAt === undefined ? '' : ` since ${timeOfDay(clock.companyTime(lockedAt))}`
  const set: Fact | undefined =
    passwordSetAt === undefined ? undefined : ['Password set', dayAndTime(clock.companyTime(passwordSetAt)), '']
  const open: Fact = ['Account', 'open', '']
  const locked: Fact = ['Account', `locked${since}`, 'bad']
  const administrator: Fact = ['Rights', 'domain administrator', 'notable']
  return [
    isEnabled ? (isLocked ? locked : open) : ['Account', 'disabled', 'bad'],
    ['Wrong passwords', String(wrongPasswords), ''],
    ...(set ? [set] : []),
    atNextSignIn(account.mustChangePassword),
    ...(account.isAdministrator ? [administrator] : []),
  ]
}

const atNextSignIn = (mustChange: boolean): Fact => [
  'At next sign-in',
  mustChange ? 'must change it' : 'nothing to do',
  mustChange ? 'notable' : '',
]

/** Draws the facts, and lets those that changed light up. */
export function drawFacts(list: HTMLElement, facts: readonly Fact[]): void {
  const before = new Map(
    [...list.children].map((row) => [row.getAttribute('data-fact'), row.querySelector('dd')?.textContent]),
  )
  list.replaceChildren(
    ...facts.map(([name, value, look]) => {
      const changed = before.has(name) && before.get(name) !== value
      return element(
        'div',
        { 'data-fact': name, class: changed ? 'changed' : '' },
        element('dt', {}, name),
        element('dd', { class: look }, value),
      )
    }),
  )
}
