import type { Chat, Given } from '../bot/channels/chat.ts'
import type { Desk, Helped } from '../bot/desk.ts'
import { card, offer } from './cards.ts'

const mostSearches = 5
/** What a button can hold in every chat product. */
const longestTitle = 75

/** The same for somebody who does not exist, is nobody of theirs, or may not be touched: nobody learns which. */
const nobody = 'I find nobody of that name whom you may help here.'

/**
 * Asks whom to help: direct reports first, anybody by name for IT. Only people whom the asker may help can be chosen.
 * @returns undefined when there is none; that has been said then
 */
export async function choosePerson(chat: Chat, desk: Desk): Promise<Helped | undefined> {
  const { reports, more, anybody } = await chat.once('scope', () => desk.peopleToHelp())
  if (reports.length === 0 && !anybody)
    return notHere(chat, 'Only a manager can do this for their direct reports, or IT.')
  const { about } = chat
  const meant = about && (await chat.once('about', async () => (await desk.personToHelp(about)) ?? null))
  if (meant === null) return notHere(chat, nobody)
  let wanted: Helped | string = meant
    ? await oneOf(chat, 0, [meant])
    : await firstChoice(chat, reports, more || anybody)
  for (let round = 1; round <= mostSearches; round++) {
    if (typeof wanted !== 'string') return wanted
    const text = wanted
    const found = text === '' ? [] : await chat.once(`found-${round}`, () => desk.findPeopleToHelp(text))
    const problem = text === '' ? undefined : nobody
    wanted = found.length > 0 ? await oneOf(chat, round, found) : await askName(chat, round, problem)
  }
  return typeof wanted === 'string' ? notHere(chat, nobody) : wanted
}

async function firstChoice(chat: Chat, reports: readonly Helped[], others: boolean): Promise<Helped | string> {
  if (reports.length === 0) return ''
  const text = others ? 'One of your reports, or somebody else? You can also write a name.' : 'Which of your reports?'
  return await pick(chat, 'whom', { title: 'Whom shall we help?', text }, reports, others ? 'Somebody else' : undefined)
}

function oneOf(chat: Chat, round: number, found: readonly Helped[]): Promise<Helped | string> {
  const words = { title: 'Is this the one?', text: 'Please make sure that it is the right person.' }
  return pick(chat, `which-${round}`, words, found, 'None of them')
}

function pick(
  chat: Chat,
  key: string,
  words: { readonly title: string; readonly text: string },
  people: readonly Helped[],
  other: string | undefined,
): Promise<Helped | string> {
  const choices = [
    ...people.map((person) => ({ title: titleOf(person), ids: { choice: person.id as string } })),
    ...(other === undefined ? [] : [{ title: other, ids: { choice: 'other' } }]),
  ]
  const read = (given: Given): Helped | string | undefined => {
    if (given.by === 'text') return nameIn(given.text)
    if (given.values.choice === 'other' && other !== undefined) return ''
    return people.find(({ id }) => id === given.values.choice)
  }
  return chat.ask(key, card('choose', { ...words, choices }), read, (answer) =>
    typeof answer === 'string' ? 'Somebody else.' : titleOf(answer),
  )
}

function askName(chat: Chat, round: number, problem: string | undefined): Promise<string> {
  const data = { text: 'Write their name or their e-mail address.', ...(problem === undefined ? {} : { problem }) }
  return chat.ask(
    `name-${round}`,
    card('ask-person', data),
    (given) => nameIn(given.by === 'text' ? given.text : (given.values.text ?? '')),
    () => 'I am looking.',
  )
}

/** A name or an address, or a part of one. */
function nameIn(text: string): string | undefined {
  const name = text.trim()
  return name.length >= 1 && name.length <= 100 ? name : undefined
}

function titleOf({ name, about }: Helped): string {
  const title = about === '' ? name : `${name} · ${about}`
  return title.length <= longestTitle ? title : `${title.slice(0, longestTitle - 1)}…`
}

function notHere(chat: Chat, sentence: string): undefined {
  const text = `${sentence} Ask the person to write to me themselves, or let IT help them.`
  chat.say('nobody', offer('I cannot do that', text, 'talk-to-human', 'Talk to IT'))
  return undefined
}
