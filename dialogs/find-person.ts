import type { Chat, Given } from '../bot/channels/chat.ts'
import type { Helped } from '../bot/desk.ts'
import { looksLikeSecret } from '../bot/escalation/looks-like-secret.ts'
import { askWords } from './ask-words.ts'
import { card, message } from './cards.ts'
import { fitting } from './choose-line.ts'

const mostSearches = 6

/** Asks for a name, and which of those found it is. @returns undefined after too many searches */
export async function findPerson(
  chat: Chat,
  words: { readonly title: string; readonly text: string; readonly nobody: string },
  find: (text: string) => Promise<readonly Helped[]>,
): Promise<Helped | undefined> {
  let wanted = ''
  for (let round = 1; round <= mostSearches; round++) {
    const looked = wanted
    const found = looked === '' ? [] : await chat.once(`people-${round}`, () => find(looked))
    if (found.length > 0) {
      const chosen = await oneOf(chat, round, found)
      if (typeof chosen !== 'string') return chosen
      wanted = chosen
      continue
    }
    const asked = await askWords(chat, `person-${round}`, {
      title: words.title,
      text: words.text,
      label: 'Name or e-mail',
      button: 'Find them',
      problem: looked === '' ? undefined : words.nobody,
    })
    wanted = 'words' in asked ? asked.words : ''
  }
  chat.say('nobody', message(words.title, words.nobody))
  return undefined
}

function oneOf(chat: Chat, round: number, found: readonly Helped[]): Promise<Helped | string> {
  const choices = [
    ...found.map(({ id, name, about }) => ({
      title: fitting(about === '' ? name : `${name} · ${about}`),
      ids: { choice: id as string },
    })),
    { title: 'None of them', ids: { choice: 'none' } },
  ]
  const read = (given: Given): Helped | string | undefined => {
    if (given.by === 'text') return looksLikeSecret(given.text) ? undefined : given.text.trim().slice(0, 100)
    if (given.values.choice === 'none') return ''
    return found.find(({ id }) => id === given.values.choice)
  }
  const text = 'Please make sure that it is the right person.'
  return chat.ask(
    `which-person-${round}`,
    card('choose', { title: 'Is this the one?', text, choices }),
    read,
    (answer) => (typeof answer === 'string' ? 'Somebody else.' : answer.name),
  )
}
