import type { Kysely, Selectable } from 'kysely'
import type { Clock } from '../clock.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import { within } from '../identity/within.ts'
import type { ReadOutsTable, Schema } from '../store/schema.ts'
import { changePosts, readPost } from '../turns/outbox.ts'

/** What is made for somebody is to be read out by their manager. See ReadOutsTable. */
export interface ReadOut {
  readonly dialogId: string
  readonly tenant: TenantId
  readonly starter: Named
  readonly person: Named
  readonly reader: Named
  readonly state: ReadOutsTable['state']
  readonly sentence: string
  readonly correlationId: string
  readonly decidedAt: Date | undefined
}

export interface Named {
  readonly id: UserId
  readonly name: string
}

interface ReadOutGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
}

/** Somebody may be about to show it: whoever pressed in time is waited for, in milliseconds. */
const grace = 30_000
/** So many may wait for one reader. */
const mostOpen = 5

/** The key of the card in the reader's chat. */
export function readOutPost(dialogId: string): string {
  return `read-out:${dialogId}`
}

/** What the dialog of whoever started it waits for. */
export function readOutSignal(dialogId: string): string {
  return `read-out:${dialogId}`
}

/** Writes down who is asked; the same dialog again finds what stands. Undefined: too many wait for the reader. */
export async function writeReadOut(
  { database, clock }: ReadOutGround,
  asked: Pick<ReadOut, 'dialogId' | 'tenant' | 'starter' | 'person' | 'reader' | 'correlationId'>,
  expiresAt: Date,
): Promise<ReadOut | undefined> {
  const { dialogId, tenant, starter, person, reader, correlationId } = asked
  const open = await database
    .selectFrom('read_outs')
    .select('dialog_id')
    .where('tenant_id', '=', tenant)
    .where('reader_id', '=', reader.id)
    .where('state', '=', 'asked')
    .where('dialog_id', '!=', dialogId)
    .limit(mostOpen)
    .execute()
  if (open.length === mostOpen) return undefined
  await database
    .insertInto('read_outs')
    .values({
      dialog_id: dialogId,
      tenant_id: tenant,
      starter_id: starter.id,
      starter_name: starter.name,
      person_id: person.id,
      person_name: person.name,
      reader_id: reader.id,
      reader_name: reader.name,
      state: 'asked',
      sentence: null,
      correlation_id: correlationId,
      asked_at: clock(),
      expires_at: expiresAt,
    })
    .onConflict((conflict) => conflict.column('dialog_id').doNothing())
    .execute()
  return await readOutOf(database, dialogId)
}

export async function readOutOf(database: Kysely<Schema>, dialogId: string): Promise<ReadOut | undefined> {
  const row = await database.selectFrom('read_outs').selectAll().where('dialog_id', '=', dialogId).executeTakeFirst()
  return row && asReadOut(row)
}

/**
 * Ends one and closes its card, all or nothing. What was shown was shown, whatever else ended it in the same moment; all other
 * ends come first or not at all.
 * @returns whether this was its end
 */
export async function endReadOut(
  { database, clock }: ReadOutGround,
  dialogId: string,
  end: { readonly state: Exclude<ReadOut['state'], 'asked'>; readonly sentence: string; readonly closing: string },
): Promise<boolean> {
  const from: ReadOut['state'][] = end.state === 'shown' ? ['asked', 'expired', 'failed'] : ['asked']
  return await within(database, async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable('read_outs')
      .set({ state: end.state, sentence: end.sentence, decided_at: clock() })
      .where('dialog_id', '=', dialogId)
      .where('state', 'in', from)
      .executeTakeFirst()
    if (numUpdatedRows !== 1n) return false
    const key = readOutPost(dialogId)
    const post = await readPost(transaction, key)
    if (post && 'card' in post.content)
      await changePosts(transaction, [{ key, content: { ...post.content, closed: end.closing } }], clock)
    return true
  })
}

/** A page of those whose proofs have run out, to be ended. */
export async function dueReadOuts({ database, clock }: ReadOutGround): Promise<readonly ReadOut[]> {
  const rows = await database
    .selectFrom('read_outs')
    .selectAll()
    .where('state', '=', 'asked')
    .where('expires_at', '<=', new Date(clock().getTime() - grace))
    .orderBy('expires_at')
    .limit(100)
    .execute()
  return rows.map(asReadOut)
}

/** Signals of ended ones for which dialogs still wait: whoever ended them died before waking anybody. */
export async function endedReadOuts(database: Kysely<Schema>): Promise<readonly string[]> {
  const rows = await database
    .selectFrom('dialogs')
    .innerJoin('read_outs', 'read_outs.dialog_id', 'dialogs.id')
    .select('dialogs.id')
    .where('dialogs.state', '=', 'open')
    .where('dialogs.waits_for', 'like', 'read-out:%')
    .where('read_outs.state', '<>', 'asked')
    .limit(100)
    .execute()
  return rows.map(({ id }) => readOutSignal(id))
}

function asReadOut(row: Selectable<ReadOutsTable>): ReadOut {
  return {
    dialogId: row.dialog_id,
    tenant: row.tenant_id as TenantId,
    starter: { id: row.starter_id as UserId, name: row.starter_name },
    person: { id: row.person_id as UserId, name: row.person_name },
    reader: { id: row.reader_id as UserId, name: row.reader_name },
    state: row.state,
    sentence: row.sentence ?? '',
    correlationId: row.correlation_id,
    decidedAt: row.decided_at ?? undefined,
  }
}
