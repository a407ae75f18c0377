import type { TenantId, UserId } from '../../identity/person.ts'
import type { Stage } from '../../policy/catalogue/catalogue.ts'
import type { Happened, TimeRules } from './happened.ts'
import type { AccessRequest, Terms } from './request.ts'
import { ask, delegate, handOver, remind } from './step/ask-approvers.ts'
import { needsApprovers, openAsks } from './step/asks.ts'
import { approve, askToAnswer, deny, earliest } from './step/decide-ask.ts'
import { end, howItEnded } from './step/endings.ts'
import { answerQuestion, putQuestion } from './step/question.ts'
import type { StepResult } from './step/stepped.ts'
import { asSentence, nameOf } from './step/words.ts'
import { beginOf, endOf, termsHash } from './terms.ts'

export { needsApprovers } from './step/asks.ts'
export type { Refused, Stepped, StepResult } from './step/stepped.ts'

/**
 * A request as it begins: its first approvers must be looked for. It runs out with what was asked for, where that ends sooner.
 * @throws TypeError for terms that no approval can be bound to (see termsHash), RangeError for times that are none
 */
export function beginRequest(draft: {
  readonly id: string
  readonly tenant: TenantId
  readonly terms: Terms
  readonly stages: readonly Stage[]
  readonly askedAt: Date
  readonly expiresAt: Date
  readonly correlationId: string
}): AccessRequest {
  const { id, tenant, terms, stages, askedAt, expiresAt, correlationId } = draft
  // Whatever has a hash and an end now has them at every step.
  termsHash(terms)
  endOf(terms.lasts, beginOf(terms.startsAt, askedAt))?.toISOString()
  return {
    id,
    tenant,
    state: 'open',
    terms,
    earlier: [],
    stages,
    stage: 0,
    asks: [],
    questions: [],
    askedAt: askedAt.toISOString(),
    expiresAt: earliest(expiresAt.toISOString(), terms.lasts),
    decidedAt: null,
    ending: null,
    correlationId,
  }
}

/**
 * What becomes of a request when something happens, and what must be told because of it. Pure: it neither changes what it is given
 * nor throws, and it ends a request once. Whoever calls has checked in the directory that everybody is who they were asked as.
 * @param by who did it; `helpbot` for what falls due
 * @returns the request and the news, or a sentence for whoever did it, and then nothing has changed
 */
export function step(
  request: AccessRequest,
  happened: Happened,
  by: UserId | 'helpbot',
  now: Date,
  rules: TimeRules,
): StepResult {
  if (request.state !== 'open') return { refused: howItEnded(request, by) }
  if (Number.isNaN(now.getTime())) return { refused: 'Nobody knows what time it is.' }
  const at = notBefore(request, now)
  switch (happened.kind) {
    case 'found':
    case 'handed-over':
    case 'reminded':
    case 'expired':
      return by === 'helpbot' ? fallDue(request, happened, at, rules) : { refused: 'That happens by itself.' }
    case 'approved':
    case 'denied':
    case 'asked':
    case 'delegated':
    case 'answered':
      return isOverdue(request, at) ? { refused: ranOut } : answer(request, happened, by, at, rules)
    case 'withdrawn': {
      const { kind, requester, person } = request.terms
      // A contract is its sponsor's to ask for or not: it also ends what the person has.
      const forThem = kind === 'access' || kind === 'extension'
      const who = [requester, ...(forThem ? [person] : [])].find(({ id }) => id === by)
      if (!who) return { refused: `Only whoever asked for it${forThem ? ', or would get it,' : ''} can withdraw it.` }
      return end(request, 'withdrawn', { sentence: `${nameOf(who)} withdrew the request.`, at })
    }
    case 'voided':
      return end(request, 'void', { sentence: asSentence(happened.why), at })
  }
}

/** The clocks of replicas differ a little; within a request nothing happens before what has happened. */
function notBefore({ askedAt, asks }: AccessRequest, now: Date): Date {
  const moments = asks.flatMap((one) => [one.askedAt, one.decidedAt ?? one.askedAt])
  return new Date(Math.max(now.getTime(), ...[askedAt, ...moments].map((moment) => Date.parse(moment))))
}

const ranOut = 'The request ran out: not everybody who must approve it did so in time.'

function isOverdue({ expiresAt }: AccessRequest, at: Date): boolean {
  return at.getTime() >= Date.parse(expiresAt)
}

/** What the clock brings about. */
function fallDue(
  request: AccessRequest,
  happened: Extract<Happened, { kind: 'found' | 'handed-over' | 'reminded' | 'expired' }>,
  at: Date,
  rules: TimeRules,
): StepResult {
  if (happened.kind === 'found') return ask(request, happened, at, rules)
  if (happened.kind === 'handed-over') return handOver(request, happened, at, rules)
  if (happened.kind === 'reminded') return remind(request, happened.ask, at, rules)
  if (!isOverdue(request, at)) return { refused: 'There is still time to answer.' }
  return end(request, 'expired', { sentence: ranOut, at })
}

/** What people do who were asked something. */
function answer(
  request: AccessRequest,
  happened: Extract<Happened, { kind: 'approved' | 'denied' | 'asked' | 'delegated' | 'answered' }>,
  by: UserId | 'helpbot',
  at: Date,
  rules: TimeRules,
): StepResult {
  if (happened.kind === 'answered') return answerQuestion(request, happened, by, at)
  const theirs = askToAnswer(request, happened.ask, by)
  if ('refused' in theirs) return theirs
  switch (happened.kind) {
    case 'approved':
      return approve(request, theirs, happened, at)
    case 'denied':
      return deny(request, theirs, happened.reason, at)
    case 'asked':
      return putQuestion(request, theirs, happened, at)
    case 'delegated':
      return delegate(request, theirs, happened.to, at, rules)
  }
}

/** When something must be done next: approvers looked for, reminded or replaced, or the request ended. null once it has. */
export function nextDue(request: AccessRequest): Date | null {
  if (request.state !== 'open') return null
  const waiting = openAsks(request).flatMap(({ remindAt, handOverAt }) => [remindAt, handOverAt])
  const sought = needsApprovers(request) ? [request.askedAt] : []
  const due = [request.expiresAt, ...waiting, ...sought].flatMap((at) => (at === null ? [] : [Date.parse(at)]))
  return new Date(Math.min(...due))
}
