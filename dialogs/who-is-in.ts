import { card, message } from './cards.ts'
import { chooseEntry } from './choose-entry.ts'
import type { Dialog } from './dialog.ts'
import { unknownToMe } from './unknown-entry.ts'

const namesInLine = 10

/** "Who has access to the finance reports?": for those whom the policy lets ask. */
export const whoIsIn: Dialog = {
  name: 'who-is-in',
  title: 'Who has access to something',
  inMenu: false,

  async talk(chat, desk) {
    const chosen = await chooseEntry(chat, desk, 'Who is in what?')
    if ('askIt' in chosen) return unknownToMe(chat)
    const { key, title } = chosen.entry
    const found = await desk.whoIsIn(key)
    if ('refused' in found) return chat.say('refused', message(title, found.refused))
    if (found.people.length === 0) return chat.say('nobody', message(title, 'Nobody is in it.'))
    const rows = Math.ceil(found.people.length / namesInLine)
    chat.say(
      'list',
      card('people-list', {
        title,
        text: found.more ? `The first ${found.people.length}:` : `${found.people.length} in all:`,
        lines: Array.from({ length: rows }, (_, row) => ({
          names: found.people.slice(row * namesInLine, (row + 1) * namesInLine).join(', '),
        })),
        ...(found.more ? { more: 'There are more.' } : {}),
      }),
    )
  },
}
