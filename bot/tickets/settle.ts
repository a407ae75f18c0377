import type { OperationRequest, OperationResult } from '../operations/operation.ts'
import type { Tickets } from './tickets.ts'

/** Brings the outcome of an operation into its ticket: done closes it, all else is noted and left to people. */
export async function settleTicket(
  tickets: Tickets,
  request: OperationRequest,
  result: OperationResult,
): Promise<void> {
  if (request.dialogId === null) return
  await tickets.note(request.ticketId, `${request.name}: ${result.state}. ${result.sentence}`)
  if (result.state === 'done' || result.state === 'refused') await tickets.close(request.ticketId, result.sentence)
}
