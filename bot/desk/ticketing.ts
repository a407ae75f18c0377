import type { Desk } from '../desk.ts'
import { readPost } from '../turns/outbox.ts'
import type { Ground, Sitting } from './ground.ts'

/** Tickets of this dialog: one request under the dialog's own id, and threads with IT under keys of it. */
export function ticketing(
  ground: Ground,
  { person, dialogId, correlationId }: Sitting,
): Pick<Desk, 'openTicket' | 'closeTicket' | 'tellIt' | 'myTickets' | 'openThreads'> {
  return {
    async openTicket(title) {
      const { number } = await ground.tickets.open({
        id: dialogId,
        person,
        kind: 'request',
        title,
        dialogId,
        correlationId,
      })
      return { number }
    },
    async closeTicket(outcome) {
      await ground.tickets.close(dialogId, outcome)
    },
    async tellIt({ key, title, urgency, reason = 'refused', facts, onceADay }) {
      const day = ground.clock().toISOString().slice(0, 10)
      const id = onceADay ? `${key}:${person.id}:${day}` : `${dialogId}:${key}`
      const { number, posts } = await ground.escalation.open({
        id,
        person,
        reason,
        title,
        urgency,
        facts,
        dialogId,
        correlationId,
      })
      await ground.bringOut(posts)
      const brought = await Promise.all(posts.map((key) => readPost(ground.database, key)))
      return { number, reached: ground.hasItChannel && brought.every((post) => post?.state !== 'failed') }
    },
    async myTickets() {
      const tickets = await ground.tickets.ofPerson(person, 10)
      return tickets.map(({ number, title, state, outcome, openedAt }) => ({
        number,
        title,
        state,
        outcome: outcome ?? '',
        openedAt: `${openedAt.toISOString().slice(0, 19)}Z`,
      }))
    },
    openThreads: () => ground.escalation.list(person),
  }
}
