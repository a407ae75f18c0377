import type { Audit, AuditEvent } from '../audit/audit.ts'
import type { Proof } from '../identity/proof.ts'
import { proofForAudit } from '../operations/audit-event.ts'
import type { LeaveGround } from './leave.ts'
import type { Proposal } from './proposals.ts'

/** What the switch stands on. */
export interface LockdownGround extends LeaveGround {
  readonly audit: Audit
  readonly hasItChannel: boolean
}

/** What became of trying something; `posts` are to be brought out. */
export interface Came {
  readonly ok: boolean
  readonly sentence: string
  readonly posts: readonly string[]
}

export function no(sentence: string, posts: readonly string[] = []): Came {
  return { ok: false, sentence, posts }
}

/** A line of the audit. It changes no directory, so it is an event; it is about whoever does it. */
export function eventOf(
  action: string,
  proposal: Proposal,
  by: AuditEvent['actor'],
  outcome: 'done' | 'refused',
  more: {
    readonly proofs?: readonly Proof[]
    readonly detail?: Readonly<Record<string, string>>
    readonly policyVersion?: string
  },
): AuditEvent {
  return {
    kind: 'event',
    action,
    tenant: proposal.tenant,
    actor: by,
    target: by === 'helpbot' ? proposal.askedBy.id : by,
    correlationId: proposal.correlationId,
    operationId: `${action}:${proposal.id}`,
    why: proposal.reason,
    outcome,
    detail: { wanted: proposal.wanted, proposal: proposal.id, ...more.detail },
    ...(more.proofs ? { proofs: more.proofs.map(proofForAudit) } : {}),
    ...(more.policyVersion === undefined ? {} : { policyVersion: more.policyVersion }),
  }
}
