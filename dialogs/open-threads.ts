import { card, message } from './cards.ts'
import type { Dialog } from './dialog.ts'

/** "Which threads are open?": for IT, the urgent ones first. */
export const openThreads: Dialog = {
  name: 'open-threads',
  title: 'Open threads (IT)',
  inMenu: false,

  async talk(chat, desk) {
    const open = await desk.openThreads()
    if (!open) chat.say('not-it', message('Open threads', 'Only IT can see these. Your own are under "My requests".'))
    else if (open.threads.length === 0) chat.say('none', message('Open threads', 'Nobody waits for IT.'))
    else
      chat.say(
        'list',
        card('open-threads', {
          threads: open.threads.map(({ number, title, who, urgency, state, openedAt }) => ({
            number,
            title: urgency === 'high' ? `High urgency: ${title}` : title,
            who,
            state,
            ids: { openedAt: `${openedAt.toISOString().slice(0, 19)}Z` },
          })),
          ...(open.more > 0 ? { more: `… and ${open.more} more` } : {}),
        }),
      )
  },
}
