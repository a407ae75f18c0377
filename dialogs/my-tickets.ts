import { card, message } from './cards.ts'
import type { Dialog } from './dialog.ts'

/** "Any news on my request?": the person's own latest tickets. */
export const myTickets: Dialog = {
  name: 'my-tickets',
  title: 'My requests',

  async talk(chat, desk) {
    const tickets = await desk.myTickets()
    if (tickets.length === 0) chat.say('none', message('My requests', 'You have asked for nothing yet.'))
    else
      chat.say(
        'list',
        card('tickets', { tickets: tickets.map((ticket) => ({ ...ticket, ids: { openedAt: ticket.openedAt } })) }),
      )
  },
}
