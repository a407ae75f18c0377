import { momentInWords } from '../bot/approvals/requests/lasts-words.ts'
import { message } from './cards.ts'
import { chooseLine } from './choose-line.ts'
import { confirm } from './confirm.ts'
import type { Dialog } from './dialog.ts'

/** "I am done with it": what HelpBot gave is taken back at once. */
export const handBack: Dialog = {
  name: 'hand-back',
  title: 'Give access back',
  inMenu: false,

  async talk(chat, desk) {
    const lines = await chat.once('lines', async () =>
      (await desk.myAccess()).lines.flatMap(({ grant, title, endsAt }) =>
        grant === undefined
          ? []
          : [{ id: grant, title, about: endsAt === null ? '' : `until ${momentInWords(endsAt)}` }],
      ),
    )
    const words = { title: 'What do you give back?', text: 'You lose it at once.' }
    const line = await chooseLine(chat, 'which', words, lines)
    if (!line)
      return chat.say('none', message('Give access back', 'You have nothing that HelpBot gave. For the rest, ask IT.'))
    const text = 'You lose it at once. To have it again you must ask anew.'
    if (!(await confirm(chat, 'sure', `Give back ${line.title}?`, text, 'Give it back'))) return
    const { sentence } = await chat.once('done', () => desk.handBack(line.id))
    chat.say('end', message(line.title, sentence))
  },
}
