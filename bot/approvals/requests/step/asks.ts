import type { TimeRules } from '../happened.ts'
import type { AccessRequest, Ask, Named } from '../request.ts'

/** How often a panel may hand over or delegate: enough for people, and an end to circles. */
const mostPassedOn = 10

/** Whether the approvers of the stage have not been looked for yet. */
export function needsApprovers(request: AccessRequest): boolean {
  return request.state === 'open' && !request.asks.some(({ stage }) => stage === request.stage)
}

/** Those who may still answer. */
export function openAsks(request: AccessRequest): readonly Ask[] {
  return request.asks.filter(({ state }) => state === 'asked')
}

/** Who said yes, in the order in which they did. */
export function approvedAsks(request: AccessRequest): readonly Ask[] {
  return request.asks
    .filter(({ state }) => state === 'approved')
    .sort((one, other) => Date.parse(one.decidedAt ?? '') - Date.parse(other.decidedAt ?? ''))
}

export function asksOfPanel(request: AccessRequest, panel: number, state: Ask['state']): readonly Ask[] {
  return request.asks.filter((ask) => ask.stage === request.stage && ask.panel === panel && ask.state === state)
}

/** How many must say yes. What is no such number can never be reached. */
export function needOf(request: AccessRequest, panel: number): number {
  const need = request.stages[request.stage]?.[panel]?.need ?? Number.NaN
  return need >= 1 ? need : Number.NaN
}

export function isSatisfied(request: AccessRequest, panel: number): boolean {
  return asksOfPanel(request, panel, 'approved').length >= needOf(request, panel)
}

/** Whether enough could still say yes. */
export function canBeSatisfied(request: AccessRequest, panel: number): boolean {
  const could = asksOfPanel(request, panel, 'approved').length + asksOfPanel(request, panel, 'asked').length
  return could >= needOf(request, panel)
}

/**
 * Why somebody cannot be asked; undefined when they can. Nobody decides about what they get or asked for, nobody says yes
 * twice, and within a stage nobody is asked twice: whoever passed it on or did not answer does not get it back.
 */
export function whyNotAsk(request: AccessRequest, { id }: Named): 'concerned' | 'asked-already' | undefined {
  const { requester, person } = request.terms
  if (id === requester.id || id === person.id) return 'concerned'
  const had = request.asks.filter((ask) => ask.approver.id === id)
  const again = had.some(({ stage, state }) => stage === request.stage || state === 'approved' || state === 'denied')
  return again ? 'asked-already' : undefined
}

/** Whether the panel has passed it on as often as it may. */
export function isTired(request: AccessRequest, panel: number): boolean {
  const passedOn = (['delegated', 'handed-over', 'unreachable'] as const).flatMap((state) =>
    asksOfPanel(request, panel, state),
  )
  return passedOn.length >= mostPassedOn
}

/** One more approver is asked, of the stage that is being asked. */
export function newAsk(
  request: AccessRequest,
  asked: Pick<Ask, 'panel' | 'as' | 'insteadOf' | 'hash'> & { readonly number: number; readonly approver: Named },
  at: Date,
  rules: TimeRules,
): Ask {
  const { number, approver, panel, as, insteadOf, hash } = asked
  return {
    id: `${request.id}:${number}`,
    stage: request.stage,
    panel,
    approver: { id: approver.id, name: approver.name },
    as,
    state: 'asked',
    insteadOf,
    hash,
    askedAt: at.toISOString(),
    remindAt: nextReminder(at, at, 0, rules),
    reminders: 0,
    handOverAt: moment(rules.working(at, rules.handOverAfter)),
    decidedAt: null,
    reason: null,
    proof: null,
  }
}

/** The next reminder after so many; what came due while nobody looked is not made up for. */
export function nextReminder(askedAt: Date, now: Date, reminders: number, rules: TimeRules): string | null {
  const due = rules.remindAfter.slice(reminders).map((after) => rules.working(askedAt, after))
  const next = due.find((at) => at > now)
  return next ? moment(next) : null
}

function moment(at: Date): string | null {
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}

/** The request with one ask in the place of what it was. */
export function withAsk(request: AccessRequest, changed: Ask): AccessRequest {
  return { ...request, asks: request.asks.map((ask) => (ask.id === changed.id ? changed : ask)) }
}
