import { eventOf } from '../operations/audit-event.ts'
import { beginRow } from '../operations/begin-row.ts'
import { closeRow, endedAlready } from '../operations/end.ts'
import type { OperationRequest, OperationResult } from '../operations/operation.ts'
import { durations } from '../policy/duration.ts'
import { writePosts } from '../turns/outbox.ts'
import type { AccessGround } from './ground.ts'
import { settleAccess } from './settle.ts'

/** How long a job waits for an operation before it looks after something else. */
const patience = 20_000
/** An operation that runs for so long has lost its process: another attempt goes on. */
const lostAfter = 15 * durations.minute

const lost = 'It was begun, and nobody knows how it ended.'

interface Run {
  readonly ended: OperationResult | 'still-running'
  readonly posts: readonly string[]
}

/**
 * Starts an operation, or finds the one with this id, and waits for its end. The end moves the row on in the operation's own
 * transaction; where that did not happen (the process broke off) it is made up for.
 * @returns `still-running` when it must be looked at again; `posts`: keys of what was written here
 * @throws what the engine says of an operation that it will never end, until that is given up
 */
export async function runToItsEnd(ground: AccessGround, request: OperationRequest): Promise<Run> {
  try {
    const result = await ground.engine.run(request, patience)
    if (result !== 'still-running') return await settled(ground, request, result)
  } catch (error) {
    // What the engine keeps as broken it never does again: the same id would break for ever.
    const given = await giveUp(ground, request)
    if (given.ended === 'still-running') throw error
    return given
  }
  return await giveUp(ground, request)
}

async function settled(ground: AccessGround, request: OperationRequest, ended: OperationResult): Promise<Run> {
  return await ground.database.transaction().execute(async (transaction) => {
    const drafts = await settleAccess(ground)(transaction, request, ended, {})
    return { ended, posts: await writePosts(transaction, drafts, ground.clock) }
  })
}

/**
 * Ends an operation as unclear that runs for too long: its row, what it was about, and its outcome in the audit. Should its process come
 * back, it finds it ended and changes nothing any more.
 */
async function giveUp(ground: AccessGround, request: OperationRequest): Promise<Run> {
  const now = ground.clock()
  const known = await ground.database
    .selectFrom('operations')
    .select(['state', 'started_at'])
    .where('id', '=', request.id)
    .executeTakeFirst()
  // Begun, and the process died before it could say so: its time counts from now on.
  if (!known) await beginRow(ground.database, request, now)
  const runs = known?.state === 'running' && known.started_at.getTime() + lostAfter <= now.getTime()
  if (!known || (known.state === 'running' && !runs)) return { ended: 'still-running', posts: [] }
  return await ground.database.transaction().execute(async (transaction) => {
    const already = await endedAlready(transaction, request)
    const ended: OperationResult = already ?? { state: 'unclear', sentence: lost, at: now.toISOString() }
    if (!already) await closeRow(transaction, request, ended)
    const posts = await writePosts(
      transaction,
      await settleAccess(ground)(transaction, request, ended, {}),
      ground.clock,
    )
    if (!already)
      await ground.audit.appendWithin(transaction, {
        ...eventOf(request),
        kind: 'outcome',
        outcome: ended.state,
        policyVersion: ground.policy.version,
        detail: { because: 'the process that did it did not come back' },
      })
    return { ended, posts }
  })
}
