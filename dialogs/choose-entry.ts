import type { EntryShown } from '../bot/access/access-desk.ts'
import type { Chat, Given } from '../bot/channels/chat.ts'
import type { Desk } from '../bot/desk.ts'
import { looksLikeSecret } from '../bot/escalation/looks-like-secret.ts'
import { askWords } from './ask-words.ts'
import { card } from './cards.ts'
import { fitting } from './choose-line.ts'

const mostSearches = 6
const none = 'I find nothing of that kind. Try other words, or ask IT.'

/** What was chosen from the catalogue; or the words that nothing was found for, when IT is to be asked. */
export type Chosen = { readonly entry: EntryShown } | { readonly askIt: string }

/** Asks what it is about: what the first words meant comes first. Only what the person may see is found. */
export async function chooseEntry(chat: Chat, desk: Desk, title: string): Promise<Chosen> {
  let words = chat.topic ?? ''
  for (let round = 1; round <= mostSearches; round++) {
    const looked = words
    const found = looked === '' ? [] : await chat.once(`entries-${round}`, () => desk.findAccess(looked))
    if (found.length > 0) {
      const chosen = await oneOf(chat, round, found)
      if ('entry' in chosen) return chosen
      words = chosen.words
    } else {
      const problem = namesNothing(looked) ? undefined : none
      const asked = await askWords(chat, `words-${round}`, {
        title,
        text: 'Write what you call it: the name of a system, a report, a group.',
        label: 'What is it called?',
        button: 'Find it',
        problem,
        choices: [{ title: 'Ask IT', ids: { choice: 'it' } }],
      })
      if ('choice' in asked) return { askIt: looked }
      words = asked.words
    }
  }
  return { askIt: words }
}

/** The cards with what each grants; other words look for something else. */
function oneOf(
  chat: Chat,
  round: number,
  found: readonly EntryShown[],
): Promise<{ readonly entry: EntryShown } | { readonly words: string }> {
  const content = card('choose-entry', {
    title: found.length === 1 ? 'Is this what you mean?' : 'Which of these do you mean?',
    text: 'Choose, or write it in other words.',
    entries: found.map((entry) => ({ name: entry.title, about: entry.opens })),
    choices: [
      ...found.map((entry) => ({ title: fitting(entry.title), ids: { choice: entry.key } })),
      { title: 'None of these', ids: { choice: 'none' } },
    ],
  })
  const read = (given: Given) => {
    if (given.by === 'text') return looksLikeSecret(given.text) ? undefined : { words: given.text.trim().slice(0, 200) }
    if (given.values.choice === 'none') return { words: '' }
    const entry = found.find(({ key }) => key === given.values.choice)
    return entry && { entry }
  }
  return chat.ask(`entry-${round}`, content, read, (answer) =>
    'entry' in answer ? answer.entry.title : answer.words === '' ? 'None of these.' : 'I am looking.',
  )
}

const generic =
  /\b(a|an|and|anybody|apply|approves?|ask|can|could|for|get|give|have|has|help|i|in|is|it|me|my|need|needs|no|of|on|permissions?|please|request|rights?|some|somebody|something|system|that|the|this|to|want|who|with|would|you|access|group)\b/g

/** Whether words say no more than that something is wanted: then nothing has been looked for in vain. */
function namesNothing(words: string): boolean {
  return !/\p{L}/u.test(words.toLowerCase().replace(generic, ''))
}
