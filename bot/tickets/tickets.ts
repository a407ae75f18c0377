import type { Person } from '../identity/person.ts'

export interface Ticket {
  readonly id: string
  /** What people say: "ticket 1042". */
  readonly number: number
  readonly title: string
  readonly kind: 'request' | 'incident'
  readonly urgency: 'normal' | 'high'
  readonly state: 'open' | 'closed'
  readonly outcome: string | undefined
  readonly openedAt: Date
  readonly closedAt: Date | undefined
}

/** Any ticket system; built-in now, ServiceNow and others later. Every write is repeatable by id. */
export interface Tickets {
  /** Opens a ticket under an id of the caller's choosing; a second call with the same id returns the first one's ticket. */
  open(ticket: {
    id: string
    person: Person
    kind: 'request' | 'incident'
    title: string
    urgency?: 'normal' | 'high'
    dialogId?: string
    correlationId: string
  }): Promise<Ticket>
  /** Adds a line of what happened. The same text twice in a row is kept once. */
  note(id: string, text: string): Promise<void>
  /** Closes with an outcome sentence; closing a closed ticket changes nothing. `last` is a line of what happened, kept once. */
  close(id: string, outcome: string, last?: string): Promise<Ticket>
  /** A person's latest tickets, newest first. */
  ofPerson(person: Person, limit: number): Promise<readonly Ticket[]>
}
