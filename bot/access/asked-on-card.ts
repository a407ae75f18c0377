import { createHash } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Schema } from '../store/schema.ts'

/** So often may something be asked for from one card, when it was denied or withdrawn before. */
const mostAttempts = 5

/**
 * The id of the request that a card makes: the same while it is open, however often the button is pressed; another one when the
 * last has ended. Undefined when that was often enough.
 */
export async function requestOnCard(
  database: Kysely<Schema>,
  what: string,
  post: string,
): Promise<{ readonly id: string; readonly open: boolean } | undefined> {
  const ids = Array.from({ length: mostAttempts }, (_, index) => `${what}:${digest(`${post}:${index + 1}`)}`)
  const rows = await database.selectFrom('access_requests').select(['id', 'state']).where('id', 'in', ids).execute()
  const state = new Map(rows.map((row) => [row.id, row.state]))
  const id = ids.find((one) => state.get(one) === undefined || state.get(one) === 'open')
  return id === undefined ? undefined : { id, open: state.get(id) === 'open' }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
