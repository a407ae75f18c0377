import type { Kysely } from 'kysely'
import type { Schema } from '../store/schema.ts'

/** The numbers by which people know their tickets; of those that are there. */
export async function ticketNumbers(
  database: Kysely<Schema>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (ids.length === 0) return new Map()
  const rows = await database.selectFrom('tickets').select(['id', 'number']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, number }) => [id, Number(number)]))
}
