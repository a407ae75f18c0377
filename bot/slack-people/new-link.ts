import type { Kysely } from 'kysely'
import type { ChannelName } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { Who } from '../identity/who.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'

/** What is said where the chat is too new. */
export const newlyLinked =
  'This chat does not count as a proof yet, because your Slack account was linked to you only lately. Prove it in another way, or ask IT.'

/**
 * Whether the chat account in which somebody speaks was linked to them too lately to count: whoever gets hold of a mailbox links an
 * account of their own to its owner. In Teams the account is the directory's own. A link that is not known counts for nothing.
 */
export async function isNewLink(
  { database, policy, clock }: { readonly database: Kysely<Schema>; readonly policy: Policy; readonly clock: Clock },
  person: Who,
  channel: ChannelName | undefined,
): Promise<boolean> {
  if (channel !== 'slack') return false
  const links = await database
    .selectFrom('slack_people')
    .select('new_since')
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .execute()
  const settled = clock().getTime() - policy.chatLinkMustStandFor
  return links.length === 0 || links.some(({ new_since }) => new_since !== null && new_since.getTime() > settled)
}
