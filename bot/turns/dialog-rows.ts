import { type Kysely, sql, type Transaction } from 'kysely'
import type { ChannelName, Sender } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import { asPost, isToBringOut, type Post, type PostChange, type PostDraft } from './outbox.ts'
import { alterPosts, insertPosts, type PostRow } from './post-statements.ts'
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

/**
 * The person's open dialog, or the one that ended last. An open one comes first whatever the clocks say: those of two replicas may
 * differ, and nobody gets into a dialog that is hidden behind an ended one.
 */
export async function latestDialog(
  database: Connection,
  sender: Pick<Sender, 'tenant' | 'id'>,
): Promise<DialogRow | undefined> {
  const row = await database
    .selectFrom('dialogs')
    .selectAll()
    .where('tenant_id', '=', sender.tenant)
    .where('user_id', '=', sender.id)
    .orderBy(sql`state = 'open'`, 'desc')
    .orderBy('opened_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && asDialog(row)
}

/** A post, and the latest dialog of whoever pressed something on it: one look for both. */
export async function postAndDialog(
  database: Connection,
  key: string,
  sender: Pick<Sender, 'tenant' | 'id'>,
): Promise<{ readonly post: Post | undefined; readonly latest: DialogRow | undefined }> {
  const { rows } = await sql<PostRow & { latest: LatestRow | null }>`
    select posts.*, (
      select to_jsonb(dialogs) from dialogs where tenant_id = ${sender.tenant} and user_id = ${sender.id}
      order by state = 'open' desc, opened_at desc limit 1) as latest
    from posts where key = ${key}`.execute(database)
  const [row] = rows
  if (!row) return { post: undefined, latest: undefined }
  const { latest } = row
  return {
    post: asPost(row),
    latest: latest ? asDialog({ ...latest, opened_at: new Date(latest.opened_at) }) : undefined,
  }
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
 * Writes what a turn did, posts included, in one statement: all of it or nothing.
 * @returns the posts that are to be brought out, in their order
 * @throws StaleDialog when another replica wrote first
 */
export async function writeDialog(
  database: Connection,
  row: DialogRow,
  change: DialogChange,
  arrivalId: string | undefined,
  clock: Clock,
): Promise<readonly Post[]> {
  const written = row.stored
    ? updateRow(database, row, change, arrivalId, clock)
    : insertRow(database, row, change, arrivalId, clock)
  const isWritten = sql<boolean>`exists (select from written)`
  // One statement does not see what another part of it writes: what is said and changed in one turn is said as changed.
  const latest = new Map(change.changes.map(({ key, content }) => [key, content]))
  const drafts = change.posts.map((draft) => ({ ...draft, content: latest.get(draft.key) ?? draft.content }))
  const anew = new Set(drafts.filter(({ askedAgain }) => askedAgain).map(({ key }) => key))
  const changes = change.changes.filter(({ key }) => !anew.has(key))
  const { rows } = await sql<PostRow | { key: null }>`
    with written as (${written}),
      said as (${drafts.length > 0 ? insertPosts(drafts, clock, isWritten) : noPosts}),
      changed as (${changes.length > 0 ? alterPosts(changes, clock, isWritten) : noPosts})
    select shown.* from written left join (select * from said union all select * from changed) as shown on true
    order by shown.created_at`.execute(database)
  if (rows.length === 0) throw new StaleDialog()
  return rows.flatMap((shown) => (shown.key === null ? [] : asPost(shown))).filter(isToBringOut)
}

const noPosts = sql<PostRow>`select posts.* from posts where false`

function changedValues(row: DialogRow, change: DialogChange, arrivalId: string | undefined, clock: Clock) {
  const seen = [...row.seen, ...(arrivalId === undefined ? [] : [arrivalId])].slice(-remembered)
  return {
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
}

function updateRow(database: Connection, ...[row, ...to]: Parameters<typeof changedValues>) {
  return database
    .updateTable('dialogs')
    .set(changedValues(row, ...to))
    .where('id', '=', row.id)
    .where('version', '=', row.version)
    .returning('id')
}

function insertRow(database: Connection, ...[row, ...to]: Parameters<typeof changedValues>) {
  return database
    .insertInto('dialogs')
    .values({
      ...changedValues(row, ...to),
      id: row.id,
      tenant_id: row.tenant,
      user_id: row.person,
      name: row.name,
      correlation_id: row.correlationId,
      opened_at: row.openedAt,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
}

interface DialogColumns {
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
}

/** A row as JSON has it. */
type LatestRow = Omit<DialogColumns, 'opened_at'> & { opened_at: string }

function asDialog(row: DialogColumns): DialogRow {
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
