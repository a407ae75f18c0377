import type { AuditEvent } from '../audit/audit.ts'
import type { Proof } from '../identity/proof.ts'
import type { OperationRequest } from './operation.ts'

export function eventOf(
  request: OperationRequest,
): Pick<AuditEvent, 'action' | 'tenant' | 'actor' | 'target' | 'correlationId' | 'operationId' | 'why'> {
  return {
    action: request.name,
    tenant: request.tenant,
    actor: request.actor,
    target: request.target,
    correlationId: request.correlationId,
    operationId: request.id,
    why: request.why,
  }
}

export function proofForAudit(proof: Proof): NonNullable<AuditEvent['proofs']>[number] {
  return {
    method: proof.method,
    at: proof.at.toISOString(),
    ...(proof.confirmedBy ? { confirmedBy: proof.confirmedBy } : {}),
  }
}
