import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../../../bot/clock.ts'
import type { Company } from '../company/company.ts'
import type { CompanyUser } from '../company/model.ts'
import { AadstsError } from './aadsts.ts'
import type { Passwords } from './passwords.ts'

interface Failures {
  readonly count: number
  /** Milliseconds since the epoch. */
  readonly lockedUntil: number
}

interface Session {
  readonly userId: string
  readonly clientId: string
  readonly generation: number
}

/** Smart lockout's defaults (learn.microsoft.com/entra/identity/authentication/howto-password-smart-lockout). */
const failuresBeforeLockout = 10
const firstLockout = 60_000
const longestLockout = 60 * 60_000
const mostSessions = 10_000

/** People's sign-ins with a password, smart lockout, and the sessions (refresh tokens) that come of them. */
export class SignIns {
  readonly #company: Company
  readonly #passwords: Passwords
  readonly #clock: Clock
  readonly #failures = new Map<string, Failures>()
  readonly #sessions = new Map<string, Session>()
  /** How often a person's sessions were ended: a session of an earlier generation is over, whatever the clock says. */
  readonly #generations = new Map<string, number>()

  constructor(company: Company, passwords: Passwords, clock: Clock) {
    this.#company = company
    this.#passwords = passwords
    this.#clock = clock
  }

  /**
   * Signs a person in. 50053 locked, 50057 disabled, 50126 wrong password, 50055 right password that must be changed first.
   * Unlike the real smart lockout, the same wrong password again counts again.
   * @throws AadstsError
   */
  async withPassword(userPrincipalName: string, password: string): Promise<CompanyUser> {
    const user = this.#company.user(userPrincipalName, 'latest')
    // A guest's password is their home tenant's affair.
    if (user === undefined || user.userType === 'Guest') throw new AadstsError(50034)
    if (this.isLocked(user.id)) throw new AadstsError(50053)
    if (!user.accountEnabled) throw new AadstsError(50057)
    if (!(await this.#passwords.matches(user.id, password))) {
      this.#fail(user.id)
      throw new AadstsError(50126)
    }
    this.#failures.delete(user.id)
    if (user.mustChangePassword) throw new AadstsError(50055)
    return user
  }

  isLocked(userId: string): boolean {
    return (this.#failures.get(userId)?.lockedUntil ?? 0) > this.#clock().getTime()
  }

  /** A reset by an administrator, or by SSPR, clears the lockout. */
  unlock(userId: string): void {
    this.#failures.delete(userId)
  }

  /** Starts a session; gives its refresh token, of which only a digest is kept. */
  startSession(userId: string, clientId: string): string {
    const token = randomBytes(32).toString('base64url')
    this.#sessions.set(digestOf(token), { userId, clientId, generation: this.#generation(userId) })
    const [oldest] = this.#sessions.keys()
    if (this.#sessions.size > mostSessions && oldest !== undefined) this.#sessions.delete(oldest)
    return token
  }

  /** The person of a session that still lives. @throws AadstsError */
  continueSession(refreshToken: string, clientId: string): CompanyUser {
    const session = this.#sessions.get(digestOf(refreshToken))
    if (session === undefined || session.clientId !== clientId) throw new AadstsError(70000)
    const user = this.#company.users.get(session.userId, 'latest')
    if (user === undefined) throw new AadstsError(50034)
    if (!user.accountEnabled) throw new AadstsError(50057)
    if (session.generation !== this.#generation(user.id)) throw new AadstsError(50173)
    return user
  }

  endSessions(userId: string): void {
    this.#generations.set(userId, this.#generation(userId) + 1)
  }

  #generation(userId: string): number {
    return this.#generations.get(userId) ?? 0
  }

  #fail(userId: string): void {
    const count = (this.#failures.get(userId)?.count ?? 0) + 1
    const beyond = count - failuresBeforeLockout
    const lockout = beyond < 0 ? 0 : Math.min(firstLockout * 2 ** beyond, longestLockout)
    this.#failures.set(userId, { count, lockedUntil: lockout === 0 ? 0 : this.#clock().getTime() + lockout })
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
