import type { Chat } from '../bot/channels/chat.ts'
import type { Desk, Helped } from '../bot/desk.ts'
import { card, message } from './cards.ts'
import { choosePerson } from './choose-person.ts'
import type { Dialog } from './dialog.ts'
import { personProves } from './person-proves.ts'
import { prove } from './prove.ts'
import { readOut } from './read-out.ts'
import { refuse } from './refuse.ts'
import { windowForOther } from './window-for-other.ts'

/** "My report is locked out": both prove who they are, then the one who helps, or their manager, sees a temporary password or a pass, once. */
export const onBehalf: Dialog = {
  name: 'on-behalf',
  title: 'Help somebody else to sign in',
  inMenu: false,

  async talk(chat, desk) {
    const person = await choosePerson(chat, desk)
    if (!person) return
    const ticket = await chat.once('ticket', () => desk.openTicketFor(person.id, 'Password reset, started by others'))
    // Once their manager was asked, the proofs have served: they may run out while the manager reads.
    const begun = await desk.readOut()
    if (begun) return await readOut(chat, desk, person, begun, ticket.number)
    if (!(await prove(chat, desk, 'reset-password-for', person))) return
    if (!(await personProves(chat, desk, person))) return

    const asked = await desk.askToReadOut(person.id)
    if (asked !== 'not-needed') {
      if ('unavailable' in asked) return await refuse(chat, desk, asked.unavailable)
      return await readOut(chat, desk, person, asked, ticket.number)
    }
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
        content: windowForOther({ ...handed, secret }, person),
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
