import { randomBytes } from 'node:crypto'
import { wellKnown } from './company/cast.ts'
import { domainAdministrators } from './domain/administrators.ts'
import { bindAnswer } from './domain/ldap-session.ts'
import type { OnPremises } from './domain/on-premises.ts'
import { watchAccounts } from './front-door-domain-accounts.ts'
import type { DomainAccount, OnPremisesView, SignInAnswer } from './front-door-shapes.ts'

/** What the front door asks of the on-premises half of a company. People are named by object id. */
export interface CompanyDomain {
  /** Somebody to try it with. */
  readonly personId: string
  view(): OnPremisesView
  /** The account as the domain controller last said; undefined for somebody who has none there. Asking keeps it being looked at. */
  account(id: string): DomainAccount | 'unknown' | undefined
  runController(on: boolean): Promise<void>
  runAgent(on: boolean): Promise<void>
  /** Cuts the line between agent and bot, or mends it: the agent dials again by itself. */
  connect(on: boolean): void
  pauseSync(on: boolean): void
  /** @throws Error where the domain controller does not answer */
  syncNow(): Promise<void>
  /** Types wrong passwords until the account is locked. @returns what came of it, in a sentence */
  lockOut(id: string): Promise<string>
  /** Makes somebody an administrator of the domain, by way of a group in a group, or takes it back. */
  setAdministrator(id: string, on: boolean): Promise<void>
  /** Signs in at a computer of the company: a bind at the domain controller. */
  signIn(name: string, password: string): Promise<SignInAnswer>
}

/** Enough for any threshold that a policy has. */
const mostWrongPasswords = 30

/** What the `data` code of a refused bind means to the person (MS-ADTS 3.1.1.3.2.2, winerror.h). */
const answers: Readonly<Record<string, SignInAnswer>> = {
  ok: { outcome: 'signed-in', sentence: 'Signed in to the computer. The password works.' },
  '52e': { outcome: 'wrong', sentence: 'That is not the password.' },
  '773': {
    outcome: 'must-change',
    sentence:
      'The password is right. It must be changed now: Windows asks for a new one here. Practice ends at this point.',
  },
  '775': { outcome: 'locked', sentence: 'The account is locked: there were too many wrong passwords.' },
  '532': { outcome: 'must-change', sentence: 'The password is right, but it has expired: Windows asks for a new one.' },
  '533': { outcome: 'disabled', sentence: 'This account is disabled.' },
  '701': { outcome: 'disabled', sentence: 'This account has expired.' },
}

/** The domain controller, the agent and the sync of a hybrid practice company, as the page sees them. */
export function domainOf(onPremises: OnPremises): CompanyDomain {
  const { controller, front, people, sync } = onPremises
  const administrators = domainAdministrators(controller)
  const accounts = watchAccounts(controller, people)
  let isCut = false
  const upnOf = (id: string): string => {
    const person = people.get(id)
    if (!person) throw new Error('That account is not in the company’s own directory.')
    return person.upn
  }
  return {
    personId: wellKnown.kwame.id,
    view() {
      const lastAt = sync.lastAt()?.toISOString()
      return {
        realm: controller.realm,
        controller: { host: controller.host, isUp: accounts.answers() },
        agent: { isRunning: onPremises.agent().isRunning(), isConnected: front.connections() > 0 },
        line: isCut ? 'cut' : 'whole',
        sync: {
          isPaused: sync.isPaused(),
          isFailing: sync.isFailing(),
          ...(lastAt && { lastAt }),
        },
      }
    },
    account: (id) => accounts.account(id),
    async runController(on) {
      await (on ? controller.start() : controller.stop())
      accounts.look()
    },
    async runAgent(on) {
      const agent = onPremises.agent()
      if (agent.isRunning() === on) return
      await (on ? agent.start() : agent.stop('SIGTERM'))
    },
    connect(on) {
      isCut = !on
      front.refuse(!on)
      if (!on) front.cut()
    },
    pauseSync: (on) => sync.pause(on),
    syncNow: () => sync.now(),
    async lockOut(id) {
      const upn = upnOf(id)
      for (let turn = 1; turn <= mostWrongPasswords; turn++) {
        const answer = await bindAnswer(controller, upn, `Wrong-${randomBytes(9).toString('base64url')}`)
        accounts.look()
        if (answer === '775') return 'Locked: the domain has had enough of wrong passwords.'
      }
      return 'The domain took every wrong password and did not lock the account.'
    },
    async setAdministrator(id, on) {
      const person = people.get(id)
      if (!person) throw new Error('That account is not in the company’s own directory.')
      await administrators.set(person.dn, on)
      accounts.look()
    },
    async signIn(name, password) {
      try {
        const code = await bindAnswer(controller, name, password)
        return answers[code] ?? { outcome: 'failed', sentence: `The domain controller refused: ${code}.` }
      } catch {
        // The error may quote what was sent, so nothing of it is passed on.
        return { outcome: 'failed', sentence: 'The domain controller does not answer.' }
      }
    },
  }
}
