import { type Kysely, sql, type Transaction } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Schema } from '../store/schema.ts'
import type { KeyRing } from './key-ring.ts'
import type { VerificationMethod } from './method.ts'
import {
  countersOf,
  countFailure,
  entryRules,
  guessRules,
  holdCounters,
  lockUntil,
  readCounters,
  standingOf,
  successes,
  type ThrottleKey,
  type ThrottleRules,
} from './throttle.ts'
import { matchingStep, readCode } from './totp-code.ts'
import type { Who } from './who.ts'
import { within } from './within.ts'

/** What the authenticator's functions stand on. A transaction of the caller's may stand in for the database. */
export interface TotpGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly ring: KeyRing
}

/** Who vouched for an enrolment: the chat alone, a code of the factor it replaces, or the manager. */
export type EnrolledBy = 'chat' | 'old-factor' | 'manager'

export interface TotpFactor {
  readonly factorId: string
  readonly state: 'pending' | 'active'
  readonly enrolledBy: EnrolledBy
  /** From when on it counts as a proof; null while pending. */
  readonly countsFrom: Date | null
  readonly createdAt: Date
}

/**
 * - wrong: not the code; `triesLeft` before the next lock
 * - used: the right code of a step that has been used up (or of an earlier one): wait for the next
 * - malformed: not six digits; not counted as a failure, yet bounded
 * - locked, locked-for-good: the code was not looked at
 * - none: no active factor
 */
export type TotpResult =
  | { readonly ok: true; readonly factorId: string; readonly proofCounts: boolean; readonly countsFrom: Date }
  | { readonly ok: false; readonly reason: 'wrong'; readonly triesLeft: number }
  | { readonly ok: false; readonly reason: 'locked'; readonly lockedUntil: Date }
  | { readonly ok: false; readonly reason: 'used' | 'locked-for-good' | 'none' | 'malformed' }

/** RFC 6238 section 4.2 and NIST SP 800-63B-4 section 3.2.2. */
export interface TotpRules {
  readonly guesses: ThrottleRules
  readonly entries: ThrottleRules
}

const defaultRules: TotpRules = { guesses: guessRules, entries: entryRules }

/**
 * Counters of wrong tries. Codes that somebody else types for the person (`read-out`) have their own, so that nobody can lock
 * a person out of their own authenticator by typing wrong ones.
 */
export type TotpCounter = 'totp' | 'totp:read-out'

/** Few tries, long waits, and an end: with the person's own hundred the limit of NIST SP 800-63B-4 3.2.2 is passed by little. */
const readOutRules: TotpRules = {
  guesses: { failuresPerLock: 3, firstLock: 60 * 60_000, longestLock: 24 * 60 * 60_000, failuresForGood: 15 },
  entries: entryRules,
}

/**
 * The same check for a code that the person reads out to somebody who types it for them. Closed as well when the person's
 * own tries have locked the authenticator for good.
 * @throws SealError as `verifyTotp`
 */
export async function verifyTotpReadOut(ground: TotpGround, person: Who, typed: string): Promise<TotpResult> {
  const own = await readCounters(ground.database, throttleKey(person, 'totp'))
  if (own.lockedForGood) return { ok: false, reason: 'locked-for-good' }
  return await verifyTotp(ground, person, typed, readOutRules, 'totp:read-out')
}

/**
 * Checks a code against the person's active factor. A code is good once (RFC 6238 section 5.2), on whichever replica, for the
 * present step and its neighbours. Tries of one person come one after the other; a locked method looks at no code.
 * @throws SealError when the seed cannot be opened (key missing or row changed); nothing is counted then
 */
export async function verifyTotp(
  ground: TotpGround,
  person: Who,
  typed: string,
  rules: TotpRules = defaultRules,
  counter: TotpCounter = 'totp',
): Promise<TotpResult> {
  return within(ground.database, async (transaction) => {
    const now = ground.clock()
    const key = throttleKey(person, counter)
    const held = await holdCounters(transaction, key, now)
    const standing = standingOf(held, now, rules.guesses)
    if (standing.state === 'locked-for-good') return { ok: false, reason: 'locked-for-good' }
    if (standing.state === 'locked') return { ok: false, reason: 'locked', lockedUntil: standing.lockedUntil }

    const factor = await activeFactor(transaction, person)
    if (!factor) return { ok: false, reason: 'none' }
    const code = readCode(typed)
    if (code === undefined) return countEntry(transaction, person, counter, 'malformed', now, rules.entries)

    const owner = { tenant: person.tenant, person: person.id, factorId: factor.id }
    const step = matchingStep(ground.ring.open(factor.sealed_seed, owner), code, now)
    if (step === undefined) {
      const after = await countFailure(transaction, key, held, now, rules.guesses)
      if (after.state === 'open') return { ok: false, reason: 'wrong', triesLeft: after.triesLeft }
      if (after.state === 'locked') return { ok: false, reason: 'locked', lockedUntil: after.lockedUntil }
      return { ok: false, reason: 'locked-for-good' }
    }
    if (!(await spendStep(transaction, person, counter, factor.id, step, now))) {
      return countEntry(transaction, person, counter, 'used', now, rules.entries)
    }
    return { ok: true, factorId: factor.id, proofCounts: factor.countsFrom <= now, countsFrom: factor.countsFrom }
  })
}

