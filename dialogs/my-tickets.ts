import { card, message } from './cards.ts'
import type { Dialog } from './dialog.ts'

/** "Any news on my request?": the person's own latest tickets, and where their requests for access stand. */
export const myTickets: Dialog = {
  name: 'my-tickets',
  title: 'My requests',

  async talk(chat, desk) {
    const [tickets, requests] = await Promise.all([desk.myTickets(), desk.myRequests()])
    const listed = new Set(tickets.map(({ number }) => number))
    const standing = new Map(requests.map((request) => [request.number, request.standing]))
    const others = requests.filter(({ open, number }) => open && !listed.has(number))
    const lines = [
      ...others.map(({ number, title, standing: outcome, askedAt }) => ({
        number,
        title,
        state: 'open',
        outcome,
        openedAt: `${askedAt.slice(0, 19)}Z`,
      })),
      ...tickets.map((ticket) => ({ ...ticket, outcome: standing.get(ticket.number) ?? ticket.outcome })),
    ]
    if (lines.length === 0) chat.say('none', message('My requests', 'You have asked for nothing yet.'))
    else
      chat.say(
        'list',
        card('tickets', { tickets: lines.map((line) => ({ ...line, ids: { openedAt: line.openedAt } })) }),
      )
  },
}
