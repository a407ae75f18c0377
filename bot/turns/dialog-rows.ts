import { type Kysely, sql, type Transaction } from 'kysely'
import type { ChannelName, Sender } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import { changePosts, type PostChange, type PostDraft, writePosts } from './outbox.ts'
import type { DialogMemory } from './run-dialog.ts'

/** How many inbound events a dialog remembers, to know a redelivered one. */
const remembered = 20

export interface DialogRow extends DialogMemory {
  readonly tenant: TenantId
  readonly person: UserId
  readonly name: string
  readonly state: 'open' | 'done' | 'cancelled' | 'expired' | 'failed'
  /** Where the person last spoke in it. */
  readonly channel: ChannelName | undefined
  readonly seen: readonly string[]
  readonly version: number
  /** False until it has been written for the first time. */
  readonly stored: boolean
  readonly openedAt: Date
}

/** Somebody else wrote the row since it was read: read it again and run the turn anew. */
export class StaleDialog extends Error {}

type Connection = Kysely<Schema> | Transaction<Schema>

/** The person's latest dialog, open or ended. */
export async function latestDialog(
  database: Connection,
  sender: Pick<Sender, 'tenant' | 'id'>,
): Promise<DialogRow | undefined> {
  const row = await database
    .selectFrom('dialogs')
    .selectAll()
    .where('tenant_id', '=', sender.tenant)
    .where('user_id', '=', sender.id)
    .orderBy('opened_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && asDialog(row)
}

/** Open dialogs that wait for this signal. */
export async function waitingDialogs(database: Connection, signal: string): Promise<readonly DialogRow[]> {
  const rows = await database
    .selectFrom('dialogs')
    .selectAll()
    .where('state', '=', 'open')
    .where('waits_for', '=', signal)
    .limit(100)
    .execute()
  return rows.map(asDialog)
}

/** Open dialogs whose time is up, oldest first. */
export async function quietDialogs(database: Connection, now: Date, limit: number): Promise<readonly DialogRow[]> {
  const rows = await database
    .selectFrom('dialogs')
    .selectAll()
    .where('state', '=', 'open')
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
    .execute()
  return rows.map(asDialog)
}

/** Open dialogs that neither ask nor wait: their process died in the middle of a turn. */
export async function strandedDialogs(
  database: Connection,
  before: Date,
  limit: number,
): Promise<readonly DialogRow[]> {
  const rows = await database
    .selectFrom('dialogs')
    .selectAll()
    .where('state', '=', 'open')
    .where('asked', 'is', null)
    .where('touched_at', '<', before)
    .orderBy('touched_at')
    .limit(limit)
    .execute()
  return rows.map(asDialog)
}

/** Confirmations that were answered or ran out while dialogs wait for them. */
export async function settledSignals(database: Connection, limit: number): Promise<readonly string[]> {
  const rows = await database
    .selectFrom('dialogs')
    .innerJoin('confirmations', (join) =>
      join.on('confirmations.id', '=', sql`substr(dialogs.waits_for, ${'confirmation:'.length + 1}::int)`),
    )
    .select('dialogs.waits_for')
    .where('dialogs.state', '=', 'open')
    .where('dialogs.waits_for', 'is not', null)
    .where('confirmations.state', '<>', 'pending')
    .limit(limit)
    .execute()
  return rows.flatMap((row) => row.waits_for ?? [])
}

export interface DialogChange {
  readonly state: DialogRow['state']
  readonly memory: Record<string, unknown>
  readonly asked: string | undefined
  readonly waitsFor: string | undefined
  readonly posts: readonly PostDraft[]
  readonly changes: readonly PostChange[]
  readonly expiresAt: Date
}

/**
 * Writes what a turn did, posts included, in one transaction.
 * @throws StaleDialog when another replica wrote first
 */
export async function writeDialog(
  database: Kysely<Schema>,
  row: DialogRow,
  change: DialogChange,
  arrivalId: string | undefined,
  clock: Clock,
): Promise<void> {
  const seen = [...row.seen, ...(arrivalId === undefined ? [] : [arrivalId])].slice(-remembered)
  const values = {
    state: change.state,
    memory: JSON.stringify(change.memory),
    asked: change.asked ?? null,
    waits_for: change.waitsFor ?? null,
    channel: row.channel ?? null,
    seen: JSON.stringify(seen),
    version: row.version + 1,
    touched_at: clock(),
    expires_at: change.expiresAt,
  }
  await database.transaction().execute(async (transaction) => {
    if (row.stored) {
      const { numUpdatedRows } = await transaction
        .updateTable('dialogs')
        .set(values)
        .where('id', '=', row.id)
        .where('version', '=', row.version)
        .executeTakeFirst()
      if (numUpdatedRows !== 1n) throw new StaleDialog()
    } else {
      const written = await transaction
        .insertInto('dialogs')
        .values({
          ...values,
          id: row.id,
          tenant_id: row.tenant,
          user_id: row.person,
          name: row.name,
          correlation_id: row.correlationId,
          opened_at: row.openedAt,
        })
        .onConflict((conflict) => conflict.doNothing())
        .returning('id')
        .execute()
      if (written.length !== 1) throw new StaleDialog()
    }
    await writePosts(transaction, change.posts, clock)
    await changePosts(transaction, change.changes, clock)
  })
}

function asDialog(row: {
  id: string
  tenant_id: string
  user_id: string
  name: string
  correlation_id: string
  state: DialogRow['state']
  memory: Record<string, unknown>
  asked: string | null
  waits_for: string | null
  channel: ChannelName | null
  seen: string[]
  version: number
  opened_at: Date
}): DialogRow {
  return {
    id: row.id,
    tenant: row.tenant_id as TenantId,
    person: row.user_id as UserId,
    name: row.name,
    correlationId: row.correlation_id,
    state: row.state,
    memory: row.memory,
    asked: row.asked ?? undefined,
    waitsFor: row.waits_for ?? undefined,
    channel: row.channel ?? undefined,
    seen: row.seen,
    version: row.version,
    stored: true,
    openedAt: row.opened_at,
  }
}
