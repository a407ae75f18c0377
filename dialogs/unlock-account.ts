import { message, offer } from './cards.ts'
import type { Dialog } from './dialog.ts'

/** "I'm locked out": Entra ID has no unlock, so say what is true and offer what helps. */
export const unlockAccount: Dialog = {
  name: 'unlock-account',
  title: 'Unlock my account',

  async talk(chat, desk) {
    const ticket = await chat.once('ticket', () => desk.openTicket('Account locked'))
    const onPremises = await chat.once('on-premises', () => desk.isOnPremises())
    if (onPremises) {
      const told = await chat.once('told', () =>
        desk.tellIt({
          key: 'locked',
          title: 'Account locked on-premises',
          urgency: 'high',
          facts: [{ title: 'Who', value: chat.person.name }],
        }),
      )
      const reached = told.reached ? 'IT has been told just now' : 'IT finds it in the list of incidents'
      chat.say(
        'on-premises-answer',
        message(
          'Your account lives in the company’s own directory',
          `I cannot unlock it from here yet. ${reached}: incident ${told.number}.`,
        ),
      )
      return
    }
    chat.say(
      'answer',
      offer(
        'Microsoft unlocks by itself',
        'After too many wrong passwords Microsoft makes you wait: about a minute at first, longer each time. Nobody can end that wait by hand. Wait a minute and try once more; or, if you are not sure of your password, let me reset it.',
        'reset-password',
        'Reset my password',
      ),
    )
    await chat.once('closed', async () => {
      await desk.closeTicket(`Explained the waiting time (ticket ${ticket.number})`)
      return true
    })
  },
}
