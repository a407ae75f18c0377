import { type Kysely, sql, type Transaction } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Schema } from '../store/schema.ts'
import type { Audit, AuditEvent, AuditRow } from './audit.ts'
import { genesisHash, hashRow } from './chain.ts'
import { cleanEvent } from './event.ts'
import { type StoredRow, selectRows, toStoredRow } from './rows.ts'

export { head } from './rows.ts'

/** Whoever holds it may append. The number is arbitrary and the same in all replicas. */
const appendLock = 4_817_201_126
const lockTimeout = '5s'
/** Appends of this process that share one commit. */
const largestGroup = 100
/** Appends that may wait; more are refused, and nothing is changed without its audit row. */
const longestQueue = 5_000

interface Waiting {
  readonly event: AuditEvent
  resolve(row: AuditRow): void
  reject(error: unknown): void
}

/**
 * The audit trail in PostgreSQL. One writer at a time, over all replicas (an advisory lock), so the chain never forks;
 * appends that wait for each other in one process share one commit.
 *
 * `append` rejects with AuditEventError for what must not be written, and with the database's error otherwise. After the latter
 * the row may have been written all the same; with an operationId, appending again is harmless.
 *
 * `appendWithin` holds the lock until the caller's transaction ends: call it last, in a transaction of isolation `read committed`.
 */
export function auditTrail(database: Kysely<Schema>, clock: Clock): Audit {
  const queue: Waiting[] = []
  let draining = false

  async function drain(): Promise<void> {
    draining = true
    while (queue.length > 0) await commit(queue.splice(0, largestGroup))
    draining = false
  }

  async function commit(group: readonly Waiting[]): Promise<void> {
    try {
      const rows = await database
        .transaction()
        .setIsolationLevel('read committed')
        .execute((transaction) =>
          appendAll(
            transaction,
            clock,
            group.map(({ event }) => event),
          ),
        )
      for (const [index, row] of rows.entries()) group[index]?.resolve(row)
    } catch (error) {
      for (const waiting of group) waiting.reject(error)
    }
  }

  return {
    async append(event) {
      const clean = cleanEvent(event)
      if (queue.length >= longestQueue) throw new Error('the audit trail cannot keep up: too many events wait')
      const { promise, resolve, reject } = Promise.withResolvers<AuditRow>()
      queue.push({ event: clean, resolve, reject })
      if (!draining) void drain()
      return promise
    },
    async appendWithin(transaction, event) {
      const [row] = await appendAll(transaction, clock, [cleanEvent(event)])
      if (!row) throw new Error('the audit row was not written')
      return row
    },
  }
}

/** Appends clean events in their order and gives their rows; one that is already there (operationId, kind) is given as it stands. */
async function appendAll(
  transaction: Transaction<Schema>,
  clock: Clock,
  events: readonly AuditEvent[],
): Promise<AuditRow[]> {
  // A statement of its own: the next one then sees everything the last holder of the lock committed.
  await sql`select set_config('lock_timeout', ${lockTimeout}, true), pg_advisory_xact_lock(${appendLock})`.execute(
    transaction,
  )
  const operations = new Set(events.flatMap(({ operationId }) => operationId ?? []))
  const stored = await headAndWritten(transaction, [...operations])
  const known = writtenBefore(stored, operations)
  let last = stored.reduce((one, other) => (other.seq > one.seq ? other : one), { seq: 0, hash: genesisHash })
  const fresh: AuditRow[] = []
  const rows = events.map((event) => {
    const key = onceKey(event)
    const before = key === undefined ? undefined : known.get(key)
    if (before) return before
    const unhashed = { seq: last.seq + 1, at: clock().toISOString(), event, previousHash: last.hash }
    const row: AuditRow = { ...unhashed, hash: hashRow(unhashed) }
    last = row
    fresh.push(row)
    if (key !== undefined) known.set(key, row)
    return row
  })
  if (fresh.length > 0) await insert(transaction, fresh)
  return rows
}

function onceKey({ operationId, kind }: AuditEvent): string | undefined {
  return operationId === undefined ? undefined : `${kind} ${operationId}`
}

/** The last row, and all rows of these operations. */
async function headAndWritten(
  transaction: Transaction<Schema>,
  operations: readonly string[],
): Promise<readonly StoredRow[]> {
  const last = selectRows(transaction).orderBy('seq', 'desc').limit(1)
  if (operations.length === 0) return (await last.execute()).map(toStoredRow)
  const rows = await selectRows(transaction)
    .where(sql<string>`event->>'operationId'`, 'in', operations)
    .unionAll((query) => query.parens(last))
    .execute()
  return rows.map(toStoredRow)
}

function writtenBefore(stored: readonly StoredRow[], operations: ReadonlySet<string>): Map<string, AuditRow> {
  const known = new Map<string, AuditRow>()
  for (const found of stored) {
    const { operationId } = found.event as { readonly operationId?: string }
    if (operationId === undefined || !operations.has(operationId)) continue
    const row: AuditRow = { ...found, event: cleanEvent(found.event) }
    known.set(onceKey(row.event) ?? '', row)
  }
  return known
}

async function insert(transaction: Transaction<Schema>, rows: readonly AuditRow[]): Promise<void> {
  const values = rows.map(({ seq, at, event, previousHash, hash }) => ({
    seq: String(seq),
    at: new Date(at),
    event: JSON.stringify(event),
    previous_hash: previousHash,
    hash,
  }))
  await transaction.insertInto('audit').values(values).execute()
}
