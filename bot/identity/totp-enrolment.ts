import { randomBytes, randomUUID } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import qrcode from 'qrcode'
import type { Clock } from '../clock.ts'
import type { Schema } from '../store/schema.ts'
import { countFailure, countSuccess, guessRules, holdCounters, standingOf, type ThrottleRules } from './throttle.ts'
import type { EnrolledBy, TotpGround } from './totp.ts'
import { manualKeyOf, matchingStep, newSeed, otpauthUri, readCode } from './totp-code.ts'
import type { Who } from './who.ts'
import { within } from './within.ts'

/** A QR code nobody scanned within this time is worth nothing. Milliseconds. */
const pendingLife = 15 * 60_000

/** Whoever enrols has the seed in hand, so wrong codes are slips, not guesses: bounded, never locked for good. */
const enrolmentRules: ThrottleRules = { ...guessRules, failuresForGood: null }

/** Shown once, to the person alone: `uri`, `qr` and `manualKey` all hold the seed. */
export interface Enrolment {
  readonly ok: true
  readonly factorId: string
  readonly uri: string
  /** PNG as a data URI. */
  readonly qr: string
  readonly manualKey: string
}

/**
 * - needs-old-factor-or-manager: there is an active factor; the chat alone may not replace it
 * - no-old-factor: a code of the old factor was to vouch, and there is none (any more)
 */
export type EnrolmentRefusal = 'needs-old-factor-or-manager' | 'no-old-factor'

export type Confirmed =
  | {
      readonly ok: true
      readonly factorId: string
      /** Does it count as a proof at once? */
      readonly proofCounts: boolean
      readonly countsFrom: Date
      /** An older factor was removed in its favour. */
      readonly replaced: boolean
    }
  | { readonly ok: false; readonly reason: 'wrong'; readonly triesLeft: number }
  | { readonly ok: false; readonly reason: 'locked'; readonly lockedUntil: Date }
  | { readonly ok: false; readonly reason: 'none' | 'expired' | 'malformed' | EnrolmentRefusal }

/**
 * Starts an enrolment; an older one that was never confirmed is replaced, an active factor stays as it is.
 * @param options.issuer what the app shows as the service, e.g. `Contoso HelpBot`
 * @param options.account what the app shows as the account, e.g. the user principal name
 */
export async function beginEnrolment(
  ground: TotpGround,
  person: Who,
  enrolledBy: EnrolledBy,
  options: { issuer: string; account: string; random?: (size: number) => Buffer },
): Promise<Enrolment | { readonly ok: false; readonly reason: EnrolmentRefusal }> {
  const seed = newSeed(options.random ?? randomBytes)
  const factorId = randomUUID()
  const sealed_seed = ground.ring.seal(seed, { tenant: person.tenant, person: person.id, factorId })
  const refusal = await within(ground.database, async (transaction) => {
    const now = ground.clock()
    await holdTotp(transaction, person, now)
    const active = await factorInState(transaction, person, 'active')
    const refused = refusalOf(enrolledBy, active !== undefined)
    if (refused) return refused
    await remove(transaction, (await factorInState(transaction, person, 'pending'))?.id, now)
    await transaction
      .insertInto('totp_factors')
      .values({
        id: factorId,
        tenant_id: person.tenant,
        user_id: person.id,
        sealed_seed,
        state: 'pending',
        enrolled_by: enrolledBy,
        created_at: now,
      })
      .execute()
    return undefined
  })
  if (refusal) return { ok: false, reason: refusal }
  return { ok: true, factorId, ...(await shown(seed, options)) }
}

/**
 * The enrolment that waits for its first code, shown once more: whoever scanned badly need not begin again.
 * @returns undefined when none waits
 * @throws SealError
 */
export async function pendingEnrolment(
  ground: TotpGround,
  person: Who,
  options: { issuer: string; account: string },
): Promise<Pick<Enrolment, 'qr' | 'manualKey'> | undefined> {
  const pending = await within(ground.database, (transaction) => factorInState(transaction, person, 'pending'))
  if (!pending || pending.created_at.getTime() + pendingLife <= ground.clock().getTime()) return undefined
  const owner = { tenant: person.tenant, person: person.id, factorId: pending.id }
  return await shown(ground.ring.open(pending.sealed_seed, owner), options)
}

async function shown(
  seed: Buffer,
  options: { issuer: string; account: string },
): Promise<Pick<Enrolment, 'uri' | 'qr' | 'manualKey'>> {
  const uri = otpauthUri(seed, options.issuer, options.account)
  const qr = await qrcode.toDataURL(uri, { errorCorrectionLevel: 'M', margin: 4, width: 280 })
  return { uri, qr, manualKey: manualKeyOf(seed) }
}

/**
 * Makes the pending factor the active one, on the strength of one code from it; that code is used up. Only now is an older
 * factor removed. A factor that the chat alone vouches for starts to count after the cooling-off; one that a factor still
 * cooling off vouches for does not start before that one would have.
 * @param options.coolingOff milliseconds
 * @throws SealError
 */
