import type { Dialog } from '../../dialogs/dialog.ts'
import type { CardContent } from '../channels/chat.ts'

const helloText =
  'I am HelpBot. I reset passwords and look after your sign-in, day and night. Choose, or write it in your own words.'
const helpText = 'Choose, or write it in your own words. Write "cancel" to stop at any time.'

/** All there is to choose from, with a first word that fits the moment. */
export function menu(dialogs: readonly Dialog[], moment: 'hello' | 'help' | 'unsure'): CardContent {
  const titles = { hello: 'Hello', help: 'What can I do for you?', unsure: 'I am not sure what you need' }
  const listed = dialogs.filter(({ inMenu }) => inMenu !== false)
  const choices = listed.map((dialog) => ({ title: dialog.title, ids: { dialog: dialog.name } }))
  return { card: 'menu', data: { title: titles[moment], text: moment === 'hello' ? helloText : helpText, choices } }
}

/** A few guesses and the way to a person. */
export function didYouMean(dialogs: readonly Dialog[], guesses: readonly string[]): CardContent {
  const names = new Set([...guesses, 'talk-to-human'])
  const choices = dialogs
    .filter((dialog) => names.has(dialog.name))
    .map((dialog) => ({ title: dialog.title, ids: { dialog: dialog.name } }))
  return {
    card: 'menu',
    data: { title: 'Did you mean one of these?', text: 'I want to be sure before I start.', choices },
  }
}

/** Asked for one thing in the middle of another. */
export function inBetween(current: string, other: Dialog): CardContent {
  const text = `Shall I stop "${current}" and start with "${other.title}"? Otherwise I come back to it afterwards.`
  const choices = [
    { title: 'Switch now', ids: { choice: 'switch', dialog: other.name } },
    { title: 'First finish this', ids: { choice: 'later', dialog: other.name } },
  ]
  return { card: 'in-between', data: { title: 'We are in the middle of something else', text, choices } }
}
