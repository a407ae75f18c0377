import { randomInt, randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Schema } from '../store/schema.ts'
import {
  type Confirmation,
  type ConfirmationState,
  confirmationOf,
  drawChoices,
  isChoice,
  rowById,
} from './confirmation.ts'
import { type ConfirmationLimits, defaultConfirmationLimits, freeAt } from './confirmation-limits.ts'
import type { TenantId, UserId } from './person.ts'
import { holdCounters } from './throttle.ts'
import type { Who } from './who.ts'
import { within } from './within.ts'

export type { Confirmation }

export interface ConfirmationGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
}

export type Opened =
  | { readonly ok: true; readonly confirmation: Confirmation }
  /** own-confirmer: nobody confirms themselves; confirmer-busy, asker-busy: a limit, until `retryAt`. */
  | { readonly ok: false; readonly reason: 'own-confirmer' }
  | { readonly ok: false; readonly reason: 'confirmer-busy' | 'asker-busy'; readonly retryAt: Date }

export type Decided =
  | 'confirmed'
  | 'denied'
  | 'expired'
  | 'not-yours'
  | `already:${Exclude<ConfirmationState, 'pending' | 'expired'>}`

/**
 * Asks somebody to confirm that it is really the asker who asks, by number matching. Limits are counted and the row written
 * with both people's counters held, so that no burst gets past them.
 * @param request.id of the caller's choosing: the same id again gives the confirmation that stands, not a second one
 * @param request.ttlMs how long there is to answer, milliseconds
 * @param options.random uniform integer in [from, to), cryptographically random
 */
export async function openConfirmation(
  ground: ConfirmationGround,
  request: {
    id?: string
    tenant: TenantId
    asker: UserId
    confirmer: UserId
    purpose: string
    dialogId: string
    correlationId: string
    ttlMs: number
  },
  options: { limits?: ConfirmationLimits; random?: (from: number, to: number) => number } = {},
): Promise<Opened> {
  if (request.asker === request.confirmer) return { ok: false, reason: 'own-confirmer' }
  const limits = options.limits ?? defaultConfirmationLimits
  const id = request.id ?? randomUUID()
  return within(ground.database, async (transaction) => {
    const now = ground.clock()
    const { tenant } = request
    // Always in this order, so that two people who ask each other do not wait for each other.
    await holdCounters(transaction, { person: { tenant, id: request.confirmer }, method: 'manager:confirmer' }, now)
    await holdCounters(transaction, { person: { tenant, id: request.asker }, method: 'manager:asker' }, now)
    const standing = await rowById(transaction, id)
    if (standing?.dialog_id === request.dialogId && standing.asker_id === request.asker) {
      return { ok: true, confirmation: confirmationOf(standing) }
    }

    const confirmer = { column: 'confirmer_id', tenant, person: request.confirmer, now } as const
    const confirmerFree = await freeAt(transaction, confirmer, limits.openPerConfirmer, limits.perConfirmerAndHour)
    if (confirmerFree) return { ok: false, reason: 'confirmer-busy', retryAt: confirmerFree }
    const asker = { column: 'asker_id', tenant, person: request.asker, now } as const
    const askerFree = await freeAt(transaction, asker, limits.openPerAsker, limits.perAskerAndHour)
    if (askerFree) return { ok: false, reason: 'asker-busy', retryAt: askerFree }

    const choices = drawChoices(options.random ?? randomInt)
    const row = await transaction
      .insertInto('confirmations')
      .values({
        id,
        tenant_id: tenant,
        asker_id: request.asker,
        confirmer_id: request.confirmer,
        purpose: request.purpose,
        number: choices.number,
        choices: JSON.stringify(choices.shown),
        state: 'pending',
        dialog_id: request.dialogId,
        correlation_id: request.correlationId,
        created_at: now,
        expires_at: new Date(now.getTime() + request.ttlMs),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    return { ok: true, confirmation: confirmationOf(row) }
  })
}

/**
 * Takes the confirmer's pick, once: however many clicks and replicas, one of them decides. Anything but the right number is a no.
 * Whoever is not the confirmer learns nothing, not even whether there is such a confirmation.
 */
export async function decide(
  ground: ConfirmationGround,
  confirmationId: string,
  confirmer: Who,
  pick: number | 'deny',
): Promise<Decided> {
  const now = ground.clock()
  const picked = pick !== 'deny' && isChoice(pick) ? pick : undefined
  const decided = await ground.database
    .updateTable('confirmations')
    .set((row) => ({
      state:
        picked === undefined
          ? 'denied'
          : row
              .case()
              .when('number', '=', picked)
              .then('confirmed' as const)
              .else('denied' as const)
              .end(),
      decided_at: now,
    }))
    .where('id', '=', confirmationId)
    .where('tenant_id', '=', confirmer.tenant)
    .where('confirmer_id', '=', confirmer.id)
    .where('state', '=', 'pending')
    .where('expires_at', '>', now)
    .returning('state')
    .executeTakeFirst()
  if (decided) return decided.state === 'confirmed' ? 'confirmed' : 'denied'

  const row = await rowById(ground.database, confirmationId)
  if (row?.tenant_id !== confirmer.tenant || row.confirmer_id !== confirmer.id) return 'not-yours'
  if (row.state === 'confirmed' || row.state === 'denied') return `already:${row.state}`
  return 'expired'
}

/** Reads one; a pending one whose time has run out is `expired`, whether or not the job has been round. */
export async function confirmationById(ground: ConfirmationGround, id: string): Promise<Confirmation | undefined> {
  const row = await rowById(ground.database, id)
  if (!row) return undefined
  const confirmation = confirmationOf(row)
  const over = confirmation.state === 'pending' && confirmation.expiresAt <= ground.clock()
  return over ? { ...confirmation, state: 'expired' } : confirmation
}

/**
 * Marks a page of overdue confirmations expired and gives them back, so that their dialogs can be woken. An empty page means
 * that there are none left. Replicas share the work: each row is given to one of them.
 */
export async function expireDue(ground: ConfirmationGround, pageSize = 200): Promise<readonly Confirmation[]> {
  const now = ground.clock()
  const rows = await ground.database
    .updateTable('confirmations')
    .set({ state: 'expired', decided_at: now })
    .where('id', 'in', (due) =>
      due
        .selectFrom('confirmations')
        .select('id')
        .where('state', '=', 'pending')
        .where('expires_at', '<=', now)
        .orderBy('expires_at')
        .limit(pageSize)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute()
  return rows.map(confirmationOf)
}

/** The dialog ended: what it still waited for can no longer be confirmed. @returns those withdrawn */
export async function withdrawOfDialog(ground: ConfirmationGround, dialogId: string): Promise<readonly Confirmation[]> {
  const rows = await ground.database
    .updateTable('confirmations')
    .set({ state: 'expired', decided_at: ground.clock() })
    .where('dialog_id', '=', dialogId)
    .where('state', '=', 'pending')
    .returningAll()
    .execute()
  return rows.map(confirmationOf)
}
