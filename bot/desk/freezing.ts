import type { FreezeRequest } from '../escalation/ground.ts'
import type { OperationResult } from '../operations/operation.ts'
import type { Ground } from './ground.ts'

/** Teams wants an answer within 10 seconds. */
const patience = 8_000

/**
 * Blocks somebody's sign-in and ends their sessions, as two people of IT want it. That both are IT, and that neither the
 * policy nor the account's privileges speak against it, is asked once more, now, by the operation.
 */
export function freezeAccount(
  ground: Pick<Ground, 'engine' | 'clock' | 'directory'>,
): (freezing: FreezeRequest) => Promise<OperationResult | 'still-running'> {
  return async ({ id, threadId, person, askedBy, confirmedBy, ticketId, correlationId }) => {
    // A name for the audit must not keep a stolen account open: the freeze stands confirmed already.
    const name = await ground.directory.user(askedBy).then(
      ({ displayName }) => displayName,
      () => 'somebody of IT',
    )
    const request = {
      id,
      name: 'freeze-account',
      tenant: person.tenant,
      actor: askedBy,
      target: person.id,
      dialogId: null,
      ticketId,
      correlationId,
      why: `asked for by IT in thread ${threadId}`,
      startedBy: { name, as: 'it' },
      confirmedBy: { id: confirmedBy, at: ground.clock().toISOString() },
    } as const
    return await ground.engine.run(request, patience)
  }
}
