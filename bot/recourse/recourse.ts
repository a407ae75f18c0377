import { createHash, randomBytes } from 'node:crypto'
import type { Kysely, Transaction } from 'kysely'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'

/** How long a notice's "This wasn't me" works. */
export const recourseLasts = 24 * 3_600_000

/** The right to object to what a notice tells: once, for a day, without proving anything. It can only protect. */
export interface Recourse {
  readonly id: string
  readonly tenant: TenantId
  readonly person: UserId
  readonly about: string
  readonly correlationId: string
}

type Connection = Kysely<Schema> | Transaction<Schema>

/** Grants the right under the key of the notice that offers it. Repeatable. */
export async function grantRecourse(
  database: Connection,
  recourse: Recourse,
  now: Date,
  atLeastUntil: Date = now,
): Promise<void> {
  await database
    .insertInto('recourses')
    .values({
      id: recourse.id,
      tenant_id: recourse.tenant,
      user_id: recourse.person,
      about: recourse.about,
      token_hash: null,
      correlation_id: recourse.correlationId,
      created_at: now,
      expires_at: new Date(Math.max(now.getTime() + recourseLasts, atLeastUntil.getTime())),
      used_at: null,
      used_by: null,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** Makes the token of a mailed link; only its hash is kept, and a mail sent again makes the older link void. */
export async function tokenFor(database: Connection, recourseId: string): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await database
    .updateTable('recourses')
    .set({ token_hash: hashOf(token) })
    .where('id', '=', recourseId)
    .execute()
  return token
}

export type Found = { readonly recourse: Recourse } | { readonly refused: 'unknown' | 'used' | 'expired' }

/** Finds a right that may still be used, by the notice's key (from an authenticated chat) or by a mailed token. */
export async function findRecourse(
  database: Connection,
  by: { id: string; person: UserId } | { token: string },
  now: Date,
): Promise<Found> {
  const query = database.selectFrom('recourses').selectAll()
  const found =
    'token' in by
      ? query.where('token_hash', '=', hashOf(by.token))
      : query.where('id', '=', by.id).where('user_id', '=', by.person)
  const row = await found.executeTakeFirst()
  if (!row) return { refused: 'unknown' }
  if (row.used_at) return { refused: 'used' }
  if (row.expires_at <= now) return { refused: 'expired' }
  const { id, about, correlation_id: correlationId } = row
  return { recourse: { id, tenant: row.tenant_id as TenantId, person: row.user_id as UserId, about, correlationId } }
}

/** Marks it used; what it started is keyed by its id, so a second use in the same moment starts nothing more. */
export async function markUsed(database: Connection, id: string, by: 'chat' | 'mail', now: Date): Promise<void> {
  await database
    .updateTable('recourses')
    .set({ used_at: now, used_by: by })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .execute()
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
