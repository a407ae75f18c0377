import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { OperationRequest, OperationResult } from '../operations/operation.ts'
import type { Ended } from '../operations/run-operation.ts'
import type { Schema } from '../store/schema.ts'
import { openIncident } from './incident.ts'
import type { Tickets } from './tickets.ts'

/** Brings the outcome of an operation into its ticket: done and refused close it, all else is noted and left to people. */
export async function settleTicket(
  tickets: Tickets,
  request: OperationRequest,
  result: OperationResult,
): Promise<void> {
  if (request.dialogId === null) return
  await tickets.note(request.ticketId, `${request.name}: ${result.state}. ${result.sentence}`)
  if (result.state === 'done' || result.state === 'refused') await tickets.close(request.ticketId, result.sentence)
}

/** Tells IT what an operation says they must hear of; answers the keys of the cards that were written. */
export async function incidentOf(
  ground: { readonly database: Kysely<Schema>; readonly clock: Clock; readonly tickets: Tickets },
  { request, result, forIt }: Ended,
): Promise<readonly string[]> {
  if (!forIt) return []
  const person = { tenant: request.tenant, id: request.target, name: forIt.person }
  const facts = [
    { title: 'Person', value: forIt.person },
    { title: 'Object id', value: request.target },
    { title: 'Why', value: request.why },
    { title: 'Outcome', value: result.sentence },
    ...Object.entries(forIt.detail)
      .slice(0, 8)
      .map(([title, value]) => ({ title, value })),
  ]
  const { title, urgency } = forIt
  const { correlationId } = request
  const { post } = await openIncident(ground, {
    id: `incident:${request.id}`,
    person,
    title,
    urgency,
    facts,
    correlationId,
  })
  return [post]
}
