import type { Kysely } from 'kysely'
import type { UserId } from '../../bot/identity/person.ts'
import type { Schema } from '../../bot/store/schema.ts'

/** Makes somebody's Slack account one that was linked at this moment to somebody who had another; null: one that counts at once. */
export async function linkedSince(
  database: Kysely<Schema>,
  person: UserId | string,
  since: Date | null,
): Promise<void> {
  await database.updateTable('slack_people').set({ new_since: since }).where('user_id', '=', person).execute()
}
