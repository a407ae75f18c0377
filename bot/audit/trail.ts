import { type Kysely, sql } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Schema } from '../store/schema.ts'
import type { Audit, AuditEvent, AuditRow } from './audit.ts'
import { canonicalJson } from './canonical-json.ts'
import { hashRow } from './chain.ts'
import { cleanEvent } from './event.ts'
import { atText, toStoredRow } from './rows.ts'

export { head } from './rows.ts'

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
 * The audit trail in PostgreSQL. One writer at a time, over all replicas (an advisory lock that `append_to_audit` takes, migration
 * 0010), so the chain never forks; appends that wait for each other in one process share one commit.
 *
 * `append` rejects with AuditEventError for what must not be written, for the intent of an operation that is over, and with the
 * database's error otherwise. After the latter the row may have been written all the same; with an operationId, appending again is
 * harmless.
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
      const events = group.map(({ event }) => event)
      const rows = await appendAll(database, clock, events)
      for (const [index, row] of rows.entries()) {
        if (row) group[index]?.resolve(row)
        else group[index]?.reject(new Error(isOver))
      }
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
      if (!row) throw new Error(isOver)
      return row
    },
  }
}

const isOver = 'the operation is over: no intent is written after its outcome'

/**
 * Appends clean events in their order and gives their rows; one that is already there (operationId, kind) is given as it stands.
 * Undefined for the intent of an operation that has an outcome: it is not written.
 */
async function appendAll(
  database: Kysely<Schema>,
  clock: Clock,
  events: readonly AuditEvent[],
): Promise<readonly (AuditRow | undefined)[]> {
  const { rows } = await sql<Parameters<typeof toStoredRow>[0] | { seq: null }>`
    select seq, ${atText} as at, event, previous_hash, hash
    from append_to_audit(${events.map(canonicalJson)}::text[], ${events.map(() => clock().toISOString())}::timestamptz[])
      with ordinality as appended (seq, at, event, previous_hash, hash, nth)
    order by nth`.execute(database)
  return rows.map((row) => {
    if (row.seq === null) return undefined
    const stored = toStoredRow(row)
    // The database makes the hash: nobody relies on a row that an auditor would find broken.
    if (hashRow(stored) !== stored.hash)
      throw new Error(`row ${stored.seq} of the audit trail does not hold its own hash`)
    return { ...stored, event: cleanEvent(stored.event) }
  })
}
