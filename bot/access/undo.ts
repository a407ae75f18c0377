import type { Kysely } from 'kysely'
import type { Person } from '../identity/person.ts'
import type { OperationEngine, OperationRequest, OperationResult } from '../operations/operation.ts'
import type { IsIt } from '../operations/relation.ts'
import { operationTitle } from '../operations/titles.ts'
import { inverse, type MadeChange, readMadeChange } from '../operations/undoing.ts'
import type { Schema } from '../store/schema.ts'
import type { Tickets } from '../tickets/tickets.ts'
import type { UndoGround } from './undoable.ts'

export { undoableOf } from './undoable.ts'

export interface UndoingDesk extends UndoGround {
  readonly engine: Pick<OperationEngine, 'run'>
  readonly ticketsIn: (connection: Kysely<Schema>) => Pick<Tickets, 'open'>
  readonly isIt: IsIt
}

/** Teams wants an answer within 10 seconds. */
const patience = 8_500
/** What was refused or failed may be tried anew, so often in all. */
const mostAttempts = 20

/**
 * Undoes an operation for somebody of IT, by its opposite. Whether that may be is decided when it is done, on what holds then; the
 * proofs are those of the dialog. Asked a second time in the same dialog it finds what was done.
 * @throws DirectoryError when it cannot be known whether they are IT
 */
export async function undo(
  ground: UndoingDesk,
  by: Person,
  dialogId: string,
  operation: string,
): Promise<OperationResult | 'still-running'> {
  const no = (sentence: string): OperationResult => ({ state: 'refused', sentence, at: ground.clock().toISOString() })
  if (!(await ground.isIt(by))) return no('Only IT can undo changes.')
  const made = await readMadeChange(ground.database, operation)
  if (!made || made.tenant !== by.tenant) return no('I know of no such change, or it cannot be undone.')
  const attempts = await attemptsOf(ground, operation)
  const last = attempts.at(-1)
  if (last?.state === 'done' && last.dialog_id !== dialogId) return no('It has been undone already.')
  const goesOn = last?.state === 'running' || last?.state === 'done'
  if (!goesOn && attempts.length >= mostAttempts)
    return no('That was tried many times now. Please do it in the directory itself.')
  const { correlationId } = made
  const title = 'Undo a change of access'
  const tickets = ground.ticketsIn(ground.database)
  await tickets.open({ id: dialogId, person: by, kind: 'request', title, dialogId, correlationId })
  const id = goesOn ? last.id : attemptId(operation, attempts.length + 1)
  return await ground.engine.run(requestFor(by, dialogId, made, id), patience)
}

function requestFor(by: Person, dialogId: string, made: MadeChange, id: string): OperationRequest {
  const { group, title, warrant } = made.about
  const { grant, contract } = warrant
  return {
    id,
    name: inverse[made.name],
    tenant: by.tenant,
    actor: by.id,
    target: made.target,
    dialogId,
    ticketId: dialogId,
    correlationId: made.correlationId,
    why: `IT undoes ${operationTitle(made.name)}`,
    startedBy: { name: by.name, as: 'it' },
    access: { group, title, warrant: { by: 'undo', operation: made.id, grant, contract } },
  }
}

function attemptId(operation: string, attempt: number): string {
  return attempt === 1 ? `undo:${operation}` : `undo:${operation}:${attempt}`
}

async function attemptsOf({ database }: UndoingDesk, operation: string) {
  const ids = Array.from({ length: mostAttempts }, (_, index) => attemptId(operation, index + 1))
  const rows = await database
    .selectFrom('operations')
    .select(['id', 'state', 'dialog_id'])
    .where('id', 'in', ids)
    .execute()
  return rows.sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id))
}
