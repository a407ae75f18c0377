import { type Kysely, type QueryCreator, type Selectable, sql } from 'kysely'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Person } from '../identity/person.ts'
import { within } from '../identity/within.ts'
import { plainText } from '../plain-text.ts'
import type { Schema, TicketsTable } from '../store/schema.ts'
import type { Ticket, Tickets } from './tickets.ts'

const longestTitle = 200
const longestNote = 2_000
const mostListed = 100

const id = z.string().regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters')

/**
 * Tickets in HelpBot's own database, for companies without a ticket system and for the practice company. Titles are cut to
 * 200 characters, notes and outcomes to 2,000; what cannot be seen in them becomes a space.
 *
 * Methods reject with the database's error, and `note` and `close` with an Error that names the id when there is no such ticket.
 */
export function builtInTickets(database: Kysely<Schema>, clock: Clock): Tickets {
  async function note(ticketId: string, text: string): Promise<void> {
    const line = noteLine(text)
    await within(database, async (transaction) => {
      // Notes of one ticket are written one after the other, so that the last one is the last one.
      const ticket = transaction.selectFrom('tickets').select('id').where('id', '=', ticketId).forUpdate()
      await ticket.executeTakeFirstOrThrow(() => noTicket(ticketId))
      const last = await transaction
        .selectFrom('ticket_notes')
        .select('text')
        .where('ticket_id', '=', ticketId)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirst()
      if (last?.text === line) return
      await transaction.insertInto('ticket_notes').values({ ticket_id: ticketId, at: clock(), text: line }).execute()
    })
  }

  return {
    async open({ person, kind, title, urgency = 'normal', dialogId, correlationId, ...given }) {
      const ticketId = id.parse(given.id)
      const opened = await database
        .insertInto('tickets')
        .values({
          id: ticketId,
          tenant_id: person.tenant,
          user_id: person.id,
          kind,
          title: plainText(title, longestTitle),
          urgency,
          state: 'open',
          outcome: null,
          dialog_id: dialogId ?? null,
          correlation_id: id.parse(correlationId),
          opened_at: clock(),
          closed_at: null,
        })
        // Waits for whoever is just opening the same one, so that theirs is found below.
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returningAll()
        .executeTakeFirst()
      return opened ? toTicket(opened) : existing(database, ticketId)
    },

    note,

    async close(ticketId, outcome, last) {
      const now = clock()
      const close = (connection: QueryCreator<Schema>) =>
        connection
          .updateTable('tickets')
          .set({ state: 'closed', outcome: plainText(outcome, longestNote, { lines: true }), closed_at: now })
          .where('id', '=', ticketId)
          .where('state', '=', 'open')
          .returningAll()
      if (last === undefined) {
        const closed = await close(database).executeTakeFirst()
        return closed ? toTicket(closed) : existing(database, ticketId)
      }
      // A ticket is closed once, and its last line is written by whoever closes it: in one statement, so that nobody writes it alone.
      const closed = await database
        .with('closed', close)
        .with('noted', (query) =>
          query
            .insertInto('ticket_notes')
            .columns(['ticket_id', 'at', 'text'])
            .expression((row) =>
              row
                .selectFrom('closed')
                .select([
                  'id',
                  sql<Date>`${now}::timestamptz`.as('at'),
                  sql<string>`${noteLine(last)}::text`.as('text'),
                ]),
            ),
        )
        .selectFrom('closed')
        .selectAll()
        .executeTakeFirst()
      if (closed) return toTicket(closed)
      await note(ticketId, last)
      return existing(database, ticketId)
    },

    async ofPerson(person: Person, limit) {
      const rows = await database
        .selectFrom('tickets')
        .selectAll()
        .where('tenant_id', '=', person.tenant)
        .where('user_id', '=', person.id)
        .orderBy('opened_at', 'desc')
        .orderBy('number', 'desc')
        .limit(Math.min(Math.max(Math.trunc(limit), 1), mostListed))
        .execute()
      return rows.map(toTicket)
    },
  }
}

async function existing(database: Kysely<Schema>, ticketId: string): Promise<Ticket> {
  const row = await database
    .selectFrom('tickets')
    .selectAll()
    .where('id', '=', ticketId)
    .executeTakeFirstOrThrow(() => noTicket(ticketId))
  return toTicket(row)
}

function noteLine(text: string): string {
  return plainText(text, longestNote, { lines: true })
}

function noTicket(ticketId: string): Error {
  return new Error(`there is no ticket ${plainText(ticketId, 200)}`)
}

function toTicket(row: Selectable<TicketsTable>): Ticket {
  return {
    id: row.id,
    // pg gives bigint as text.
    number: Number(row.number),
    title: row.title,
    kind: row.kind,
    urgency: row.urgency,
    state: row.state,
    outcome: row.outcome ?? undefined,
    openedAt: row.opened_at,
    closedAt: row.closed_at ?? undefined,
  }
}
