import { card } from './cards.ts'
import { chooseEntry } from './choose-entry.ts'
import type { Dialog } from './dialog.ts'
import { unknownToMe } from './unknown-entry.ts'

/** "Who approves access to the finance reports?" */
export const whoApproves: Dialog = {
  name: 'who-approves',
  title: 'Who approves access to something',
  inMenu: false,

  async talk(chat, desk) {
    const chosen = await chooseEntry(chat, desk, 'Who approves what?')
    if ('askIt' in chosen) return unknownToMe(chat)
    const { key, title } = chosen.entry
    const stages = await desk.whoApproves(key)
    const text = stages.length === 1 ? 'Somebody must say yes.' : 'One after the other they must say yes.'
    chat.say('list', card('people-list', { title, text, lines: stages.map((names) => ({ names })) }))
  },
}
