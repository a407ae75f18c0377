import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { type Company, initialPassword } from '../company/company.ts'

interface StoredPassword {
  readonly salt: Buffer
  readonly hash: Buffer
}

/** As dear as a stand-in can be that a whole company uses at once: the real one does this on machines of its own. */
const cost = { N: 1_024 }
const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt)
const hashBytes = 32

/** The passwords of the company, kept as scrypt hashes in memory only. */
export class Passwords {
  readonly #company: Company
  readonly #stored = new Map<string, StoredPassword>()
  /** People whose passwords another directory keeps: it is asked at every sign-in (pass-through authentication). */
  readonly #elsewhere = new Map<string, (password: string) => Promise<boolean>>()

  constructor(company: Company) {
    this.#company = company
  }

  async set(userId: string, password: string): Promise<void> {
    const salt = randomBytes(16)
    this.#stored.set(userId, { salt, hash: await derive(password, salt, hashBytes, cost) })
  }

  /** From now on somebody else says whether a password is this person's. */
  askElsewhere(userId: string, knows: (password: string) => Promise<boolean>): void {
    this.#elsewhere.set(userId, knows)
  }

  /** Whether this is the person's password. An initial one is hashed when it is first asked for: a big company starts fast. */
  async matches(userId: string, password: string): Promise<boolean> {
    const elsewhere = this.#elsewhere.get(userId)
    if (elsewhere) return await elsewhere(password)
    if (!this.#stored.has(userId)) await this.set(userId, initialPassword(this.#company, userId))
    const stored = this.#stored.get(userId)
    if (stored === undefined) return false
    return timingSafeEqual(await derive(password, stored.salt, hashBytes, cost), stored.hash)
  }

  forget(userId: string): void {
    this.#stored.delete(userId)
  }
}
