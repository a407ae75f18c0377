import type { Kysely } from 'kysely'
import { durations } from '../policy/duration.ts'
import type { Schema } from '../store/schema.ts'
import type { Changed, DirectoryOperation, OperationRequest, ReadBack } from './operation.ts'

/** Each of these makes a new password: of two of them, looking cannot tell which one made it. */
const passwordOperations: ReadonlySet<DirectoryOperation> = new Set(['reset-password', 'reset-password-for'] as const)

/** So far the clocks of two replicas may differ. */
const clocksDiffer = 5 * durations.minute

/**
 * What reading back says of this very change. Whoever was interrupted, or got no answer, and then sees a new password, may see that of
 * another operation that went on beside it: then looking alone says nothing.
 */
export async function whoseChange(
  database: Kysely<Schema>,
  { id, name, tenant, target }: OperationRequest,
  { fate }: Changed,
  read: ReadBack,
): Promise<ReadBack> {
  if (fate === 'accepted' || read !== 'as-wanted' || !passwordOperations.has(name)) return read
  const own = await database.selectFrom('operations').select('started_at').where('id', '=', id).executeTakeFirst()
  if (!own) return 'as-before'
  const since = new Date(own.started_at.getTime() - clocksDiffer)
  const other = await database
    .selectFrom('operations')
    .select('id')
    .where('tenant_id', '=', tenant)
    .where('target_id', '=', target)
    .where('name', 'in', [...passwordOperations])
    .where('id', '<>', id)
    .where('state', 'not in', ['refused', 'failed'])
    .where((or) => or.or([or('finished_at', 'is', null), or('finished_at', '>', since)]))
    .limit(1)
    .executeTakeFirst()
  return other ? 'as-before' : read
}