export async function confirmEnrolment(
  ground: TotpGround,
  person: Who,
  typed: string,
  options: { coolingOff: number },
): Promise<Confirmed> {
  return within(ground.database, async (transaction) => {
    const now = ground.clock()
    await holdTotp(transaction, person, now)
    const pending = await factorInState(transaction, person, 'pending')
    if (!pending) return { ok: false, reason: 'none' }
    if (pending.created_at.getTime() + pendingLife <= now.getTime()) {
      await remove(transaction, pending.id, now)
      return { ok: false, reason: 'expired' }
    }
    const active = await factorInState(transaction, person, 'active')
    const refused = refusalOf(pending.enrolled_by, active !== undefined)
    if (refused) return { ok: false, reason: refused }

    const key = { person, method: 'totp:enrolment' } as const
    const held = await holdCounters(transaction, key, now)
    const standing = standingOf(held, now, enrolmentRules)
    if (standing.state === 'locked') return { ok: false, reason: 'locked', lockedUntil: standing.lockedUntil }
    const code = readCode(typed)
    const owner = { tenant: person.tenant, person: person.id, factorId: pending.id }
    const step = code === undefined ? undefined : matchingStep(ground.ring.open(pending.sealed_seed, owner), code, now)
    if (step === undefined) {
      const after = await countFailure(transaction, key, held, now, enrolmentRules)
      if (after.state === 'locked') return { ok: false, reason: 'locked', lockedUntil: after.lockedUntil }
      if (code === undefined || after.state !== 'open') return { ok: false, reason: 'malformed' }
      return { ok: false, reason: 'wrong', triesLeft: after.triesLeft }
    }

    await remove(transaction, active?.id, now)
    const countsFrom = startOf(pending.enrolled_by, now, options.coolingOff, active?.counts_from)
    await transaction
      .updateTable('totp_factors')
      .set({ state: 'active', counts_from: countsFrom, last_step: step, confirmed_at: now })
      .where('id', '=', pending.id)
      .execute()
    await countSuccess(transaction, person, ['totp:enrolment'], now)
    return {
      ok: true,
      factorId: pending.id,
      proofCounts: countsFrom <= now,
      countsFrom,
      replaced: active !== undefined,
    }
  })
}

/**
 * The manager vouches for a factor: an active one counts from now on, a pending one from its confirmation.
 * @returns false when the person has no such factor (any more)
 */
export async function approveByManager(
  ground: { readonly database: Kysely<Schema>; readonly clock: Clock },
  person: Who,
  factorId: string,
): Promise<boolean> {
  const now = ground.clock()
  const { numUpdatedRows } = await ground.database
    .updateTable('totp_factors')
    .set((row) => ({
      enrolled_by: 'manager',
      counts_from: row.fn<Date | null>('least', [row.ref('counts_from'), row.val(now)]),
    }))
    .where('id', '=', factorId)
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .where('state', '<>', 'removed')
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Removes enrolments nobody confirmed in time, seeds included; for a job. @returns how many */
export async function expireEnrolments(ground: {
  readonly database: Kysely<Schema>
  readonly clock: Clock
}): Promise<number> {
  const now = ground.clock()
  const { numUpdatedRows } = await ground.database
    .updateTable('totp_factors')
    .set({ state: 'removed', removed_at: now, sealed_seed: '' })
    .where('state', '=', 'pending')
    .where('created_at', '<=', new Date(now.getTime() - pendingLife))
    .executeTakeFirst()
  return Number(numUpdatedRows)
}

function refusalOf(enrolledBy: EnrolledBy, hasActive: boolean): EnrolmentRefusal | undefined {
  if (enrolledBy === 'chat' && hasActive) return 'needs-old-factor-or-manager'
  if (enrolledBy === 'old-factor' && !hasActive) return 'no-old-factor'
  return undefined
}

function startOf(enrolledBy: EnrolledBy, now: Date, coolingOff: number, old: Date | null | undefined): Date {
  if (enrolledBy === 'chat') return new Date(now.getTime() + coolingOff)
  if (enrolledBy === 'old-factor' && old && old > now) return old
  return now
}

/** Everything that touches a person's authenticator waits for this row, so no two changes cross. */
async function holdTotp(transaction: Transaction<Schema>, person: Who, now: Date): Promise<void> {
  await holdCounters(transaction, { person, method: 'totp' }, now)
}

function factorInState(transaction: Transaction<Schema>, person: Who, state: 'active' | 'pending') {
  return transaction
    .selectFrom('totp_factors')
    .select(['id', 'sealed_seed', 'enrolled_by', 'counts_from', 'created_at'])
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .where('state', '=', state)
    .forUpdate()
    .executeTakeFirst()
}

/** Keeps the row as a record, not the seed. */
async function remove(transaction: Transaction<Schema>, factorId: string | undefined, now: Date): Promise<void> {
  if (factorId === undefined) return
  await transaction
    .updateTable('totp_factors')
    .set({ state: 'removed', removed_at: now, sealed_seed: '' })
    .where('id', '=', factorId)
    .execute()
}
