import type { Kysely } from 'kysely'
import type { TenantId } from '../../../bot/identity/person.ts'
import type { LockdownMode } from '../../../bot/policy/lockdown.ts'
import type { Schema } from '../../../bot/store/schema.ts'

/** Puts a lockdown in force as if two of IT had said so. */
export async function lockDown(
  database: Kysely<Schema>,
  tenant: TenantId,
  mode: LockdownMode,
  since: Date,
): Promise<void> {
  await lift(database)
  await database
    .insertInto('lockdowns')
    .values({
      tenant_id: tenant,
      mode,
      reason: 'Somebody phishes our passwords',
      asked_by: '0b0b0b0b-0000-4000-8000-000000000007',
      asked_by_name: 'Helen Park',
      confirmed_by: '0b0b0b0b-0000-4000-8000-000000000008',
      confirmed_by_name: 'Sam Whitfield',
      since,
      proposal_id: 'a-test',
    })
    .execute()
}

export async function lift(database: Kysely<Schema>): Promise<void> {
  await database.deleteFrom('lockdowns').execute()
}
