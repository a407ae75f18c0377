import { looksLikeSecret, secretRefused } from '../bot/escalation/looks-like-secret.ts'
import { card, message } from './cards.ts'
import type { Dialog } from './dialog.ts'

const neverSecrets = 'What is it about? Never write a password or a code here.'

/** "Let me talk to somebody": a thread in the IT channel, with what the person says it is about. */
export const talkToHuman: Dialog = {
  name: 'talk-to-human',
  title: 'Talk to a person',

  async talk(chat, desk) {
    const question = (text: string) => card('ask-text', { title: 'I pass it on to IT', text, button: 'Send to IT' })
    const about = await chat.askSecret<string>('about', question(neverSecrets), async (given) => {
      const text = (given.by === 'text' ? given.text : (given.values.text ?? '')).trim().slice(0, 1_000)
      if (text === '') return undefined
      const secret = looksLikeSecret(text)
      if (secret) return { again: question(`${secretRefused(secret)} ${neverSecrets}`) }
      return { keep: text, closing: 'Passed on to IT.' }
    })
    const told = await chat.once('told', () =>
      desk.tellIt({
        key: 'human',
        reason: 'asks-for-a-person',
        title: 'Somebody asks for a person',
        urgency: 'normal',
        facts: [{ title: 'About', value: about }],
      }),
    )
    const sentence = told.reached
      ? 'IT has it in their channel now and will answer you here. What you write to me meanwhile I pass on.'
      : 'IT will find it in their list of tickets.'
    chat.say('done', message(`Ticket ${told.number}`, sentence))
  },
}
