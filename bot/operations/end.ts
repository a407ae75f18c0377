import { type Kysely, sql, type Transaction } from 'kysely'
import { z } from 'zod'
import type { Schema } from '../store/schema.ts'
import type { Follows } from '../sync/follow-up.ts'
import { writeFollowUp } from '../sync/write-follow-up.ts'
import { writePosts } from '../turns/outbox.ts'
import { eventOf } from './audit-event.ts'
import type { Before, ForIt, OperationRequest, OperationResult } from './operation.ts'
import { changesAccess, type Prepared, type RunDependencies } from './steps.ts'

/** An audit event takes no more details than this (bot/audit/event.ts). */
const mostDetails = 20

/** What is known of an operation when it ends. */
export interface Known {
  readonly before: Before | undefined
  readonly otherMails: readonly string[]
  /** How it went, for the audit. */
  readonly detail: Readonly<Record<string, string>>
  /** What carries it, for the audit: of changes of access. */
  readonly about?: Readonly<Record<string, string>> | undefined
  readonly forIt: ForIt | undefined
  /** What was written on-premises and is not in Entra ID yet. */
  readonly follows?: Follows | undefined
  /** The target's name, where there is no before-image that says it. */
  readonly name?: string | undefined
}

/** Marks the row of an operation as over. One that is over already stays as it is: false. */
export async function closeRow(
  connection: Kysely<Schema>,
  request: OperationRequest,
  result: OperationResult,
): Promise<boolean> {
  const closed = await connection
    .updateTable('operations')
    .set({ state: result.state, outcome: JSON.stringify(result), finished_at: new Date(result.at) })
    .where('id', '=', request.id)
    .where('outcome', 'is', null)
    .returning('id')
    .execute()
  return closed.length > 0
}

/**
 * Writes the end of an operation: its row, the notices and the audit's outcome, all or nothing; then tells whoever must know. The
 * first end stands: whoever comes to one later, after a crash or beside us, finds it written.
 */
export async function endOperation(
  dependencies: RunDependencies,
  request: OperationRequest,
  given: OperationResult,
  known: Known,
): Promise<OperationResult> {
  const { database, audit, policy, clock } = dependencies
  const { before, otherMails, forIt } = known
  const detail = Object.fromEntries(Object.entries({ ...known.detail, ...known.about }).slice(0, mostDetails))
  const { result, posts } = await database.transaction().execute(async (transaction) => {
    const already = (await closeRow(transaction, request, given)) ? undefined : await endedAlready(transaction, request)
    if (already) return { result: already, posts: [] }
    const notices = await dependencies.notices(request, given, otherMails, transaction)
    const settled = changesAccess(request) ? await settle(dependencies, transaction, request, given, detail) : []
    if (known.follows) await follow(dependencies, transaction, request, before, known.follows)
    const drafts = [...notices, ...settled]
    await writePosts(transaction, drafts, clock)
    // Last, because all other writers of the audit wait until this is committed.
    const outcome = { kind: 'outcome', outcome: given.state, policyVersion: policy.version, detail } as const
    await audit.appendWithin(transaction, { ...eventOf(request), ...outcome })
    return { result: given, posts: drafts.map((draft) => draft.key) }
  })
  const person = known.name ?? before?.displayName ?? request.target
  // What is committed stays as it is, whatever becomes of telling it: it is tried again, and finds it written.
  await dependencies.afterwards({ request, result, posts, forIt: forIt && { ...forIt, person, detail } })
  return result
}

/** Ends an operation before anything was changed. */
export async function stopOperation(
  dependencies: RunDependencies,
  request: OperationRequest,
  state: 'refused' | 'failed',
  sentence: string,
  known: Pick<Known, 'detail'> & Partial<Pick<Known, 'about' | 'forIt' | 'name'>>,
): Promise<Prepared> {
  const result: OperationResult = { state, sentence, at: dependencies.clock().toISOString() }
  const ended = await endOperation(dependencies, request, result, {
    before: undefined,
    otherMails: [],
    forIt: undefined,
    ...known,
  })
  return { verdict: 'stop', result: ended }
}

const storedResult = z.object({
  state: z.enum(['done', 'refused', 'failed', 'unclear']),
  sentence: z.string(),
  at: z.string(),
})

/** How an operation ended, if it has; in a transaction its row is held until that ends. */
export async function endedAlready(
  connection: Kysely<Schema>,
  request: OperationRequest,
): Promise<OperationResult | undefined> {
  const row = await connection
    .selectFrom('operations')
    .select('outcome')
    .where('id', '=', request.id)
    .forUpdate()
    .executeTakeFirst()
  return row?.outcome ? storedResult.parse(row.outcome) : undefined
}

/** Kept with the outcome, so that nobody is promised what nobody looks after. */
async function follow(
  { policy, clock }: RunDependencies,
  transaction: Transaction<Schema>,
  { id, tenant, target, access, correlationId }: OperationRequest,
  before: Before | undefined,
  kind: Follows,
): Promise<void> {
  const now = clock()
  const known = before?.passwordChangedAt ?? before?.startedAt
  await writeFollowUp(transaction, policy.hybrid, {
    operation: id,
    tenant,
    person: target,
    kind,
    group: access?.group?.id ?? null,
    words: access?.group?.name ?? '',
    since: known === undefined ? now : new Date(known),
    now,
    correlationId,
  })
}

async function settle(
  dependencies: RunDependencies,
  transaction: Transaction<Schema>,
  request: OperationRequest,
  result: OperationResult,
  detail: Readonly<Record<string, string>>,
) {
  const was = detail['was-member']
  // What the directory said at the change is surer than what a replica said before it.
  if (was !== undefined)
    await transaction
      .updateTable('operations')
      .set({ before: sql<string>`jsonb_set(before, '{member}', ${was === 'yes' ? 'true' : 'false'}::jsonb)` })
      .where('id', '=', request.id)
      .where('before', 'is not', null)
      .execute()
  const warrant = request.access?.warrant
  if (warrant?.by === 'undo' && result.state === 'done')
    await transaction
      .updateTable('operations')
      .set({ undone_by: request.id })
      .where('id', '=', warrant.operation)
      .where('undone_by', 'is', null)
      .execute()
  return await dependencies.settleAccess(transaction, request, result, detail)
}
