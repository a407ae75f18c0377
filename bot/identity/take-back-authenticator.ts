import type { Kysely } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { Clock } from '../clock.ts'
import type { Schema } from '../store/schema.ts'
import type { TenantId, UserId } from './person.ts'
import { removeFactor } from './totp.ts'
import { within } from './within.ts'

/**
 * "This wasn't me", or a manager who knows nothing of it: whoever acted in the person's name had their authenticator or set it up, so it cannot stay, and neither
 * can the proofs it gave. The row in the audit and the removal are one transaction, the caller's if there is one: then last in it.
 */
export async function takeBackAuthenticator(
  ground: { readonly database: Kysely<Schema>; readonly clock: Clock; readonly audit: Audit },
  whose: {
    readonly tenant: TenantId
    readonly person: UserId
    readonly correlationId: string
    /** Who said so, and what; the person themselves where it is left out. */
    readonly by?: UserId
    readonly why?: string
  },
): Promise<boolean> {
  const { tenant, person, correlationId, by = person, why = '"This wasn\'t me"' } = whose
  return await within(ground.database, async (transaction) => {
    const removed = await removeFactor({ database: transaction, clock: ground.clock }, { tenant, id: person })
    if (removed)
      await ground.audit.appendWithin(transaction, {
        kind: 'event',
        action: 'remove-totp',
        tenant,
        actor: by,
        target: person,
        correlationId,
        outcome: 'done',
        why,
      })
    return removed
  })
}
