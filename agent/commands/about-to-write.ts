import { AgentError } from '../agent-error.ts'
import type { PolicedOperation } from '../policy/policy.ts'
import type { CommandGround, Ordered } from './command.ts'

/**
 * The last step before a write is sent: it is counted, and it is not too late. The count comes first: what waited for the disk may have
 * become too late.
 * @throws AgentError forbidden (cap), expired
 */
export async function aboutToWrite(
  { policy, clock }: Pick<CommandGround, 'policy' | 'clock'>,
  operation: PolicedOperation,
  ordered: Ordered,
): Promise<void> {
  demandInTime(clock, ordered)
  await policy.spend(operation)
  demandInTime(clock, ordered)
}

/** @throws AgentError expired */
export function demandInTime(clock: () => Date, { expires }: Ordered): void {
  if (clock().getTime() >= expires.getTime())
    throw new AgentError('expired', `it came too late, after ${expires.toISOString()}: nothing was done`)
}
