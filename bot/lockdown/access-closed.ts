import type { Kysely } from 'kysely'
import type { TenantId } from '../identity/person.ts'
import { closedSentence } from '../policy/lockdown.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import { lockdownNow } from './in-force.ts'

/**
 * Why nobody can ask for access now, or keep it for longer; undefined where they can. Access rests on what others say, which is not
 * enough under any lockdown. What cannot be read is taken for one.
 */
export async function accessClosed(
  { database, policy }: { readonly database: Kysely<Schema>; readonly policy: Pick<Policy, 'lockdown'> },
  tenant: TenantId,
): Promise<string | undefined> {
  const state = await lockdownNow(database, tenant)
  return state === 'open' ? undefined : closedSentence(policy.lockdown.contact)
}
