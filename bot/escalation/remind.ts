import { within } from '../identity/within.ts'
import type { EscalationGround } from './ground.ts'
import { forIt, sentence, takeStep } from './step.ts'
import { happened } from './thread-card.ts'
import { holdThread } from './threads.ts'
import { minutes } from './words.ts'

/** After so many reminders the list of open threads must do. */
const mostReminders = 4

/** See Escalation.remind: each reminder waits longer than the one before. */
export async function remind(ground: EscalationGround, limit: number): Promise<readonly string[]> {
  const now = ground.clock()
  const due = await ground.database
    .selectFrom('threads')
    .select('id')
    .where('remind_at', '<=', now)
    .orderBy('remind_at')
    .limit(limit)
    .execute()
  const posts: string[] = []
  for (const { id } of due) posts.push(...(await remindOf(ground, id, now)))
  return posts
}

async function remindOf(ground: EscalationGround, id: string, now: Date): Promise<readonly string[]> {
  return await within(ground.database, async (transaction) => {
    const thread = await holdThread(transaction, { id })
    // Another replica, or IT itself, may have been quicker.
    if (!thread?.remindAt || thread.remindAt > now) return []
    const count = thread.reminders + 1
    const waits = thread.personWroteAt ?? thread.openedAt
    const taken = thread.facts.find(({ title }) => title === happened.taken)
    const has = taken ? ` Taken by ${taken.value}.` : ''
    const text = `Nobody has answered for ${minutes(now.getTime() - waits.getTime())}.${has}`
    const next = new Date(now.getTime() + ground.reminders[thread.urgency] * (count + 1))
    const again = ground.hasItChannel && count < mostReminders
    const key = `${thread.headPost}:reminder:${waits.getTime()}:${count}`
    const { posts } = await takeStep(ground, transaction, thread, {
      set: { reminders: count, remind_at: again ? next : null },
      posts: forIt(ground, [
        {
          key,
          to: { tenant: thread.person.tenant, thread: thread.id },
          content: sentence(text),
          correlationId: thread.correlationId,
        },
      ]),
    })
    return posts
  })
}
