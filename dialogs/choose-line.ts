import type { Chat } from '../bot/channels/chat.ts'
import { card } from './cards.ts'

/** What a button can hold in every chat product. */
const longestTitle = 75
const mostButtons = 10

export interface Line {
  readonly id: string
  readonly title: string
  /** More words on the button. */
  readonly about?: string
}

/** Asks which of several; where there is one only, or one that the first words name, that is it. */
export async function chooseLine<T extends Line>(
  chat: Chat,
  key: string,
  words: { readonly title: string; readonly text: string },
  lines: readonly T[],
): Promise<T | undefined> {
  const named = lines.filter(({ title }) => isNamed(title, chat.topic ?? ''))
  const [only, another] = named.length > 0 ? named : lines
  if (only === undefined || another === undefined) return only
  const shown = lines.slice(0, mostButtons)
  const choices = shown.map(({ id, title, about }) => ({
    title: fitting(about === undefined || about === '' ? title : `${title} · ${about}`),
    ids: { choice: id },
  }))
  const chosen = await chat.ask(
    key,
    card('choose', { ...words, choices }),
    (given) =>
      given.by === 'button'
        ? shown.find(({ id }) => id === given.values.choice)?.id
        : shown.filter(({ title }) => isNamed(title, given.text)).map(({ id }) => id)[0],
    (id) => shown.find((line) => line.id === id)?.title ?? '',
  )
  return lines.find(({ id }) => id === chosen)
}

/** As much of a title as a button can hold. */
export function fitting(title: string): string {
  return title.length <= longestTitle ? title : `${title.slice(0, longestTitle - 1)}…`
}

/** Whether words name something by its title, without what stands in brackets. */
function isNamed(title: string, words: string): boolean {
  const name = title
    .replace(/\(.*\)/, '')
    .trim()
    .toLowerCase()
  return name !== '' && words.toLowerCase().includes(name)
}
