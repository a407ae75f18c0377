import { message } from './cards.ts'
import { chooseLine } from './choose-line.ts'
import { confirm } from './confirm.ts'
import type { Dialog } from './dialog.ts'

/** "I do not need it any more": takes an open request back, and nobody is asked any more. */
export const withdrawRequest: Dialog = {
  name: 'withdraw-request',
  title: 'Withdraw a request',
  inMenu: false,

  async talk(chat, desk) {
    const open = await chat.once('open', async () => (await desk.myRequests()).filter((request) => request.open))
    const lines = open.map(({ number, for: whom, ...request }) => ({
      ...request,
      number,
      about: whom === chat.person.name ? `request ${number}` : `request ${number}, for ${whom}`,
    }))
    const words = { title: 'Which request?', text: 'Whoever was asked for it hears that it is over.' }
    const request = await chooseLine(chat, 'which', words, lines)
    if (!request) return chat.say('none', message('Withdraw a request', 'You have no open request.'))
    const sure = await confirm(
      chat,
      'sure',
      `Withdraw ${request.about}?`,
      `${request.title}. ${request.standing}`,
      'Withdraw it',
    )
    if (!sure) return
    const { sentence } = await chat.once('done', () => desk.withdrawRequest(request.id))
    chat.say('end', message(request.title, sentence))
  },
}
