import { badRequest } from './graph-fault.ts'
import type { Resource } from './resource.ts'

interface Clause {
  readonly property: string
  /** In lower case. */
  readonly text: string
}

const inWords = new Set(['displayName', 'description'])
const clause = /\s*"([A-Za-z]+):((?:[^"\\]|\\.)*)"\s*(AND|OR)?/y

/**
 * Reads `$search` as directory objects take it: `"displayName:ada" OR "mail:ada"`. Names and descriptions match word by
 * word, each from its beginning; other properties match from their own
 * (learn.microsoft.com/graph/search-query-parameter, "using $search on directory object collections").
 * @throws GraphFault
 */
export function parseSearch(text: string, searchable: ReadonlySet<string>): (resource: Resource) => boolean {
  const either: Clause[][] = [[]]
  const trimmed = text.trim()
  clause.lastIndex = 0
  while (clause.lastIndex < trimmed.length) {
    const match = clause.exec(trimmed)
    const [whole, property = '', value = '', joint] = match ?? []
    if (whole === undefined) throw badRequest('Invalid $search clause: expected "property:text".')
    if (!searchable.has(property)) throw badRequest(`The property '${property}' does not support $search.`)
    const wanted = value.replaceAll(/\\(.)/g, '$1').trim()
    if (wordsOf(wanted).length === 0) throw badRequest('Invalid $search clause: there is nothing to look for.')
    either.at(-1)?.push({ property, text: wanted.toLowerCase() })
    if (joint === 'OR') either.push([])
    else if (joint === undefined && clause.lastIndex < trimmed.length) throw badRequest('Invalid $search clause.')
  }
  if (either.some((all) => all.length === 0)) throw badRequest('Invalid $search clause.')
  return (resource) => either.some((all) => all.every((one) => finds(one, String(resource[one.property] ?? ''))))
}

function finds({ property, text }: Clause, there: string): boolean {
  if (!inWords.has(property)) return there.toLowerCase().startsWith(text)
  const words = wordsOf(there)
  return wordsOf(text).every((word) => words.some((one) => one.startsWith(word)))
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}
