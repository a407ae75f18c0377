import type { RowGround } from './ground.ts'
import { settleContract } from './settle-contract.ts'
import { type Settle, settleGrant } from './settle-grant.ts'

/**
 * What becomes of a grant or a contract when an operation about it ends, and who is told: in the transaction in which the
 * operation's outcome is written. Repeatable: the same end a second time changes nothing. Other operations are none of its business.
 * @returns the posts, for the caller to write in that transaction
 */
export function settleAccess(ground: RowGround): Settle {
  const ofGrant = settleGrant(ground)
  const ofContract = settleContract(ground)
  return async (transaction, request, result, detail) => {
    if (request.access === undefined) return []
    const ofAccount = request.name === 'disable-account' || request.name === 'enable-account'
    return await (ofAccount ? ofContract : ofGrant)(transaction, request, result, detail)
  }
}
