import type { Kysely, Selectable } from 'kysely'
import type { ConfirmationsTable, Schema } from '../store/schema.ts'
import { type TenantId, tenantId, type UserId, userId } from './person.ts'

/** One request to a manager. The asker is shown `number`, the confirmer `choices`, neither of them both. */
export interface Confirmation {
  readonly id: string
  readonly tenant: TenantId
  readonly asker: UserId
  readonly confirmer: UserId
  /** What for: an operation's name. */
  readonly purpose: string
  readonly number: number
  readonly choices: readonly number[]
  readonly state: ConfirmationState
  readonly dialogId: string
  readonly correlationId: string
  readonly expiresAt: Date
}

export type ConfirmationState = 'pending' | 'confirmed' | 'denied' | 'expired'

/** Two digits: short enough to read out, too many to hit by pressing anything. */
const lowest = 10
const beyond = 100
const choiceCount = 3

/** The number and the three to pick from, in an order that says nothing of which it is. */
export function drawChoices(random: (from: number, to: number) => number): { number: number; shown: number[] } {
  const number = random(lowest, beyond)
  const drawn = [number]
  while (drawn.length < choiceCount) {
    const other = random(lowest, beyond)
    if (!drawn.includes(other)) drawn.push(other)
  }
  const shown: number[] = []
  while (drawn.length > 0) shown.push(...drawn.splice(random(0, drawn.length), 1))
  return { number, shown }
}

/** Could this number be on a card at all? */
export function isChoice(pick: number): boolean {
  return Number.isInteger(pick) && pick >= lowest && pick < beyond
}

/** Reads a row by its id alone: whoever answers must still be checked against it. */
export function rowById(database: Kysely<Schema>, id: string): Promise<Selectable<ConfirmationsTable> | undefined> {
  return database.selectFrom('confirmations').selectAll().where('id', '=', id).executeTakeFirst()
}

export function confirmationOf(row: Selectable<ConfirmationsTable>): Confirmation {
  return {
    id: row.id,
    tenant: tenantId.parse(row.tenant_id),
    asker: userId.parse(row.asker_id),
    confirmer: userId.parse(row.confirmer_id),
    purpose: row.purpose,
    number: row.number,
    choices: row.choices,
    state: row.state,
    dialogId: row.dialog_id,
    correlationId: row.correlation_id,
    expiresAt: row.expires_at,
  }
}
