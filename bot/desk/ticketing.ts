import type { Desk } from '../desk.ts'
import { openIncident } from '../tickets/incident.ts'
import type { Ground, Sitting } from './ground.ts'

/** Tickets of this dialog: one request under the dialog's own id, and incidents under keys of it. */
export function ticketing(
  ground: Ground,
  { person, dialogId, correlationId }: Sitting,
): Pick<Desk, 'openTicket' | 'closeTicket' | 'tellIt' | 'myTickets'> {
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
    async tellIt({ key, title, urgency, facts, onceADay }) {
      const day = ground.clock().toISOString().slice(0, 10)
      const id = onceADay ? `${key}:${person.id}:${day}` : `${dialogId}:${key}`
      const { number, post } = await openIncident(ground, {
        id,
        person,
        title,
        urgency,
        facts,
        dialogId,
        correlationId,
      })
      await ground.bringOut([post])
      return { number, reached: ground.hasItChannel }
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
  }
}
