import assert from 'node:assert/strict'
import type { Approver, Happened, News, TimeRules } from '../../../../bot/approvals/requests/happened.ts'
import type { AccessRequest, Ask, Named, Terms } from '../../../../bot/approvals/requests/request.ts'
import { beginRequest, type Stepped, step } from '../../../../bot/approvals/requests/steps.ts'
import { groupId, tenantId, type UserId, userId } from '../../../../bot/identity/person.ts'
import type { Stage } from '../../../../bot/policy/catalogue/catalogue.ts'
import { durations } from '../../../../bot/policy/duration.ts'

const someone = (number: number, name: string): Named => ({
  id: userId.parse(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`),
  name,
})
export const people = {
  ada: someone(1, 'Ada Lindqvist'),
  maya: someone(2, 'Maya Okonkwo'),
  benoit: someone(3, 'Benoît Laurent'),
  hugo: someone(4, 'Hugo Ferreira'),
  meera: someone(5, 'Meera Iyer'),
  helen: someone(6, 'Helen Okafor'),
  astrid: someone(7, 'Astrid Berg'),
  tom: someone(8, 'Tom Novak'),
} as const

export const monday = new Date('2026-11-23T09:00:00.000Z')
export const later = (milliseconds: number) => new Date(monday.getTime() + milliseconds)
export const { minute, hour, day } = durations

export const rules: TimeRules = {
  remindAfter: [4 * hour, 24 * hour],
  handOverAfter: 48 * hour,
  working: (from, milliseconds) => new Date(from.getTime() + milliseconds),
}

export const dashboard: Terms = {
  kind: 'access',
  requester: people.ada,
  person: people.ada,
  entry: 'sales-dashboard',
  title: 'Sales dashboard: read',
  opens: 'See the figures of all regions.',
  group: { id: groupId.parse('0d0d0d0d-0000-4000-8000-000000000001'), name: 'Sales Dashboard' },
  risk: 'low',
  reason: 'The quarter ends.',
  startsAt: null,
  lasts: { for: 30 * day },
  conflicts: [],
  extends: null,
}

export const byManager: readonly Stage[] = [[{ from: 'manager', need: 1 }]]
export const byManagerThenOwner: readonly Stage[] = [[{ from: 'manager', need: 1 }], [{ from: 'owners', need: 1 }]]
export const byBothTogether: readonly Stage[] = [
  [
    { from: 'manager', need: 1 },
    { from: 'owners', need: 1 },
  ],
]

export function asked(terms: Partial<Terms> = {}, stages: readonly Stage[] = byManager): AccessRequest {
  return beginRequest({
    id: 'request-1',
    tenant: tenantId.parse('0c0c0c0c-0000-4000-8000-000000000001'),
    terms: { ...dashboard, ...terms },
    stages,
    askedAt: monday,
    expiresAt: later(7 * day),
    correlationId: 'correlation-1',
  })
}

export const as = (person: Named, capacity = 'owner of the group'): Approver => ({ ...person, as: capacity })

/** One panel a line. */
export const found = (...panels: readonly (readonly Named[])[]): Happened => ({
  kind: 'found',
  panels: panels.map((approvers) => ({ approvers: approvers.map((one) => as(one)), lacking: undefined })),
})

/** Takes a step that must be possible. */
export function go(
  request: AccessRequest,
  happened: Happened,
  by: Named | 'helpbot' = 'helpbot',
  at: Date = later(minute),
): Stepped {
  const result = step(request, happened, idOf(by), at, rules)
  if ('refused' in result) return assert.fail(`refused: ${result.refused}`)
  return result
}

/** Tries a step that must not be possible. */
export function refused(
  request: AccessRequest,
  happened: Happened,
  by: Named | 'helpbot' = 'helpbot',
  at: Date = later(minute),
): string {
  const result = step(request, happened, idOf(by), at, rules)
  return 'refused' in result ? result.refused : assert.fail(`went: ${JSON.stringify(result.news)}`)
}

function idOf(by: Named | 'helpbot'): UserId | 'helpbot' {
  return by === 'helpbot' ? by : by.id
}

/** The ask that is or was somebody's, the latest of them. */
export function askOf(request: AccessRequest, { id }: Named): Ask {
  const ask = request.asks.findLast(({ approver }) => approver.id === id)
  return ask ?? assert.fail('was not asked')
}

export function yes(request: AccessRequest, approver: Named): Extract<Happened, { kind: 'approved' }> {
  const { id, hash } = askOf(request, approver)
  return { kind: 'approved', ask: id, hash }
}

/** News in words: `close Maya Okonkwo: You approved it.` */
export function told(news: readonly News[]): readonly string[] {
  return news.map((one) => {
    if (one.kind === 'look-for-approvers') return one.kind
    if (one.kind === 'close') return `close ${one.ask.approver.name}: ${one.sentence}`
    if (one.kind === 'progress') return one.sentence
    if (one.kind === 'ended') return `${one.state}: ${one.sentence}`
    if (one.kind === 'question') return `${one.from.name} asks: ${one.question.text}`
    if (one.kind === 'answer') return `answer for ${one.to.name}: ${one.question.answer}`
    return `${one.kind} ${one.ask.approver.name}`
  })
}
