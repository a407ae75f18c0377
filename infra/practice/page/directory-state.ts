import type { DirectoryState, DomainAccount, Someone } from '../front-door-shapes.ts'
import { element } from './elements.ts'
import { directoryFacts, domainFacts, drawFacts } from './facts.ts'
import type { Live } from './live.ts'
import type { PracticeClock } from './practice-clock.ts'

export interface DirectoryStates {
  readonly root: HTMLElement
  about(person: Someone): void
}

/**
 * What the directories hold about a person as this is being looked at: Microsoft's, and the company's own where the account lives
 * there, as its domain controller says it.
 * @param realm of the company's own directory; undefined where there is none
 */
export function directoryStates(options: {
  readonly realm: string | undefined
  readonly live: Live
  readonly clock: PracticeClock
}): DirectoryStates {
  const { realm = '', clock } = options
  const who = element('h3', {})
  const facts = element('dl', { class: 'facts', 'data-testid': 'directory-state' })
  const inDomain = element('dl', { class: 'facts', 'data-testid': 'domain-state' })
  const silent = element('p', { class: 'note' }, 'The domain controller does not answer.')
  const domain = element(
    'div',
    { hidden: true },
    element('h4', { title: realm }, 'Active Directory'),
    inDomain,
    silent,
    element('h4', {}, 'Microsoft Entra ID'),
  )
  const root = element('div', { class: 'directory' }, who, domain, facts)
  let person: Someone | undefined
  const states = new Map<string, DirectoryState>()
  const accounts = new Map<string, DomainAccount | 'unknown'>()
  const draw = () => {
    const state = person && states.get(person.id)
    const account = person && accounts.get(person.id)
    who.textContent = person ? `${person.name} in the directory` : ''
    drawFacts(facts, state ? directoryFacts(state, clock) : [])
    domain.hidden = account === undefined
    silent.hidden = account !== 'unknown'
    drawFacts(inDomain, account && account !== 'unknown' ? domainFacts(account, clock) : [])
  }
  options.live.onCompany((event) => {
    if (event.type === 'state') states.set(event.state.id, event.state)
    else if (event.type === 'domain-account') accounts.set(event.id, event.account)
    else return
    draw()
  })
  clock.onMove(draw)
  return {
    root,
    about(next) {
      if (next.id !== person?.id) for (const list of [facts, inDomain]) list.replaceChildren()
      person = next
      draw()
    },
  }
}
