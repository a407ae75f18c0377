import type { Transaction } from 'kysely'
import { overtaken } from '../approvals/requests/overtaken.ts'
import { readRequest } from '../approvals/requests/requests.ts'
import { accessRows } from '../operations/access-rows.ts'
import { durations } from '../policy/duration.ts'
import type { Schema } from '../store/schema.ts'
import { afresh } from './attempts.ts'
import { readContract } from './contracts.ts'
import { endGrant } from './end-grant.ts'
import { changeGrant, type KeptGrant, othersOf } from './grants.ts'
import type { AccessGround } from './ground.ts'
import { requestOfContract } from './make-contract.ts'
import { grantRequest } from './operation-ids.ts'
import { mayBeThere } from './settle-grant.ts'
import { type Next, operationStands } from './step.ts'

/** How soon a grant looks again that waits for something else. */
const soon = 5_000

/**
 * What a grant does whose time has come to begin. Its row and its membership are held.
 * @param against what the person has by now that does not go with it, as a sentence
 */
export async function beginGrant(
  ground: AccessGround,
  transaction: Transaction<Schema>,
  grant: KeptGrant,
  against: string | undefined,
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
  const ended = contract !== undefined && (contract.state === 'ended' || contract.state === 'failed')
  const promised = grant.contractId === null || contract ? undefined : requestOfContract(grant.contractId)
  const undecided = promised !== undefined && (await readRequest(transaction, promised))?.state === 'open'
  const without = ended || (promised !== undefined && !undecided)
  const dropped = isStillThere(ground, grant) ? await riskier(ground, transaction, grant) : whyNot.dropped
  const why = over ? whyNot.over : ended ? whyNot.ended : without ? whyNot.without : (dropped ?? against)
  if (why !== undefined) {
    if (await mayBeThere(transaction, grant)) {
      await changeGrant(transaction, grant.id, {
        ...{ state: 'active', hadBefore: false, endsAt: now, dueAt: now },
        attempts: afresh(grant.attempts),
      })
      return { kind: 'told', posts: [] }
    }
    return { kind: 'told', posts: await endGrant(ground, transaction, grant, { why, left: true, at: now }) }
  }
  // Whoever is to work under a contract gets nothing before the account does.
  if (contract?.state === 'waiting' || undecided) return await wait(durations.minute)
  // A membership that is just being taken back must be gone before anybody asks whether it is there.
  const others = await othersOf(transaction, grant)
  const ending = others.find(({ state, endsAt }) => state === 'active' && endsAt !== null && endsAt <= now)
  if (!ending) return { kind: 'run', request }
  const heldUp = ending.dueAt !== null && ending.dueAt.getTime() - now.getTime() > durations.minute
  if (heldUp) await changeGrant(transaction, ending.id, { dueAt: now })
  // Held up again and again, it is tried once a minute, and not as often as this one looks.
  return await wait(heldUp ? durations.minute : soon)
}

const whyNot = {
  over: 'Its time was over before it could begin.',
  ended: 'The contract ended before it could begin.',
  without: 'It was asked for along with a contract, and there is no such contract.',
  dropped: 'The catalogue has changed since, and it is not given like this any more. Please ask for it anew.',
}

/** What was approved weeks before its start may not be what the catalogue names by now. */
function isStillThere({ catalogue }: AccessGround, { entry: key, group }: KeptGrant): boolean {
  return catalogue.entries.some((entry) => entry.key === key && entry.group === group.id)
}

/** Or who must approve it may be others by now: a risk that was raised since counts as it does for a request that is open. */
async function riskier(ground: AccessGround, transaction: Transaction<Schema>, grant: KeptGrant) {
  const { request } = await accessRows(transaction, { grant: grant.id, contract: null })
  return request && overtaken(ground.catalogue, request)
}
