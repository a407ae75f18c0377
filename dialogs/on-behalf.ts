import type { Chat } from '../bot/channels/chat.ts'
import type { Desk, HandedOver, Helped } from '../bot/desk.ts'
import { card, message } from './cards.ts'
import { choosePerson } from './choose-person.ts'
import type { Dialog } from './dialog.ts'
import { personProves } from './person-proves.ts'
import { prove } from './prove.ts'

/** "My report is locked out": both prove who they are, then the one who helps sees a temporary password or a pass, once. */
export const onBehalf: Dialog = {
  name: 'on-behalf',
  title: 'Help somebody else to sign in',
  inMenu: false,

  async talk(chat, desk) {
    const person = await choosePerson(chat, desk)
    if (!person) return
    const ticket = await chat.once('ticket', () => desk.openTicketFor(person.id, 'Password reset, started by others'))
    if (!(await prove(chat, desk, 'reset-password-for', person))) return
    if (!(await personProves(chat, desk, person))) return

    const report = await handOver(chat, desk, person)
    if (!report.shown) {
      chat.say('not-done', message(person.name, report.sentence))
      return
    }
    chat.say(
      'done',
      message(
        `Tell ${person.name} now`,
        `Only them, and in person or by phone. ${report.sentence} I am telling ${person.name} that you did this. (Ticket ${ticket.number}.)`,
      ),
    )
  },
}

function handOver(chat: Chat, desk: Desk, person: Helped): Promise<{ shown: boolean; sentence: string }> {
  const ready = card('offer-window', {
    title: `Thank you, I know it is ${person.name}`,
    text: 'When you press the button I make something they can sign in with once, and show it to you once. Have them on the phone.',
    button: 'Show it to me',
  })
  return chat.window('show', ready, {
    async open() {
      const handed = await desk.resetPasswordFor('show', person.id)
      const { secret, sentence, again } = handed
      if (secret === undefined) {
        const settled = { keep: { shown: false, sentence }, closing: 'Nothing was shown.' }
        return { title: person.name, content: message('That did not work', sentence), ...(again ? {} : { settled }) }
      }
      return {
        title: person.name,
        content: card('window-for-other', { ids: { secret }, ...explained(handed, person), sentence }),
        settled: { keep: { shown: true, sentence }, closing: 'It was shown to you.' },
      }
    },
    async submit() {
      return {
        again: {
          title: person.name,
          content: message('Already shown', 'Close this window and press the button again.'),
        },
      }
    },
  })
}

function explained({ kind, minutes }: HandedOver, { name }: Helped): { title: string; text: string } {
  const onlyNow = 'It is shown only here and only now; nobody else can see it. Read it to them and keep no copy.'
  if (kind === 'temporary-access-pass')
    return {
      title: `A Temporary Access Pass for ${name}`,
      text: `At the sign-in page they type it where a Temporary Access Pass is asked for ("Use your Temporary Access Pass" under "Other ways to sign in"). It works once, within ${minutes} minutes. It does not change the password: they set up their sign-in anew once they are in. ${onlyNow}`,
    }
  return {
    title: `A temporary password for ${name}`,
    text: `It works once: they will be asked for a new password of their own. ${onlyNow}`,
  }
}
