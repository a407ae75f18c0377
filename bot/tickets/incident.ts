import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Person } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import { writePosts } from '../turns/outbox.ts'
import type { Tickets } from './tickets.ts'

export interface Incident {
  /** The ticket's id; the same id is the same incident. */
  readonly id: string
  readonly person: Person
  readonly title: string
  readonly urgency: 'normal' | 'high'
  readonly facts: readonly { readonly title: string; readonly value: string }[]
  readonly dialogId?: string
  readonly correlationId: string
}

/** Opens an incident and writes the card for the IT channel; answers its number and the card's key, to be brought out. */
export async function openIncident(
  ground: { readonly database: Kysely<Schema>; readonly clock: Clock; readonly tickets: Tickets },
  incident: Incident,
): Promise<{ number: number; post: string }> {
  const { id, person, title, urgency, facts, dialogId, correlationId } = incident
  const about = dialogId === undefined ? {} : { dialogId }
  const ticket = await ground.tickets.open({ id, person, kind: 'incident', title, urgency, correlationId, ...about })
  const shown = [{ title: 'Incident', value: String(ticket.number) }, { title: 'Urgency', value: urgency }, ...facts]
  const post = `incident:${id}`
  const content = { card: 'incident', data: { title, facts: shown } }
  await writePosts(
    ground.database,
    [{ key: post, to: { tenant: person.tenant, it: true }, content, correlationId }],
    ground.clock,
  )
  return { number: ticket.number, post }
}
