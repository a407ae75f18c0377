import type { Shown } from '../approvals/requests/ground.ts'
import type { AccessRequest } from '../approvals/requests/request.ts'
import type { Grant } from './grant.ts'
import type { RowGround } from './ground.ts'

export const nothingToShow: Shown = { posts: [], changes: [] }

/** Who said yes, in what capacity and when. */
export function approversOf(request: AccessRequest): Grant['approvers'] {
  return request.asks.flatMap(({ state, approver, as, decidedAt: at }) =>
    state === 'approved' ? [{ id: approver.id, name: approver.name, as, at: at ?? request.askedAt }] : [],
  )
}

export function decidedAt(ground: Pick<RowGround, 'clock'>, request: AccessRequest): Date {
  return request.decidedAt === null ? ground.clock() : new Date(request.decidedAt)
}
