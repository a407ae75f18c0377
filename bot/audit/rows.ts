import { type Kysely, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'
import { genesisHash, type Verification, verifyRows } from './chain.ts'

const rowsAPage = 1_000

/** A row as it lies in the table, unchecked: only the chain says whether it is genuine. */
export interface StoredRow {
  readonly seq: number
  readonly at: string
  readonly event: object
  readonly previousHash: string
  readonly hash: string
}

/** PostgreSQL keeps microseconds and JavaScript would round them off unseen, so moments are read as text. */
export const atText = sql<string>`to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`

/** The columns of a stored row, for a query of `audit`. */
export function selectRows(database: Kysely<Schema>) {
  return database.selectFrom('audit').select(['seq', atText.as('at'), 'event', 'previous_hash', 'hash'])
}

/** What selectRows() gave, named and typed as the chain has it. */
export function toStoredRow(row: {
  seq: string
  at: string
  event: object
  previous_hash: string
  hash: string
}): StoredRow {
  // A moment with microseconds is none we wrote: it keeps them, and the chain finds it changed.
  const at = row.at.endsWith('000') ? `${row.at.slice(0, -3)}Z` : `${row.at}Z`
  return { seq: Number(row.seq), at, event: row.event, previousHash: row.previous_hash, hash: row.hash }
}

/** Every row in order, read a page at a time: memory does not grow with the trail. Rows appended meanwhile may be among them. */
export async function* storedRows(database: Kysely<Schema>): AsyncGenerator<StoredRow> {
  let after: string | undefined
  for (;;) {
    let page = selectRows(database).orderBy('seq').limit(rowsAPage)
    if (after !== undefined) page = page.where('seq', '>', after)
    const rows = await page.execute()
    for (const row of rows) yield toStoredRow(row)
    after = rows.at(-1)?.seq
    if (rows.length < rowsAPage) return
  }
}

/**
 * The rows after row `after` (0 for all), oldest first, at most `limit` and never more than 1,000: what a page that watches
 * the trail asks for again and again.
 */
export async function auditRowsAfter(
  database: Kysely<Schema>,
  after: number,
  limit: number,
): Promise<readonly StoredRow[]> {
  const most = Math.min(Math.max(Math.trunc(limit), 1), rowsAPage)
  const rows = await selectRows(database).where('seq', '>', String(after)).orderBy('seq').limit(most).execute()
  return rows.map(toStoredRow)
}

/** Walks the whole chain as it lies in the database: see verifyRows(). */
export function verifyDatabase(database: Kysely<Schema>, sought?: string): Promise<Verification> {
  return verifyRows(storedRows(database), sought)
}

/** The last row's number and hash: note it somewhere else, and nobody can cut or rewrite what came before unnoticed. */
export async function head(database: Kysely<Schema>): Promise<{ readonly seq: number; readonly hash: string }> {
  const last = await database.selectFrom('audit').select(['seq', 'hash']).orderBy('seq', 'desc').limit(1).execute()
  return { seq: Number(last[0]?.seq ?? 0), hash: last[0]?.hash ?? genesisHash }
}
