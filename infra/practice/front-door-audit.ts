import { z } from 'zod'
import type { CompanyDirectory } from './front-door-company.ts'
import type { AuditLine } from './front-door-shapes.ts'

export interface AuditSource {
  readonly seq: number
  readonly at: string
  readonly event: object
  readonly hash?: string
}

const event = z.object({
  kind: z.string(),
  action: z.string(),
  outcome: z.string().optional(),
  actor: z.string(),
  target: z.string(),
  why: z.string().optional(),
  detail: z.record(z.string(), z.string()).default({}),
  proofs: z.array(z.object({ method: z.string() })).default([]),
})

/** Which group, which rows, who asked: said elsewhere in the line, or of no use to whoever reads it. */
const FACTS = new Set([
  ...['title', 'group', 'group-name', 'grant', 'contract', 'request', 'requester', 'approvers', 'approvers-2', 'to'],
  ...['approved-by', 'reason', 'ends-at', 'terms-hash', 'undoes', 'warrant', 'request-id'],
  ...['agent', 'controller', 'command-id'],
])
const ID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi
/** Who it was, and what, stands above the reasons already. */
const HEAD = /[a-z-]+ of [0-9a-f-]{36} by [0-9a-f-]{36}: /g

type Names = Pick<CompanyDirectory, 'person' | 'groupName'>

/** An audit row as the page shows it: with names where the directory knows them. Undefined for a row of unknown shape. */
export function auditLine(row: AuditSource, company: Names, bot: string): AuditLine | undefined {
  const parsed = event.safeParse(row.event)
  if (!parsed.success) return undefined
  const { kind, action, outcome, actor, target, why, detail, proofs } = parsed.data
  const reasons = outcome === undefined || outcome === 'done' ? [] : reasonsOf(detail)
  const known = (id: string) => company.person(id)?.name ?? company.groupName(id)
  const nameOf = (id: string) => (id === 'helpbot' ? bot : (known(id) ?? id))
  const withNames = (text: string) => text.replace(HEAD, '').replace(ID, (id) => known(id) ?? id)
  return {
    seq: row.seq,
    at: row.at,
    ...(row.hash === undefined ? {} : { hash: row.hash }),
    kind,
    action,
    ...(outcome === undefined ? {} : { outcome }),
    actorId: actor,
    targetId: target,
    actor: nameOf(actor),
    target: agentIn(action, detail) ?? nameOf(target),
    ...(why === undefined ? {} : { why: withNames(why) }),
    ...accessOf(detail, nameOf),
    ...(detail.controller === undefined ? {} : { controller: detail.controller }),
    ...(reasons.length === 0
      ? {}
      : { detail: withNames(reasons.map(([name, value]) => `${name}: ${value}`).join('; ')) }),
    proofs: proofs.map(({ method }) => method),
  }
}

/** What happens to an agent bears its name; a code is for one that has none yet. */
function agentIn(action: string, detail: Readonly<Record<string, string>>): string | undefined {
  if (action === 'issue-agent-code') return 'a new agent'
  return /(^|-)agent(-|$)/.test(action) ? detail.agent : undefined
}

function reasonsOf(detail: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries(detail)
    .filter(([name]) => !FACTS.has(name))
    .slice(0, 4)
}

/** Which group, until when, and who said yes. */
function accessOf(
  detail: Readonly<Record<string, string>>,
  nameOf: (id: string) => string,
): Pick<AuditLine, 'about' | 'endsAt' | 'approvers' | 'decides'> {
  const about = detail['group-name'] ?? (detail.group === undefined ? detail.title : nameOf(detail.group))
  const endsAt = detail['ends-at']
  const said = [detail.approvers, detail['approvers-2'], detail['approved-by']].join(' ')
  const approvers = [...new Set(said.match(ID) ?? [])].map(nameOf)
  return {
    ...(about === undefined ? {} : { about }),
    ...(endsAt === undefined ? {} : { endsAt }),
    ...(detail.to === undefined ? {} : { decides: nameOf(detail.to) }),
    ...(approvers.length === 0 ? {} : { approvers }),
  }
}
