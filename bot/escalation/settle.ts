import { z } from 'zod'
import { expireFreeze, settleFreeze } from './freeze.ts'
import type { EscalationGround } from './ground.ts'
import { settleCallerCheck } from './verify-caller.ts'

/** An operation that runs for so long has lost its process for good: a thread must not wait for it for ever. */
const goneAfter = 2 * 60 * 60_000
const gone = 'The freeze was begun, and I do not know how it ended. Look at the account now.'

const outcome = z.object({ sentence: z.string() })

/** See Escalation.settle. */
export async function settleAsked(ground: EscalationGround, limit: number): Promise<readonly string[]> {
  const { database } = ground
  const now = ground.clock()
  const posts: string[] = []
  const checks = await database
    .selectFrom('threads')
    .leftJoin('confirmations', 'confirmations.id', 'threads.caller_check')
    .select('threads.id')
    .where('caller_check', 'is not', null)
    .where((row) =>
      row.or([
        row('confirmations.id', 'is', null),
        row('confirmations.state', '<>', 'pending'),
        row('confirmations.expires_at', '<=', now),
      ]),
    )
    .limit(limit)
    .execute()
  for (const { id } of checks) posts.push(...(await settleCallerCheck(ground, id)))
  const freezes = await database
    .selectFrom('threads')
    .leftJoin('operations', 'operations.id', 'threads.freeze_operation')
    .select(['threads.id', 'freeze_operation', 'operations.state', 'operations.outcome'])
    .where('freeze_asked_by', 'is not', null)
    .where((row) =>
      row.or([
        row('operations.state', '<>', 'running'),
        row('operations.started_at', '<=', new Date(now.getTime() - goneAfter)),
        row.and([
          row('operations.id', 'is', null),
          row('freeze_asked_at', '<=', new Date(now.getTime() - ground.answerWithin)),
        ]),
      ]),
    )
    .limit(limit)
    .execute()
  for (const { id, freeze_operation: operation, state, outcome: kept } of freezes) {
    if (operation === null || state === null) posts.push(...(await expireFreeze(ground, id)))
    else if (state === 'running')
      posts.push(...(await settleFreeze(ground, id, operation, { state: 'failed', sentence: gone })))
    else {
      const sentence = outcome.safeParse(kept).data?.sentence ?? `The freeze ended: ${state}.`
      posts.push(...(await settleFreeze(ground, id, operation, { state, sentence })))
    }
  }
  return posts
}
