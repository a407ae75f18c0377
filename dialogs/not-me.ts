import { card, message } from './cards.ts'
import type { Dialog } from './dialog.ts'

/** "This wasn't me": block the account before anything else, at the person's word; only IT opens it again. */
export const notMe: Dialog = {
  name: 'not-me',
  title: 'Something happened that was not me',

  async talk(chat, desk) {
    await chat.once('ticket', () => desk.openTicket('"This was not me"'))
    const answer = await chat.ask(
      'sure',
      card('choose', {
        title: 'Let me protect your account',
        text: 'I end all your sessions, block sign-in and tell IT at once. You will need IT to get back in. Shall I?',
        choices: [
          { title: 'Yes, protect my account now', ids: { choice: 'yes' } },
          { title: 'No, leave it', ids: { choice: 'no' } },
        ],
      }),
      (given) =>
        given.by === 'button' && (given.values.choice === 'yes' || given.values.choice === 'no')
          ? given.values.choice
          : undefined,
      (given) => (given === 'yes' ? 'I am protecting your account.' : 'All right, nothing was changed.'),
    )
    if (answer === 'no') {
      await chat.once('closed', async () => {
        await desk.closeTicket('The person chose to leave it')
        return true
      })
      return
    }
    const report = await chat.once('protected', () => desk.protectAccount('protect', 'the person said so in the chat'))
    chat.say('done', message('Your account', report.sentence))
  },
}
