import type { AuditEvent } from '../../audit/audit.ts'
import type { UserId } from '../../identity/person.ts'
import type { RequestGround } from './ground.ts'
import type { Happened } from './happened.ts'
import { lastsInWords } from './lasts-words.ts'
import type { AccessRequest } from './request.ts'
import { termsHash } from './terms.ts'

/** A step of a request, before and after. */
export interface TakenStep {
  readonly before: AccessRequest
  readonly after: AccessRequest
  readonly happened: Happened
  readonly by: UserId | 'helpbot'
}

/** What was in force. */
type Rules = Pick<RequestGround, 'policy' | 'catalogue'>

/** The event of the beginning. */
export function auditOfBeginning(request: AccessRequest, rules: Rules): AuditEvent {
  return {
    ...whole(request, rules),
    action: 'ask-access',
    actor: request.terms.requester.id,
    operationId: `request:${request.id}:0`,
    why: request.terms.reason,
  }
}

/**
 * What the trail says of a step; undefined for those that decide nothing (questions, answers, reminders, whom HelpBot found). The
 * operation's id is the request's with the number of the ask it concerns, for an ask is over once; or with how the request ended.
 */
export function auditOfStep(step: TakenStep, rules: Rules): AuditEvent | undefined {
  const { before, after, happened, by } = step
  const { state } = after
  const general = { ...whole(after, rules), actor: by }
  switch (happened.kind) {
    case 'approved':
      return {
        ...general,
        ...ofAsk(after, general.detail, happened.ask),
        action: happened.shorter === undefined ? 'approve-access' : 'shorten-access',
      }
    case 'denied':
      return { ...general, ...ofAsk(after, general.detail, happened.ask), action: 'deny-access', why: happened.reason }
    case 'delegated':
      return { ...general, ...ofAsk(after, general.detail, happened.ask), action: 'delegate-access' }
    case 'handed-over':
      return { ...general, ...ofAsk(after, general.detail, happened.ask, happened.because), action: 'hand-over-access' }
    default:
      if (state === before.state) return undefined
      return {
        ...general,
        operationId: `request:${after.id}:${state}`,
        action: endings[state] ?? 'end-access-request',
        ...(after.ending === null ? {} : { why: after.ending }),
      }
  }
}

const endings: Readonly<Record<string, string>> = {
  withdrawn: 'withdraw-access',
  expired: 'expire-access',
  void: 'void-access',
  'to-it': 'escalate-access',
}

function whole(request: AccessRequest, rules: Rules) {
  const { id, tenant, correlationId, terms, state } = request
  return {
    kind: 'event' as const,
    tenant,
    target: terms.person.id,
    correlationId,
    outcome: 'done' as const,
    policyVersion: rules.policy.version,
    detail: {
      request: id,
      kind: terms.kind,
      requester: terms.requester.id,
      title: terms.title,
      terms: termsHash(terms),
      lasts: lastsInWords(terms.lasts),
      state,
      catalogue: rules.catalogue.version,
      ...(terms.entry === null ? {} : { entry: terms.entry }),
      ...(terms.group === null ? {} : { group: terms.group.id }),
      ...(terms.extends === null ? {} : { extends: terms.extends }),
    },
  }
}

function ofAsk(request: AccessRequest, detail: Readonly<Record<string, string>>, id: string, because?: string) {
  const ask = request.asks.find((one) => one.id === id)
  const next = request.asks.find(({ insteadOf }) => insteadOf === id)
  return {
    operationId: `request:${id}`,
    ...(ask?.proof ? { proofs: [ask.proof] } : {}),
    detail: {
      ...detail,
      ...(ask ? { ask: id, approver: ask.approver.id, as: ask.as, stage: String(ask.stage + 1), terms: ask.hash } : {}),
      ...(next ? { to: next.approver.id, toAs: next.as } : {}),
      ...(because === undefined ? {} : { because }),
    },
  }
}
