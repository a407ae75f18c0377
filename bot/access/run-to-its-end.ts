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

/**
 * Starts an operation, or finds the one with this id, and waits for its end. The end moves the row on in the operation's own
 * transaction; where that did not happen (the process broke off) it is made up for.
 * @returns `still-running` when it must be looked at again; `posts`: keys of what was written here
 */
export async function runToItsEnd(
  ground: AccessGround,
  request: OperationRequest,
): Promise<{ readonly ended: OperationResult | 'still-running'; readonly posts: readonly string[] }> {
  const result = await ground.engine.run(request, patience)
  const ended = result === 'still-running' ? await givenUp(ground, request) : result
  if (ended === 'still-running') return { ended, posts: [] }
  const posts = await ground.database.transaction().execute(async (transaction) => {
    const drafts = await settleAccess(ground)(transaction, request, ended, {})
    return await writePosts(transaction, drafts, ground.clock)
  })
  return { ended, posts }
}

async function givenUp(ground: AccessGround, { id }: OperationRequest): Promise<OperationResult | 'still-running'> {
  const now = ground.clock()
  const begun = await ground.database
    .selectFrom('operations')
    .select('started_at')
    .where('id', '=', id)
    .where('state', '=', 'running')
    .executeTakeFirst()
  if (!begun || begun.started_at.getTime() + lostAfter > now.getTime()) return 'still-running'
  return { state: 'unclear', sentence: lost, at: now.toISOString() }
}
