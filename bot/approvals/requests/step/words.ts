import { plain } from '../../../channels/text.ts'
import { plainText } from '../../../plain-text.ts'
import type { Named } from '../request.ts'

/** How much a person may write into a request at once, in UTF-16 code units. */
export const longestText = 1000
const mostNamed = 3

export function nameOf(person: Named): string {
  return plain(person.name, 100).toWellFormed() || 'somebody without a name'
}

/** `Hugo Ferreira and Meera Iyer`, `Hugo Ferreira, Meera Iyer, Astrid Berg and 4 others`; the verb follows their number. */
export function namesOf(people: readonly Named[], verbs: { readonly one: string; readonly many: string }): string {
  const shown = people.slice(0, people.length === mostNamed + 1 ? mostNamed + 1 : mostNamed).map(nameOf)
  const others = people.length - shown.length
  const all = others > 0 ? [...shown, `${others} others`] : shown
  const list = all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
  return `${list} ${people.length === 1 ? verbs.one : verbs.many}`
}

/** What somebody wrote as it may be kept; undefined when it is nothing or too long. */
export function textOf(text: string): string | undefined {
  if (text.length > longestText) return undefined
  return plainText(text, longestText, { lines: true }) || undefined
}

/** A reason in the middle of other sentences: it ends as one. */
export function asSentence(text: string): string {
  const said = text.toWellFormed().trim()
  return /[.!?…]$/.test(said) ? said : `${said}.`
}
