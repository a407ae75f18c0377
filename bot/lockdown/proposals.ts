import type { Kysely, Transaction } from 'kysely'
import { z } from 'zod'
import { type TenantId, tenantId, type UserId, userId } from '../identity/person.ts'
import { type LockdownMode, lockdownModes } from '../policy/lockdown.ts'
import type { OperationName } from '../policy/operation-name.ts'
import type { Schema } from '../store/schema.ts'

export interface Named {
  readonly id: UserId
  readonly name: string
}

export const wantedStates = [...lockdownModes, 'open'] as const
/** What is to be in force. */
export type Wanted = (typeof wantedStates)[number]

/** What somebody of IT wants, until a second one has said yes or it is over. */
export interface Proposal {
  readonly id: string
  readonly tenant: TenantId
  readonly wanted: Wanted
  readonly reason: string
  /** What was in force when it was asked, by the proposal that put it there. */
  readonly insteadOf: string | undefined
  readonly state: 'asked' | 'confirmed' | 'withdrawn' | 'expired' | 'overtaken'
  readonly askedBy: Named
  readonly askedAt: Date
  readonly expiresAt: Date
  readonly correlationId: string
}

const row = z.object({
  id: z.string(),
  tenant_id: tenantId,
  wanted: z.enum(wantedStates),
  reason: z.string(),
  instead_of: z.string().nullable(),
  state: z.enum(['asked', 'confirmed', 'withdrawn', 'expired', 'overtaken']),
  asked_by: userId,
  asked_by_name: z.string(),
  asked_at: z.date(),
  expires_at: z.date(),
  correlation_id: z.string(),
})

function proposalOf(found: unknown): Proposal {
  const read = row.parse(found)
  return {
    id: read.id,
    tenant: read.tenant_id,
    wanted: read.wanted,
    reason: read.reason,
    insteadOf: read.instead_of ?? undefined,
    state: read.state,
    askedBy: { id: read.asked_by, name: read.asked_by_name },
    askedAt: read.asked_at,
    expiresAt: read.expires_at,
    correlationId: read.correlation_id,
  }
}

/** Which leave it needs to come from one to the other; undefined where nothing would change. What asks for less lifts. */
export function operationFor(now: LockdownMode | undefined, wanted: Wanted): OperationName | undefined {
  if (wanted === (now ?? 'open')) return undefined
  return wanted === 'open' || (now === 'freeze' && wanted === 'strict') ? 'lift-lockdown' : 'lock-down'
}

export async function readProposal(database: Kysely<Schema>, id: string): Promise<Proposal | undefined> {
  const found = await database.selectFrom('lockdown_proposals').selectAll().where('id', '=', id).executeTakeFirst()
  return found && proposalOf(found)
}

/** The one that waits for a second person, if one does. */
export async function openProposal(database: Kysely<Schema>, tenant: TenantId): Promise<Proposal | undefined> {
  const found = await database
    .selectFrom('lockdown_proposals')
    .selectAll()
    .where('tenant_id', '=', tenant)
    .where('state', '=', 'asked')
    .executeTakeFirst()
  return found && proposalOf(found)
}

/** Holds it until the transaction ends, so that two who confirm come one after the other. */
export async function holdProposal(transaction: Transaction<Schema>, id: string): Promise<Proposal | undefined> {
  const found = await transaction
    .selectFrom('lockdown_proposals')
    .selectAll()
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return found && proposalOf(found)
}

/** Writes one down; false when one waits already, or this very one does. */
export async function insertProposal(transaction: Transaction<Schema>, proposal: Proposal): Promise<boolean> {
  const written = await transaction
    .insertInto('lockdown_proposals')
    .values({
      id: proposal.id,
      tenant_id: proposal.tenant,
      wanted: proposal.wanted,
      reason: proposal.reason,
      instead_of: proposal.insteadOf ?? null,
      state: proposal.state,
      asked_by: proposal.askedBy.id,
      asked_by_name: proposal.askedBy.name,
      asked_at: proposal.askedAt,
      expires_at: proposal.expiresAt,
      correlation_id: proposal.correlationId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .execute()
  return written.length === 1
}

/** Ends one that is held. */
export async function endProposal(
  transaction: Transaction<Schema>,
  { id }: Proposal,
  state: Exclude<Proposal['state'], 'asked'>,
  by: Named | undefined,
  at: Date,
): Promise<void> {
  await transaction
    .updateTable('lockdown_proposals')
    .set({ state, decided_by: by?.id ?? null, decided_by_name: by?.name ?? null, decided_at: at })
    .where('id', '=', id)
    .execute()
}

/** Those whose time has run out. */
export async function overdueProposals(database: Kysely<Schema>, now: Date, limit: number): Promise<readonly string[]> {
  const rows = await database
    .selectFrom('lockdown_proposals')
    .select('id')
    .where('state', '=', 'asked')
    .where('expires_at', '<=', now)
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}
