import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Proof } from '../identity/proof.ts'
import type { LockdownState } from '../policy/lockdown.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'

/**
 * Under a lockdown an authenticator that was set up or replaced within `coolingOff` does not count, whoever vouched for it: whoever
 * the lockdown is against may have set it up. Without one the proofs are as they were given.
 */
export async function settledProofs(
  { database, policy, clock }: { readonly database: Kysely<Schema>; readonly policy: Policy; readonly clock: Clock },
  lockdown: LockdownState,
  proofs: readonly Proof[],
): Promise<readonly Proof[]> {
  const [first] = proofs
  const typed = proofs.filter(({ method }) => method === 'totp')
  // Unknown is a no whatever was proved.
  if (lockdown === 'open' || lockdown === 'unknown' || first === undefined || typed.length === 0) return proofs
  const settled = await database
    .selectFrom('totp_factors')
    .select('user_id')
    .where('tenant_id', '=', first.tenant)
    .where('user_id', 'in', [...new Set(typed.map(({ person }) => person))])
    .where('state', '=', 'active')
    .where('confirmed_at', '<=', new Date(clock().getTime() - policy.coolingOff))
    .execute()
  const people = new Set(settled.map(({ user_id }) => user_id))
  return proofs.filter(({ method, person }) => method !== 'totp' || people.has(person))
}
