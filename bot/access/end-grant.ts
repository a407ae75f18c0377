import type { Transaction } from 'kysely'
import type { Schema } from '../store/schema.ts'
import type { PostDraft } from '../turns/outbox.ts'
import { changeGrant, type KeptGrant } from './grants.ts'
import type { RowGround } from './ground.ts'
import { closeGrantReminders } from './reminders.ts'
import { tell } from './tell.ts'
import { factsOf, moment, nameOf } from './words.ts'

/** Why something ended, as a sentence; `left`: the membership stays, and no operation says so in the audit. */
export interface Ending {
  readonly why: string
  readonly left: boolean
  readonly at: Date
}

/**
 * Ends a grant whose row is held, and says so: to whoever asked for it, whoever had it, and everybody who approved it. What
 * never began is told to the first two alone.
 */
export async function endGrant(
  ground: RowGround,
  transaction: Transaction<Schema>,
  grant: KeptGrant,
  { why, left, at }: Ending,
): Promise<readonly PostDraft[]> {
  const change = { state: 'ended', endedAt: at, ending: why, dueAt: null, lookAt: null } as const
  await changeGrant(transaction, grant.id, change)
  await closeGrantReminders(transaction, ground.clock, grant, `It has ended. ${why}`)
  const began = grant.state === 'active'
  const people = [grant.requester, grant.person, ...(began ? grant.approvers : [])]
  const posts = tell(grant, people, `access-ended:${grant.id}:${grant.attempts}`, {
    title: `${grant.title}: ended for ${nameOf(grant.person)}`,
    text: why,
    facts: [
      ...factsOf(grant),
      ...(grant.grantedAt ? [{ title: 'From', value: moment(grant.grantedAt) }] : []),
      { title: 'Ended', value: moment(at) },
    ],
  })
  if (left)
    await ground.audit.appendWithin(transaction, {
      kind: 'event',
      action: 'end-access',
      tenant: grant.tenant,
      actor: 'helpbot',
      target: grant.person.id,
      correlationId: grant.correlationId,
      operationId: `${grant.id}:end:${grant.attempts}`,
      why,
      outcome: 'done',
      detail: { grant: grant.id, group: grant.group.id, membership: 'left as it is' },
    })
  return posts
}
