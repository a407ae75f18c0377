import { canonicalJson } from './canonical-json.ts'
import type { StoredRow } from './rows.ts'

/**
 * The trail as JSON Lines: each line is one row `{at, event, hash, previousHash, seq}` in canonical JSON and ends with a line feed.
 * A verifier needs nothing else (format.md).
 */
export async function* toJsonLines(rows: AsyncIterable<StoredRow>): AsyncGenerator<string> {
  for await (const { seq, at, event, previousHash, hash } of rows) {
    yield `${canonicalJson({ seq, at, event, previousHash, hash })}\n`
  }
}

const eventColumns = [
  'kind',
  'action',
  'tenant',
  'actor',
  'target',
  'correlationId',
  'operationId',
  'outcome',
  'why',
  'proofs',
  'policyVersion',
  'detail',
] as const

/** The trail as CSV (RFC 4180, UTF-8) for a spreadsheet: for reading, not for verifying. `proofs` and `detail` are JSON. */
export async function* toCsv(rows: AsyncIterable<StoredRow>): AsyncGenerator<string> {
  yield csvLine(['seq', 'at', ...eventColumns, 'previousHash', 'hash'])
  for await (const row of rows) {
    const event = new Map<string, unknown>(Object.entries(row.event))
    yield csvLine([row.seq, row.at, ...eventColumns.map((name) => event.get(name)), row.previousHash, row.hash])
  }
}

function csvLine(cells: readonly unknown[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

/**
 * One cell, quoted. A spreadsheet takes what begins with = + - @ (full width too), a tab, a carriage return or a line feed for a
 * formula (OWASP, CSV Injection): an apostrophe in front makes it text.
 */
export function csvCell(value: unknown): string {
  const text = value === undefined ? '' : typeof value === 'string' ? value : canonicalJson(value)
  const harmless = /^[=+\-@\t\r\n＝＋－＠]/.test(text) ? `'${text}` : text
  return `"${harmless.replaceAll('"', '""')}"`
}
