import type { Transaction } from 'kysely'
import { durations } from '../policy/duration.ts'
import type { Schema } from '../store/schema.ts'
import { afresh } from './attempts.ts'
import { readContract } from './contracts.ts'
import { endGrant } from './end-grant.ts'
import { changeGrant, type KeptGrant, othersOf } from './grants.ts'
import type { AccessGround } from './ground.ts'
import { grantRequest } from './operation-ids.ts'
import { mayBeThere } from './settle-grant.ts'
import { type Next, operationStands } from './step.ts'

/** How soon a grant looks again that waits for something else. */
const soon = 5_000

/** What a grant does whose time has come to begin. Its row and its membership are held. */
export async function beginGrant(
  ground: AccessGround,
  transaction: Transaction<Schema>,
  grant: KeptGrant,
): Promise<Next> {
  const now = ground.clock()
  const request = grantRequest(grant)
  if (await operationStands(transaction, request.id)) return { kind: 'run', request }
  const wait = async (milliseconds: number): Promise<Next> => {
    await changeGrant(transaction, grant.id, { dueAt: new Date(now.getTime() + milliseconds) })
    return { kind: 'told', posts: [] }
  }
  const contract = grant.contractId === null ? undefined : await readContract(transaction, grant.contractId)
  const over = grant.endsAt !== null && grant.endsAt <= now
  const without = contract !== undefined && (contract.state === 'ended' || contract.state === 'failed')
  if (over || without) {
    if (await mayBeThere(transaction, grant)) {
      await changeGrant(transaction, grant.id, {
        ...{ state: 'active', hadBefore: false, endsAt: now, dueAt: now },
        attempts: afresh(grant.attempts),
      })
      return { kind: 'told', posts: [] }
    }
    const why = without ? 'The contract ended before it could begin.' : 'Its time was over before it could begin.'
    return { kind: 'told', posts: await endGrant(ground, transaction, grant, { why, left: true, at: now }) }
  }
  // Whoever is to work under a contract gets nothing before the account does.
  if (contract?.state === 'waiting') return await wait(durations.minute)
  // A membership that is just being taken back must be gone before anybody asks whether it is there.
  const others = await othersOf(transaction, grant)
  const ending = others.find(({ state, endsAt }) => state === 'active' && endsAt !== null && endsAt <= now)
  if (!ending) return { kind: 'run', request }
  const heldUp = ending.dueAt !== null && ending.dueAt.getTime() - now.getTime() > durations.minute
  if (heldUp) await changeGrant(transaction, ending.id, { dueAt: now })
  return await wait(soon)
}
