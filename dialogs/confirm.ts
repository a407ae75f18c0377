import type { Chat } from '../bot/channels/chat.ts'
import { card } from './cards.ts'

/** Asks whether something is to be done; `yes` stands on the button. */
export async function confirm(chat: Chat, key: string, title: string, text: string, yes: string): Promise<boolean> {
  const choices = [
    { title: yes, ids: { choice: 'yes' } },
    { title: 'No, leave it', ids: { choice: 'no' } },
  ]
  const answer = await chat.ask(
    key,
    card('choose', { title, text, choices }),
    (given) => {
      if (given.by === 'button') return choices.find(({ ids }) => ids.choice === given.values.choice)?.ids.choice
      if (/^\W*(yes|yes please|ok|okay|sure|go ahead)\W*$/i.test(given.text)) return 'yes'
      return /^\W*(no|no thanks|leave it)\W*$/i.test(given.text) ? 'no' : undefined
    },
    (given) => (given === 'yes' ? `${yes}.` : 'All right, nothing was changed.'),
  )
  return answer === 'yes'
}
