import type { Kysely } from 'kysely'
import { z } from 'zod'
import { verifyDatabase } from '../../bot/audit/rows.ts'
import type { Schema } from '../../bot/store/schema.ts'

const audited = z.object({ kind: z.string(), operationId: z.string().optional(), outcome: z.string().optional() })

/** Whether every operation has one intent and one outcome, the one that its row says, in a chain that is whole. */
export async function auditFaults(database: Kysely<Schema>): Promise<readonly string[]> {
  const faults: string[] = []
  const rows = await database.selectFrom('audit').select('event').orderBy('seq').execute()
  const ended = await database.selectFrom('operations').select(['id', 'state']).execute()
  const events = rows.map(({ event }) => audited.parse(event))
  const intents = events.filter(({ kind }) => kind === 'intent').map(({ operationId }) => operationId)
  if (new Set(intents).size !== intents.length) faults.push('an intent stands twice in the audit')
  for (const { id, state } of ended) {
    const outcomes = events.filter(({ kind, operationId }) => kind === 'outcome' && operationId === id)
    if (outcomes.length !== 1) faults.push(`${id} has ${outcomes.length} outcomes`)
    if (outcomes[0]?.outcome !== state) faults.push(`${id} is ${state}, and ${outcomes[0]?.outcome} in the audit`)
  }
  const known = new Set(ended.map(({ id }) => id))
  for (const id of intents) if (id === undefined || !known.has(id)) faults.push(`${id} is not there`)
  const { fault } = await verifyDatabase(database)
  if (fault !== undefined) faults.push(`the chain is broken: ${JSON.stringify(fault)}`)
  return faults
}