/** The person's active factor, or else the one being enrolled. Never the seed. */
export async function factorOf(database: Kysely<Schema>, person: Who): Promise<TotpFactor | undefined> {
  const row = await factorRow(database, person).executeTakeFirst()
  return row && asFactor(row)
}

function factorRow(database: Kysely<Schema>, person: Who) {
  return database
    .selectFrom('totp_factors as factor')
    .select(['factor.id', 'factor.state', 'factor.enrolled_by', 'factor.counts_from', 'factor.created_at'])
    .where('factor.tenant_id', '=', person.tenant)
    .where('factor.user_id', '=', person.id)
    .where('factor.state', '<>', 'removed')
    .orderBy('factor.state') // 'active' before 'pending'
}

function asFactor(row: {
  id: string
  state: string
  enrolled_by: EnrolledBy
  counts_from: Date | null
  created_at: Date
}): TotpFactor {
  return {
    factorId: row.id,
    state: row.state === 'active' ? 'active' : 'pending',
    enrolledBy: row.enrolled_by,
    countsFrom: row.state === 'active' ? row.counts_from : null,
    createdAt: row.created_at,
  }
}

/**
 * Removes the person's factor and any enrolment under way ("This wasn't me", a lost phone), seeds included, and with it the
 * proofs its codes gave: they do not outlive it.
 * @returns whether there was one
 */
export async function removeFactor(ground: Pick<TotpGround, 'database' | 'clock'>, person: Who): Promise<boolean> {
  const { numUpdatedRows } = await ground.database
    .updateTable('totp_factors')
    .set({ state: 'removed', removed_at: ground.clock(), sealed_seed: '' })
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .where('state', '<>', 'removed')
    .executeTakeFirst()
  await ground.database
    .deleteFrom('proofs')
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .where('method', '=', 'totp')
    .execute()
  return numUpdatedRows > 0n
}

/** The authenticator as one of the ways to prove oneself. */
export function totpMethod(ground: Pick<TotpGround, 'database' | 'clock'>): VerificationMethod {
  return {
    name: 'totp',
    async available(person) {
      const now = ground.clock()
      const row = await factorRow(ground.database, person)
        .leftJoin('throttles', (join) =>
          join
            .onRef('throttles.tenant_id', '=', 'factor.tenant_id')
            .onRef('throttles.user_id', '=', 'factor.user_id')
            .on('throttles.method', '=', 'totp'),
        )
        .select(['failures_in_row', 'locked_until', 'locked_for_good'])
        .executeTakeFirst()
      const factor = row && asFactor(row)
      if (factor?.state !== 'active') {
        return { ready: false, because: 'You have not set up an authenticator app yet. Set one up first.' }
      }
      const standing = standingOf(countersOf(row), now, guessRules)
      if (standing.state === 'locked-for-good') {
        return { ready: false, because: 'Your authenticator is locked after too many wrong codes. IT can reset it.' }
      }
      if (standing.state === 'locked') {
        const minutes = Math.ceil((standing.lockedUntil.getTime() - now.getTime()) / 60_000)
        return { ready: false, because: `Your authenticator is locked. Try again in ${minutes} min.` }
      }
      if (!factor.countsFrom || factor.countsFrom > now) {
        return {
          ready: false,
          because: 'Your authenticator is too new to count. Wait, or ask your manager to confirm it.',
        }
      }
      return { ready: true }
    },
  }
}

function throttleKey(person: Who, method: TotpCounter | `${TotpCounter}:entries`): ThrottleKey {
  return { person, method }
}

async function activeFactor(transaction: Transaction<Schema>, person: Who) {
  const row = await transaction
    .selectFrom('totp_factors')
    .select(['id', 'sealed_seed', 'counts_from'])
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .where('state', '=', 'active')
    .forUpdate()
    .executeTakeFirst()
  return row?.counts_from ? { id: row.id, sealed_seed: row.sealed_seed, countsFrom: row.counts_from } : undefined
}

/** Uses up a step and all before it, which ends the row of failures. False when it was used up already: nothing is written then. */
async function spendStep(
  transaction: Transaction<Schema>,
  person: Who,
  counter: TotpCounter,
  factorId: string,
  step: number,
  now: Date,
): Promise<boolean> {
  const spent = await transaction
    .with('spent', (query) =>
      query
        .updateTable('totp_factors')
        .set({ last_step: step })
        .where('id', '=', factorId)
        .where((row) => row.or([row('last_step', 'is', null), row('last_step', '<', String(step))]))
        .returning('id'),
    )
    .with('freed', (query) =>
      successes(query, person, [counter, `${counter}:entries`], now).where(sql<boolean>`exists (select from spent)`),
    )
    .selectFrom('spent')
    .select('id')
    .execute()
  return spent.length === 1
}

/** Entries that are no guesses leave the row of failures alone; too many of them lock the method for a while all the same. */
async function countEntry(
  transaction: Transaction<Schema>,
  person: Who,
  counter: TotpCounter,
  reason: 'malformed' | 'used',
  now: Date,
  rules: ThrottleRules,
): Promise<TotpResult> {
  const key = throttleKey(person, `${counter}:entries`)
  const after = await countFailure(transaction, key, await holdCounters(transaction, key, now), now, rules)
  if (after.state !== 'locked') return { ok: false, reason }
  await lockUntil(transaction, throttleKey(person, counter), after.lockedUntil, now)
  return { ok: false, reason: 'locked', lockedUntil: after.lockedUntil }
}
