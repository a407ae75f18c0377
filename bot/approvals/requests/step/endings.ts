import type { UserId } from '../../../identity/person.ts'
import type { News } from '../happened.ts'
import type { AccessRequest, Ask, RequestState } from '../request.ts'
import { approvedAsks, openAsks, withAsk } from './asks.ts'
import type { Stepped } from './stepped.ts'
import { nameOf } from './words.ts'

/**
 * Ends a request: every card that is open is closed.
 * @param sentence for the requester: how it ended
 * @param closing for those who had not answered
 */
export function end(
  request: AccessRequest,
  state: Exclude<RequestState, 'open'>,
  { sentence, closing = sentence, at }: { readonly sentence: string; readonly closing?: string; readonly at: Date },
): Stepped {
  const closed = closeAsks(request, openAsks(request), closing)
  return {
    request: { ...closed.request, state, decidedAt: at.toISOString(), ending: sentence },
    news: [...closed.news, { kind: 'ended', state, sentence }],
  }
}

/** Their answers are not needed any more. */
export function closeAsks(request: AccessRequest, asks: readonly Ask[], sentence: string): Stepped {
  const closed = asks.map((ask): Ask => ({ ...ask, state: 'closed', remindAt: null, handOverAt: null }))
  return {
    request: closed.reduce(withAsk, request),
    news: closed.map((ask): News => ({ kind: 'close', ask, sentence })),
  }
}

/** For whoever comes too late: how it ended. */
export function howItEnded(request: AccessRequest, by: UserId | 'helpbot'): string {
  const { state, ending } = request
  if (state === 'approved') return whoSaid('approved', approvedAsks(request).at(-1), by)
  if (state === 'denied')
    return whoSaid(
      'denied',
      request.asks.find((ask) => ask.state === 'denied'),
      by,
    )
  return ending ?? 'This is over already.'
}

/** Why an ask cannot be answered any more, for whoever was asked. */
export function whatBecameOf(request: AccessRequest, ask: Ask): string {
  const next = request.asks.find(({ insteadOf }) => insteadOf === ask.id)
  const instead = next ? `${nameOf(next.approver)} was asked instead.` : 'it is not yours to answer any more.'
  if (ask.state === 'approved' || ask.state === 'denied') return `You ${ask.state} this already.`
  if (ask.state === 'delegated') return next ? `You passed this on to ${nameOf(next.approver)}.` : 'You passed this on.'
  if (ask.state === 'handed-over') return `You had not answered for a while: ${instead}`
  if (ask.state === 'unreachable') return `You could not be reached: ${instead}`
  const others = approvedAsks(request).filter(({ stage, panel }) => stage === ask.stage && panel === ask.panel)
  return whoSaid('approved', others.at(-1), ask.approver.id)
}

function whoSaid(what: 'approved' | 'denied', ask: Ask | undefined, by: UserId | 'helpbot'): string {
  if (!ask) return `This has been ${what} already.`
  return `${ask.approver.id === by ? 'You' : nameOf(ask.approver)} ${what} this already.`
}
