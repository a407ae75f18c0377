import type { Transaction } from 'kysely'
import { confirmationPost } from '../approvals/close-cards.ts'
import type { CardContent } from '../channels/chat.ts'
import { withdrawOfDialog } from '../identity/manager.ts'
import type { Schema } from '../store/schema.ts'
import type { PostChange } from '../turns/outbox.ts'
import type { EscalationGround } from './ground.ts'
import type { Thread } from './threads.ts'

export const callerPurpose = 'verify-caller'

/** What confirmations of a thread name as their dialog: no dialog ever has such an id, so none can use them. */
export function callerDialog(threadId: string): string {
  return `thread:${threadId}`
}

/** The key of the card with the number, for whoever is on the phone for IT. */
export function numberPost(confirmation: string): string {
  return `${confirmationPost(confirmation)}:number`
}

/** Both cards of a caller check, closed with what became of it. */
export async function closedCallerCards(
  transaction: Transaction<Schema>,
  confirmation: string,
  forPerson: string,
  forIt: string,
): Promise<readonly PostChange[]> {
  const closings = new Map([
    [confirmationPost(confirmation), forPerson],
    [numberPost(confirmation), forIt],
  ])
  const posts = await transaction
    .selectFrom('posts')
    .select(['key', 'content'])
    .where('key', 'in', [...closings.keys()])
    .execute()
  return posts.map(({ key, content }) => ({
    key,
    content: { ...(content as CardContent), closed: closings.get(key) ?? forIt },
  }))
}

/** The thread is over: nobody needs to say who is on the phone any more. */
export async function withdrawCallerCheck(
  ground: EscalationGround,
  transaction: Transaction<Schema>,
  thread: Thread,
): Promise<readonly PostChange[]> {
  if (thread.callerCheck === undefined) return []
  await withdrawOfDialog({ database: transaction, clock: ground.clock }, callerDialog(thread.id))
  return await closedCallerCards(transaction, thread.callerCheck, 'Not needed any more.', 'The thread was resolved.')
}
