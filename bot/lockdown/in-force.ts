import type { Kysely } from 'kysely'
import { z } from 'zod'
import { type TenantId, userId } from '../identity/person.ts'
import { type LockdownState, lockdownModes } from '../policy/lockdown.ts'
import type { Schema } from '../store/schema.ts'
import type { Named } from './proposals.ts'

/** What two people of IT have put in force for everybody. */
export interface InForce {
  readonly mode: (typeof lockdownModes)[number]
  readonly reason: string
  readonly askedBy: Named
  readonly confirmedBy: Named
  readonly since: Date
  /** What was confirmed. */
  readonly proposal: string
}

const row = z.object({
  mode: z.enum(lockdownModes),
  reason: z.string(),
  asked_by: userId,
  asked_by_name: z.string(),
  confirmed_by: userId,
  confirmed_by_name: z.string(),
  since: z.date(),
  proposal_id: z.string(),
})

/** Reads what is in force; undefined = self-service is open. Kept nowhere: every replica reads the same row. @throws when it cannot be read */
export async function readInForce(database: Kysely<Schema>, tenant: TenantId): Promise<InForce | undefined> {
  const found = await lockdownRow(database, tenant).executeTakeFirst()
  if (!found) return undefined
  const read = row.parse(found)
  return {
    mode: read.mode,
    reason: read.reason,
    askedBy: { id: read.asked_by, name: read.asked_by_name },
    confirmedBy: { id: read.confirmed_by, name: read.confirmed_by_name },
    since: read.since,
    proposal: read.proposal_id,
  }
}

/** The same for a decision. Never throws: what cannot be read is `unknown`, and that is a no. */
export async function lockdownNow(database: Kysely<Schema>, tenant: TenantId): Promise<LockdownState> {
  try {
    return (await readInForce(database, tenant))?.mode ?? 'open'
  } catch {
    return 'unknown'
  }
}

/** The query of the row, to be asked together with something else; `modeOf` says what came of it. */
export function lockdownRow(database: Kysely<Schema>, tenant: TenantId) {
  return database.selectFrom('lockdowns').selectAll().where('tenant_id', '=', tenant)
}

/** The same for a decision, from a row or what became of it as JSON. What cannot be understood is `unknown`. */
export function modeOf(found: object | null): LockdownState {
  return found === null ? 'open' : (row.pick({ mode: true }).safeParse(found).data?.mode ?? 'unknown')
}
