import { createHash, randomInt, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../../bot/clock.ts'

/** The Temporary Access Pass policy of the tenant. Lifetimes in minutes. */
export interface AccessPassPolicy {
  readonly enabled: boolean
  /** People whom it leaves out: a pass can be made for them, and does not sign them in. */
  readonly leavesOut: ReadonlySet<string>
  readonly shortest: number
  readonly longest: number
  readonly usual: number
  readonly onceOnly: boolean
  /**
   * A new pass takes the place of one that is still good, as Microsoft's pages say
   * (learn.microsoft.com/graph/api/authentication-post-temporaryaccesspassmethods). False: it is refused, as it was in earlier years.
   */
  readonly replaces: boolean
}

/** Why a pass can or cannot be used (`methodUsabilityReason`). */
export type Usability = 'EnabledByPolicy' | 'DisabledByPolicy' | 'Expired' | 'NotYetValid' | 'OneTimeUsed'

/** A pass as it is kept: its value only as a digest. */
export interface StoredPass {
  readonly id: string
  readonly createdAt: Date
  readonly startsAt: Date
  readonly lifetimeMinutes: number
  readonly once: boolean
  readonly used: boolean
  readonly digest: Buffer
}

/** Letters and digits that cannot be taken for each other, and some marks, as the real ones have. */
const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789+*&#'
const passLength = 8
const minute = 60_000

/** Temporary Access Passes: one a person, in memory only. */
export class AccessPasses {
  policy: AccessPassPolicy = {
    enabled: true,
    leavesOut: new Set(),
    shortest: 10,
    longest: 24 * 60,
    usual: 60,
    onceOnly: false,
    replaces: true,
  }
  readonly #clock: Clock
  readonly #byPerson = new Map<string, StoredPass>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Makes a pass in place of whatever was there; gives its value this once. */
  make(
    userId: string,
    options: { readonly startsAt: Date; readonly lifetimeMinutes: number; readonly once: boolean },
  ): { readonly stored: StoredPass; readonly pass: string } {
    const pass = Array.from({ length: passLength }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
    const stored = { id: randomUUID(), createdAt: this.#clock(), ...options, used: false, digest: digestOf(pass) }
    this.#byPerson.set(userId, stored)
    return { stored, pass }
  }

  of(userId: string): StoredPass | undefined {
    return this.#byPerson.get(userId)
  }

  usability(userId: string, pass: StoredPass): Usability {
    const now = this.#clock().getTime()
    if (!this.policy.enabled || this.policy.leavesOut.has(userId)) return 'DisabledByPolicy'
    if (pass.used) return 'OneTimeUsed'
    if (now < pass.startsAt.getTime()) return 'NotYetValid'
    if (now >= pass.startsAt.getTime() + pass.lifetimeMinutes * minute) return 'Expired'
    return 'EnabledByPolicy'
  }

  /** Whether this value signs the person in now. One that works once is used up by it. */
  use(userId: string, value: string): boolean {
    const pass = this.#byPerson.get(userId)
    if (pass === undefined || !timingSafeEqual(pass.digest, digestOf(value))) return false
    if (this.usability(userId, pass) !== 'EnabledByPolicy') return false
    if (pass.once) this.#byPerson.set(userId, { ...pass, used: true })
    return true
  }

  forget(userId: string): void {
    this.#byPerson.delete(userId)
  }
}

function digestOf(pass: string): Buffer {
  return createHash('sha256').update(pass).digest()
}
