import { card, message, offer } from './cards.ts'
import type { Dialog } from './dialog.ts'
import { prove } from './prove.ts'

/** "I forgot my password": prove who you are, then see a temporary password once. */
export const resetPassword: Dialog = {
  name: 'reset-password',
  title: 'Reset my password',

  async talk(chat, desk) {
    const ticket = await chat.once('ticket', () => desk.openTicket('Password reset'))
    if (!(await prove(chat, desk, 'reset-password'))) return

    const ready = card('offer-window', {
      title: 'Thank you, I know it is you',
      text: 'When you press the button I set a temporary password and show it once. Have your sign-in page ready.',
      button: 'Show my temporary password',
    })
    const report = await chat.window<{ shown: boolean; sentence: string }>('show', ready, {
      async open() {
        const { password, sentence, again } = await desk.resetPassword('show')
        if (password === undefined) {
          const settled = { keep: { shown: false, sentence }, closing: 'No password was shown.' }
          return {
            title: 'Your password',
            content: message('That did not work', sentence),
            ...(again ? {} : { settled }),
          }
        }
        const content = card('window-password', { ids: { password }, sentence })
        return {
          title: 'Your temporary password',
          content,
          settled: { keep: { shown: true, sentence }, closing: 'Your temporary password was shown.' },
        }
      },
      async submit() {
        return {
          again: {
            title: 'Your password',
            content: message('Already shown', 'Close this window and press the button again.'),
          },
        }
      },
    })

    if (!report.shown) {
      chat.say('not-done', message('Your password', report.sentence))
      return
    }
    chat.say(
      'done',
      offer(
        'Sign in with the temporary password now',
        `You will be asked for a new password of your own at once. ${report.sentence} (Ticket ${ticket.number}.) Closed the window too early? Start again.`,
        'reset-password',
        'Start again',
      ),
    )
  },
}
