import type { Transaction } from 'kysely'
import type { HybridRules } from '../policy/schema.ts'
import type { Schema } from '../store/schema.ts'
import type { Follows, FollowUp } from './follow-up.ts'

/** The first look comes after this time, milliseconds; later ones further and further apart. */
export const firstLook = 15_000

/** Those that are about the same thing of the same person: a later one is the truth. */
const together: Readonly<Record<Follows, readonly Follows[]>> = {
  password: ['password'],
  member: ['member', 'not-member'],
  'not-member': ['member', 'not-member'],
  enabled: ['enabled', 'disabled'],
  disabled: ['enabled', 'disabled'],
}

/**
 * Keeps that a change must still be seen in Entra ID, and lets go of what was waited for before it. Repeatable: a change has one row.
 */
export async function writeFollowUp(
  transaction: Transaction<Schema>,
  rules: HybridRules,
  given: Omit<FollowUp, 'state' | 'giveUpAt'> & { readonly now: Date },
): Promise<void> {
  const { operation, tenant, person, kind, group, now } = given
  const known = await transaction
    .selectFrom('sync_follow_ups')
    .select('operation_id')
    .where('operation_id', '=', operation)
    .executeTakeFirst()
  if (known) return
  const overtaken = await transaction
    .updateTable('sync_follow_ups')
    .set({ state: 'overtaken', due_at: null, ended_at: now })
    .where('tenant_id', '=', tenant)
    .where('person_id', '=', person)
    .where('kind', 'in', [...together[kind]])
    .where('group_id', 'is not distinct from', group)
    .where('state', '=', 'waiting')
    .returning('operation_id')
    .execute()
  // The earlier password may arrive first: by the time after which both are there, what is seen is the later one.
  const wait = kind === 'password' && overtaken.length > 0 ? Math.max(firstLook, rules.passwordSync) : firstLook
  await transaction
    .insertInto('sync_follow_ups')
    .values({
      operation_id: operation,
      tenant_id: tenant,
      person_id: person,
      kind,
      group_id: group,
      words: given.words,
      state: 'waiting',
      since: given.since,
      give_up_at: new Date(now.getTime() + rules.giveUpAfter),
      due_at: new Date(now.getTime() + wait),
      ended_at: null,
      correlation_id: given.correlationId,
    })
    .onConflict((conflict) => conflict.column('operation_id').doNothing())
    .execute()
}
