import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from './canonical-json.ts'

/** What row 1 continues: 64 zeros. */
export const genesisHash = '0'.repeat(64)

const hash = z.string().regex(/^[0-9a-f]{64}$/)

/** A row as a database or an export holds it. The event is whatever it is: the chain vouches for it unread. */
const chainRow = z.strictObject({
  seq: z.number().int().min(1),
  at: z.iso.datetime({ precision: 3 }),
  event: z.record(z.string(), z.unknown()),
  previousHash: hash,
  hash,
})
export type ChainRow = z.infer<typeof chainRow>

/** What a hash is made of, before it has one. */
export type Unhashed = Pick<ChainRow, 'seq' | 'at' | 'previousHash'> & { readonly event: object }

/**
 * The hash of a row: SHA-256, in lower-case hexadecimal, of the UTF-8 text
 *
 *     previousHash LF seq LF at LF event
 *
 * where LF is one line feed (U+000A), `seq` is decimal without leading zeros, `at` is UTC as `2026-01-05T08:00:00.000Z`, and
 * `event` is the event in canonical JSON (see canonical-json.ts, RFC 8785). Nothing follows the event. Row 1 continues
 * `genesisHash`; every other row continues the row with the number before it. format.md tells third parties the same.
 */
export function hashRow(row: Unhashed): string {
  const content = [row.previousHash, row.seq, row.at, canonicalJson(row.event)].join('\n')
  return createHash('sha256').update(content, 'utf8').digest('hex')
}

/** What is wrong with the first broken row. */
export interface Fault {
  /** The number of the row that is wrong or missing: the one that should have come. */
  readonly row: number
  readonly kind: 'unreadable' | 'gap' | 'duplicate' | 'link' | 'hash'
  /** One plain sentence that names the row. */
  readonly sentence: string
}

export interface Verification {
  /** Rows that hold, from the first on. */
  readonly count: number
  /** The hash of the last row that holds; `genesisHash` when there is none. */
  readonly head: string
  readonly fault: Fault | undefined
  /** Rows dated before the row they follow: clocks differ between replicas, so this is noted and no fault. */
  readonly clockWentBack: { readonly times: number; readonly firstRow: number } | undefined
  /** The number of the row whose hash is the one that was asked for. */
  readonly soughtRow: number | undefined
}

/**
 * Walks the chain from its first row and stops at the first that does not hold. Memory does not grow with the chain.
 * @param rows in the order of the chain; anything that is not a row is a fault, not an error
 * @param sought a hash noted elsewhere; `genesisHash` is that of the empty chain
 */
export async function verifyRows(rows: AsyncIterable<unknown>, sought?: string): Promise<Verification> {
  let last: Pick<ChainRow, 'seq' | 'at' | 'hash'> = { seq: 0, at: '', hash: genesisHash }
  let soughtRow = sought === genesisHash ? 0 : undefined
  let backwards: { times: number; firstRow: number } | undefined
  let fault: Fault | undefined
  for await (const given of rows) {
    const parsed = chainRow.safeParse(given)
    fault = parsed.success ? faultOf(parsed.data, last) : unreadable(last.seq + 1, parsed.error)
    if (fault || !parsed.success) break
    const row = parsed.data
    if (row.at < last.at) backwards = { times: (backwards?.times ?? 0) + 1, firstRow: backwards?.firstRow ?? row.seq }
    if (row.hash === sought) soughtRow = row.seq
    last = row
  }
  return { count: last.seq, head: last.hash, fault, clockWentBack: backwards, soughtRow }
}

function faultOf(row: ChainRow, last: Pick<ChainRow, 'seq' | 'hash'>): Fault | undefined {
  const expected = last.seq + 1
  const fault = (kind: Fault['kind'], sentence: string): Fault => ({ row: expected, kind, sentence })
  if (row.seq > expected) {
    return fault('gap', `Row ${expected} is missing: row ${row.seq} stands in its place.`)
  }
  if (row.seq < expected) {
    return fault('duplicate', `Row ${expected} is missing: row ${row.seq} stands in its place, a second time.`)
  }
  if (row.previousHash !== last.hash) {
    const before = last.seq === 0 ? 'the beginning' : `row ${last.seq}`
    return fault('link', `Row ${expected} is broken: it does not continue ${before}, so one of the two was changed.`)
  }
  if (!isOwnHash(row)) {
    return fault('hash', `Row ${expected} is broken: its content does not match its hash, so it was changed.`)
  }
  return undefined
}

/** A number without end, half a character, or what is too deep has no canonical form, so no row of ours holds it. */
function isOwnHash(row: ChainRow): boolean {
  try {
    return hashRow(row) === row.hash
  } catch {
    return false
  }
}

function unreadable(row: number, error: z.ZodError): Fault {
  const names = [...new Set(error.issues.map(({ path }) => path.join('.')))].filter((name) => name !== '')
  const where = names.length > 0 ? `: ${names.join(', ').slice(0, 200)} cannot be right` : ''
  return { row, kind: 'unreadable', sentence: `Row ${row} is broken: it is not a row of an audit trail${where}.` }
}
