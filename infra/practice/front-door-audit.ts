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

/** An audit row as the page shows it: with names where the directory knows them. Undefined for a row of unknown shape. */
export function auditLine(
  row: AuditSource,
  company: Pick<CompanyDirectory, 'person'>,
  bot: string,
): AuditLine | undefined {
  const parsed = event.safeParse(row.event)
  if (!parsed.success) return undefined
  const { kind, action, outcome, actor, target, why, detail, proofs } = parsed.data
  const reasons = outcome === undefined || outcome === 'done' ? [] : Object.entries(detail).slice(0, 4)
  const nameOf = (id: string) => (id === 'helpbot' ? bot : (company.person(id)?.name ?? id))
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
    target: nameOf(target),
    ...(why === undefined ? {} : { why }),
    ...(reasons.length === 0 ? {} : { detail: reasons.map(([name, value]) => `${name}: ${value}`).join('; ') }),
    proofs: proofs.map(({ method }) => method),
  }
}
