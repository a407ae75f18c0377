import type { Transaction } from 'kysely'
import { durations } from '../policy/duration.ts'
import type { Schema } from '../store/schema.ts'
import type { PostDraft } from '../turns/outbox.ts'
import { endGrant } from './end-grant.ts'
import { changeGrant, type KeptGrant } from './grants.ts'
import type { AccessGround } from './ground.ts'
import type { Standing } from './presence.ts'
import { closeGrantReminders } from './reminders.ts'
import { tell } from './tell.ts'
import { nextDue } from './times.ts'
import { factsOf, moment, nameOf } from './words.ts'

/** When the directory did not answer a look, the next one comes after this time. */
const lookAgain = 10 * durations.minute

/**
 * What follows from a look at an active grant, whose row is held.
 * @param standing undefined where the directory did not answer
 */
export async function afterLook(
  ground: AccessGround,
  transaction: Transaction<Schema>,
  grant: KeptGrant,
  standing: Standing | undefined,
): Promise<readonly PostDraft[]> {
  const { access } = ground.policy
  const now = ground.clock()
  if (standing === 'person-gone' || standing === 'group-gone') {
    const why =
      standing === 'person-gone'
        ? `The account of ${nameOf(grant.person)} is not in the directory any more.`
        : 'The group is not in the directory any more.'
    return await endGrant(ground, transaction, grant, { why, left: true, at: now })
  }
  if (standing === 'not-member') return await noticeGone(ground, transaction, grant, now)
  const lookAt = new Date(
    now.getTime() + (standing === undefined ? Math.min(lookAgain, access.lookEvery) : access.lookEvery),
  )
  await changeGrant(transaction, grant.id, { lookAt, dueAt: nextDue({ ...grant, lookAt }, access.remindBeforeEnd) })
  return []
}

/** Somebody has taken it away behind our back: it is told and never given again. */
async function noticeGone(
  ground: AccessGround,
  transaction: Transaction<Schema>,
  grant: KeptGrant,
  now: Date,
): Promise<readonly PostDraft[]> {
  const gone = { ...grant, goneAt: now, lookAt: null }
  const dueAt = nextDue(gone, ground.policy.access.remindBeforeEnd)
  const why = 'Somebody took it away in the directory. I do not give it again: ask for it anew if you still need it.'
  await changeGrant(transaction, grant.id, {
    ...{ goneAt: now, lookAt: null, dueAt },
    // Without an end there is nothing left to wait for.
    ...(grant.endsAt === null ? { state: 'ended', endedAt: now, ending: why } : {}),
  })
  await closeGrantReminders(transaction, ground.clock, grant, why)
  const people = [grant.requester, grant.person, ...grant.approvers]
  const posts = tell(grant, people, `access-gone:${grant.id}:${grant.attempts}`, {
    title: `${grant.title}: ${nameOf(grant.person)} does not have it any more`,
    text: why,
    facts: [...factsOf(grant), { title: 'Noticed', value: moment(now) }],
  })
  await ground.audit.appendWithin(transaction, {
    kind: 'event',
    action: 'notice-removed-access',
    tenant: grant.tenant,
    actor: 'helpbot',
    target: grant.person.id,
    correlationId: grant.correlationId,
    operationId: `${grant.id}:gone:${grant.attempts}`,
    why: 'the membership was taken away, and not by HelpBot',
    outcome: 'done',
    detail: { grant: grant.id, group: grant.group.id },
  })
  return posts
}
