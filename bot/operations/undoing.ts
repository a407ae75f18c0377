import type { Kysely } from 'kysely'
import { z } from 'zod'
import { contractOf } from '../access/contracts.ts'
import { heldAgainst } from '../access/held-against.ts'
import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import { type GroupId, groupId, type TenantId, tenantId, type UserId, userId } from '../identity/person.ts'
import type { Catalogue } from '../policy/catalogue/catalogue.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import { type AccessRows, accessRows, contractIsOver, strangeRows } from './access-rows.ts'
import { approvalFails } from './approved.ts'
import { type AboutAccess, type AccessOperation, accessOperations, type BeforeAccess } from './operation.ts'

export interface UndoingGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly directory: Pick<Directory, 'user' | 'memberOf'>
  readonly policy: Policy
  readonly catalogue: Pick<Catalogue, 'entries' | 'conflicts'>
}

/** A change of access that was made, or may have been. */
export interface MadeChange {
  readonly id: string
  readonly name: AccessOperation
  readonly tenant: TenantId
  readonly target: UserId
  readonly state: 'done' | 'unclear'
  readonly about: AboutAccess
  readonly before: BeforeAccess
  readonly startedAt: Date
  readonly finishedAt: Date
  readonly undoneBy: string | null
  readonly correlationId: string
}

/** What takes a change back. */
export const inverse: Readonly<Record<AccessOperation, AccessOperation>> = {
  'grant-access': 'revoke-access',
  'revoke-access': 'grant-access',
  'disable-account': 'enable-account',
  'enable-account': 'disable-account',
}

const idOrNull = z.string().nullable()
const warrant = z.union([
  z.object({ by: z.literal('approval'), request: z.string(), grant: idOrNull, contract: idOrNull }),
  z.object({ by: z.literal('expiry'), grant: idOrNull, contract: idOrNull }),
  z.object({ by: z.literal('handed-back'), grant: z.string(), contract: z.null() }),
  z.object({ by: z.literal('undo'), operation: z.string(), grant: idOrNull, contract: idOrNull }),
])

/** The row of an operation that changed access, as far as there is something to go back to. */
const madeChange = z
  .object({
    id: z.string(),
    name: z.enum(accessOperations),
    tenant_id: tenantId,
    target_id: userId,
    state: z.enum(['done', 'unclear']),
    about: z.object({
      group: z.object({ id: groupId, name: z.string() }).nullable(),
      title: z.string(),
      warrant,
    }),
    before: z.object({ member: z.boolean().nullable(), accountEnabled: z.boolean().nullable() }),
    started_at: z.date(),
    finished_at: z.date(),
    undone_by: z.string().nullable(),
    correlation_id: z.string(),
  })
  .transform(
    (row): MadeChange => ({
      id: row.id,
      name: row.name,
      tenant: row.tenant_id,
      target: row.target_id,
      state: row.state,
      about: row.about,
      before: row.before,
      startedAt: row.started_at,
      finishedAt: row.finished_at,
      undoneBy: row.undone_by,
      correlationId: row.correlation_id,
    }),
  )

/** A change of access by its row; undefined for a row that is none, or that tells of nothing that was changed. */
export function asMadeChange(row: unknown): MadeChange | undefined {
  return madeChange.safeParse(row).data
}

export async function readMadeChange(database: Kysely<Schema>, id: string): Promise<MadeChange | undefined> {
  return asMadeChange(await database.selectFrom('operations').selectAll().where('id', '=', id).executeTakeFirst())
}

/**
 * Why a change cannot be undone, as a sentence for IT; undefined when it can. What gives access back needs the approval that gave
 * it the first time, and no membership outlives that.
 * @throws DirectoryError: unknown is never "yes"
 */
export async function cannotUndo(ground: UndoingGround, made: MadeChange): Promise<string | undefined> {
  const { database, clock, policy } = ground
  const now = clock()
  if (made.undoneBy !== null) return 'It has been undone already.'
  if (made.finishedAt.getTime() < now.getTime() - policy.access.undoFor) return 'It is too long ago.'
  if (changedNothing(made)) return 'Nothing was changed then, so there is nothing to undo.'
  const group = made.about.group?.id ?? null
  const rows = await accessRows(database, made.about.warrant)
  const what = { warrant: made.about.warrant, tenant: made.tenant, person: made.target, group }
  if (strangeRows(rows, what) !== undefined) return 'What it was made for is not there any more.'
  if (group === null) return await cannotUndoForAccount(ground, made, rows)
  if (await carriedOtherwise(database, made, group))
    return 'Another approved access is for the same group now: end that one instead.'
  return made.name === 'revoke-access' ? await cannotGiveBack(ground, rows, now) : undefined
}

function changedNothing({ name, before }: MadeChange): boolean {
  if (name === 'grant-access') return before.member !== false
  if (name === 'revoke-access') return before.member !== true
  return before.accountEnabled !== (name === 'disable-account')
}

async function cannotUndoForAccount(
  ground: UndoingGround,
  made: MadeChange,
  { contract, request }: AccessRows,
): Promise<string | undefined> {
  if (!contract) return 'What it was made for is not there any more.'
  const other = await contractOf(ground.database, made.tenant, made.target)
  if (other && other.id !== contract.id) return 'The account works under another contract now.'
  if (made.name === 'enable-account') return undefined
  if (contract.endsAt.getTime() <= ground.clock().getTime()) return runOut
  const what = { tenant: made.tenant, person: made.target, group: null, endsAt: contract.endsAt }
  return (await approvalFails(ground.directory, request, what)) === undefined ? undefined : noApproval
}

async function cannotGiveBack(
  ground: UndoingGround,
  { grant, contract, request }: AccessRows,
  now: Date,
): Promise<string | undefined> {
  if (!grant) return 'No approval of mine gave it, so it has to be asked for.'
  if (grant.endsAt !== null && grant.endsAt.getTime() <= now.getTime()) return runOut
  if (contract && contractIsOver(contract, now)) return runOut
  const what = { tenant: grant.tenant, person: grant.person.id, group: grant.group.id, endsAt: grant.endsAt }
  if ((await approvalFails(ground.directory, request, what)) !== undefined) return noApproval
  return await heldAgainst(ground, grant)
}

/** Whether another grant that waits or is active is for the same membership. */
async function carriedOtherwise(database: Kysely<Schema>, made: MadeChange, group: GroupId): Promise<boolean> {
  const { grant } = made.about.warrant
  const row = await database
    .selectFrom('access_grants')
    .select('id')
    .where('tenant_id', '=', made.tenant)
    .where('person_id', '=', made.target)
    .where('group_id', '=', group)
    .where('state', 'in', ['waiting', 'active'])
    .where('id', 'is distinct from', grant)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

const runOut = 'The approval has run out.'
const noApproval = 'The approval behind it does not hold any more, so it has to be asked for anew.'
