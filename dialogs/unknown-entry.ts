import type { Chat } from '../bot/channels/chat.ts'
import { offer } from './cards.ts'

/** The end of a look-up that found nothing. */
export function unknownToMe(chat: Chat): void {
  const text = 'I find nothing of that kind that you may see. IT can tell you more.'
  chat.say('unknown', offer('I do not know that', text, 'talk-to-human', 'Talk to IT'))
}
