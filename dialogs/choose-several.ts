import type { EntryShown } from '../bot/access/access-desk.ts'
import type { Chat, Given } from '../bot/channels/chat.ts'
import type { Desk } from '../bot/desk.ts'
import { askWords } from './ask-words.ts'
import { card } from './cards.ts'
import { fitting } from './choose-line.ts'

const mostEntries = 5
const mostRounds = 12

/** Asks for accesses, one after the other, until there are enough: none to five. */
export async function chooseSeveral(chat: Chat, desk: Desk, title: string): Promise<readonly EntryShown[]> {
  const chosen: EntryShown[] = []
  let problem: string | undefined
  for (let round = 1; round <= mostRounds && chosen.length < mostEntries; round++) {
    const so = chosen.length === 0 ? 'Nothing so far.' : `So far: ${chosen.map((entry) => entry.title).join(', ')}.`
    const asked = await askWords(chat, `access-${round}`, {
      title,
      text: `${so} Each is asked for on its own.`,
      label: 'What is it called?',
      button: 'Find it',
      problem,
      choices: [{ title: chosen.length === 0 ? 'Nothing' : 'That is all', ids: { choice: 'enough' } }],
    })
    if ('choice' in asked) return chosen
    const found = await chat.once(`access-found-${round}`, () => desk.findAccess(asked.words))
    problem = found.length === 0 ? 'I find nothing of that kind. Try other words.' : undefined
    const entry = found.length === 0 ? undefined : await oneOf(chat, round, found)
    if (entry && !chosen.some(({ key }) => key === entry.key)) chosen.push(entry)
  }
  return chosen
}

async function oneOf(chat: Chat, round: number, found: readonly EntryShown[]): Promise<EntryShown | undefined> {
  const choices = [
    ...found.map((entry) => ({ title: fitting(entry.title), ids: { choice: entry.key } })),
    { title: 'None of these', ids: { choice: 'none' } },
  ]
  const content = card('choose-entry', {
    title: 'Which of these?',
    text: 'Choose one.',
    entries: found.map((entry) => ({ name: entry.title, about: entry.opens })),
    choices,
  })
  const read = (given: Given): string | undefined => {
    const choice = given.by === 'button' ? given.values.choice : titled(found, given.text)
    return choices.find(({ ids }) => ids.choice === choice)?.ids.choice
  }
  const chosen = await chat.ask(
    `access-which-${round}`,
    content,
    read,
    (choice) => choices.find(({ ids }) => ids.choice === choice)?.title ?? '',
  )
  return found.find(({ key }) => key === chosen)
}

function titled(found: readonly EntryShown[], text: string): string | undefined {
  return found.find(({ title }) => title.toLowerCase() === text.trim().toLowerCase())?.key
}
