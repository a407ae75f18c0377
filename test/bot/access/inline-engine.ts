import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { OperationEngine, OperationRequest, OperationResult } from '../../../bot/operations/operation.ts'
import type { Steps } from '../../../bot/operations/run-operation.ts'
import type { Schema } from '../../../bot/store/schema.ts'

const outcome = z.object({
  state: z.enum(['done', 'refused', 'failed', 'unclear']),
  sentence: z.string(),
  at: z.string(),
})

/**
 * The steps of operations one after the other in this process. As with the durable engine the same id is the same operation: what
 * runs is waited for, what has ended is found. `running` is what all replicas share.
 */
export function inlineEngine(
  database: Kysely<Schema>,
  steps: Steps,
  running: Map<string, Promise<OperationResult>>,
): OperationEngine {
  async function all(request: OperationRequest): Promise<OperationResult> {
    const row = await database.selectFrom('operations').selectAll().where('id', '=', request.id).executeTakeFirst()
    if (row && row.state !== 'running') return outcome.parse(row.outcome)
    const prepared = await steps.prepare(request)
    if (prepared.verdict === 'stop') return prepared.result
    const changed = await steps.change(request, prepared.before)
    return await steps.conclude(request, prepared, changed, await steps.readBack(request, prepared.before))
  }
  return {
    async run(request) {
      const known = running.get(request.id) ?? all(request)
      running.set(request.id, known)
      return await known.finally(() => running.delete(request.id))
    },
    async stop() {},
  }
}
