import type { Transaction } from 'kysely'
import type { Schema } from '../store/schema.ts'
import type { TenantId, UserId } from './person.ts'

/** Against prompt bombing: a manager worn down by cards picks one at last. Counted per person. */
export interface ConfirmationLimits {
  /** Cards one confirmer may have open at a time. */
  readonly openPerConfirmer: number
  readonly perConfirmerAndHour: number
  readonly openPerAsker: number
  readonly perAskerAndHour: number
}

export const defaultConfirmationLimits: ConfirmationLimits = {
  openPerConfirmer: 5,
  perConfirmerAndHour: 12,
  openPerAsker: 1,
  perAskerAndHour: 3,
}

const hour = 3_600_000

/** When this person may be concerned by another confirmation, or undefined for now. */
export async function freeAt(
  transaction: Transaction<Schema>,
  whose: { column: 'asker_id' | 'confirmer_id'; tenant: TenantId; person: UserId; now: Date },
  mostOpen: number,
  mostPerHour: number,
): Promise<Date | undefined> {
  const recent = await transaction
    .selectFrom('confirmations')
    .select(['created_at', 'expires_at', 'state'])
    .where('tenant_id', '=', whose.tenant)
    .where(whose.column, '=', whose.person)
    .where((row) =>
      row.or([
        row('created_at', '>', new Date(whose.now.getTime() - hour)),
        row.and([row('state', '=', 'pending'), row('expires_at', '>', whose.now)]),
      ]),
    )
    .orderBy('created_at', 'desc')
    .limit(Math.max(mostOpen, mostPerHour))
    .execute()
  const open = recent.filter((row) => row.state === 'pending' && row.expires_at > whose.now)
  if (open.length >= mostOpen) return new Date(Math.min(...open.map((row) => row.expires_at.getTime())))
  const lastHour = recent.filter((row) => row.created_at.getTime() > whose.now.getTime() - hour)
  const oldest = lastHour[mostPerHour - 1]
  return oldest ? new Date(oldest.created_at.getTime() + hour) : undefined
}
