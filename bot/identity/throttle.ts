import type { Kysely, QueryCreator, Transaction } from 'kysely'
import type { Schema } from '../store/schema.ts'
import type { ProofMethod } from './proof.ts'
import type { Who } from './who.ts'

/** One counter: a person and a method, or a part of a method such as `totp:entries`. */
export interface ThrottleKey {
  readonly person: Who
  readonly method: ProofMethod | `${ProofMethod}:${string}`
}

/** How failures are answered. Times in milliseconds. */
export interface ThrottleRules {
  /** Each time so many more failures have come in a row, the method is locked. */
  readonly failuresPerLock: number
  /** The first lock; every further one is twice as long. */
  readonly firstLock: number
  readonly longestLock: number
  /** So many failures in a row lock for good, until IT resets; null = never. */
  readonly failuresForGood: number | null
}

const minute = 60_000

/**
 * For whatever can be guessed. NIST SP 800-63B-4 section 3.2.2 allows at most 100 consecutive failures before the authenticator
 * is disabled, and recommends waits that grow as the count approaches it.
 */
export const guessRules: ThrottleRules = {
  failuresPerLock: 5,
  firstLock: 15 * minute,
  longestLock: 24 * 60 * minute,
  failuresForGood: 100,
}

/** For entries that are no guesses (not six digits, a code already spent): only kept from going on for ever. */
export const entryRules: ThrottleRules = {
  failuresPerLock: 20,
  firstLock: 15 * minute,
  longestLock: 24 * 60 * minute,
  failuresForGood: null,
}

export interface Counters {
  readonly failuresInRow: number
  readonly lockedUntil: Date | null
  readonly lockedForGood: boolean
}

export type Standing =
  | { readonly state: 'open'; readonly triesLeft: number }
  | { readonly state: 'locked'; readonly lockedUntil: Date }
  | { readonly state: 'locked-for-good' }

/** May there be another try now? Pure. */
export function standingOf(counters: Counters, now: Date, rules: ThrottleRules): Standing {
  if (counters.lockedForGood) return { state: 'locked-for-good' }
  if (counters.lockedUntil && counters.lockedUntil > now) return { state: 'locked', lockedUntil: counters.lockedUntil }
  return { state: 'open', triesLeft: rules.failuresPerLock - (counters.failuresInRow % rules.failuresPerLock) }
}

/** The counters after one more failure. Pure. */
export function afterFailure(counters: Counters, now: Date, rules: ThrottleRules): Counters {
  const failuresInRow = counters.failuresInRow + 1
  const lockedForGood = rules.failuresForGood !== null && failuresInRow >= rules.failuresForGood
  const locks = Math.floor(failuresInRow / rules.failuresPerLock)
  const locksNow = failuresInRow % rules.failuresPerLock === 0
  const lock = Math.min(rules.longestLock, rules.firstLock * 2 ** (locks - 1))
  return {
    failuresInRow,
    lockedUntil: locksNow ? new Date(now.getTime() + lock) : counters.lockedUntil,
    lockedForGood: counters.lockedForGood || lockedForGood,
  }
}

/**
 * Reads the counters and keeps their row locked until the transaction ends, so that tries on any replica come one after
 * the other. The row is created when it is the first time.
 */
export async function holdCounters(transaction: Transaction<Schema>, key: ThrottleKey, now: Date): Promise<Counters> {
  const row = await transaction
    .insertInto('throttles')
    .values({ ...rowOf(key), failures_in_row: 0, locked_until: null, locked_for_good: false, changed_at: now })
    // Sets nothing new: an update is what makes the conflicting row come back, locked.
    .onConflict((conflict) =>
      conflict.columns(['tenant_id', 'user_id', 'method']).doUpdateSet((row) => ({
        failures_in_row: row.ref('throttles.failures_in_row'),
      })),
    )
    .returning(['failures_in_row', 'locked_until', 'locked_for_good'])
    .executeTakeFirstOrThrow()
  return countersOf(row)
}

/** Reads the counters without holding them. */
export async function readCounters(database: Kysely<Schema>, key: ThrottleKey): Promise<Counters> {
  const row = await rowsOf(database, key)
    .select(['failures_in_row', 'locked_until', 'locked_for_good'])
    .executeTakeFirst()
  return countersOf(row)
}

/** Counts a failure on counters held in this transaction, and says where that leaves the person. */
export async function countFailure(
  transaction: Transaction<Schema>,
  key: ThrottleKey,
  held: Counters,
  now: Date,
  rules: ThrottleRules,
): Promise<Standing> {
  const next = afterFailure(held, now, rules)
  await transaction
    .updateTable('throttles')
    .set({
      failures_in_row: next.failuresInRow,
      locked_until: next.lockedUntil,
      locked_for_good: next.lockedForGood,
      changed_at: now,
    })
    .where('tenant_id', '=', key.person.tenant)
    .where('user_id', '=', key.person.id)
    .where('method', '=', key.method)
    .execute()
  return standingOf(next, now, rules)
}

/** Locks counters held in this transaction without counting a failure. */
export async function lockUntil(
  transaction: Transaction<Schema>,
  key: ThrottleKey,
  until: Date,
  now: Date,
): Promise<void> {
  await transaction
    .updateTable('throttles')
    .set({ locked_until: until, changed_at: now })
    .where('tenant_id', '=', key.person.tenant)
    .where('user_id', '=', key.person.id)
    .where('method', '=', key.method)
    .execute()
}

/** A success ends the row of failures of these counters. */
export async function countSuccess(
  database: Kysely<Schema>,
  person: Who,
  methods: readonly ThrottleKey['method'][],
  now: Date,
): Promise<void> {
  await successes(database, person, methods, now).execute()
}

/** The statement of it, to be made together with something else. */
export function successes(
  database: QueryCreator<Schema>,
  person: Who,
  methods: readonly ThrottleKey['method'][],
  now: Date,
) {
  return database
    .updateTable('throttles')
    .set({ failures_in_row: 0, locked_until: null, changed_at: now })
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .where('method', 'in', methods)
    .where('locked_for_good', '=', false)
}

/** IT gives a locked method back: every counter of it starts again from nothing. */
export async function unlockMethod(database: Kysely<Schema>, person: Who, method: ProofMethod): Promise<void> {
  await database
    .deleteFrom('throttles')
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .where((row) => row.or([row('method', '=', method), row('method', 'like', `${method}:%`)]))
    .execute()
}

function rowOf(key: ThrottleKey) {
  return { tenant_id: key.person.tenant, user_id: key.person.id, method: key.method }
}

function rowsOf(database: Kysely<Schema>, key: ThrottleKey) {
  return database
    .selectFrom('throttles')
    .where('tenant_id', '=', key.person.tenant)
    .where('user_id', '=', key.person.id)
    .where('method', '=', key.method)
}

/** The counters of a row; where there is none, nothing was counted. */
export function countersOf(row?: {
  failures_in_row: number | null
  locked_until: Date | null
  locked_for_good: boolean | null
}): Counters {
  return {
    failuresInRow: row?.failures_in_row ?? 0,
    lockedUntil: row?.locked_until ?? null,
    lockedForGood: row?.locked_for_good ?? false,
  }
}
