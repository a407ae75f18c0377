import { card, message } from './cards.ts'
import type { Dialog } from './dialog.ts'

/** "Let me talk to somebody": a ticket that IT sees, with what the person says it is about. */
export const talkToHuman: Dialog = {
  name: 'talk-to-human',
  title: 'Talk to a person',

  async talk(chat, desk) {
    const about = await chat.ask(
      'about',
      card('ask-text', {
        title: 'I pass it on to IT',
        text: 'What is it about? Never write a password or a code here.',
        button: 'Send to IT',
      }),
      (given) => {
        const text = (given.by === 'text' ? given.text : (given.values.text ?? '')).trim().slice(0, 1_000)
        return text === '' ? undefined : text
      },
      () => 'Passed on to IT.',
    )
    const told = await chat.once('told', () =>
      desk.tellIt({
        key: 'human',
        title: 'Somebody asks for a person',
        urgency: 'normal',
        facts: [
          { title: 'Who', value: chat.person.name },
          { title: 'About', value: about },
        ],
      }),
    )
    const sentence = told.reached
      ? 'IT has it in their channel now and will write to you.'
      : 'IT will find it in their list of tickets.'
    chat.say('done', message(`Ticket ${told.number}`, sentence))
  },
}
