import { badRequest } from './graph-fault.ts'
import type { Resource } from './resource.ts'

const clause = /\s*"([A-Za-z]+):((?:[^"\\]|\\.)*)"\s*(AND|OR)?/y

/**
 * Reads `$search` as directory objects take it: `"displayName:ada" OR "mail:ada"`; words match from their beginning
 * (learn.microsoft.com/graph/search-query-parameter, "using $search on directory object collections").
 * @throws GraphFault
 */
export function parseSearch(text: string, searchable: ReadonlySet<string>): (resource: Resource) => boolean {
  const either: { property: string; words: string[] }[][] = [[]]
  const trimmed = text.trim()
  clause.lastIndex = 0
  while (clause.lastIndex < trimmed.length) {
    const match = clause.exec(trimmed)
    const [whole, property = '', value = '', joint] = match ?? []
    if (whole === undefined) throw badRequest('Invalid $search clause: expected "property:text".')
    if (!searchable.has(property)) throw badRequest(`The property '${property}' does not support $search.`)
    either.at(-1)?.push({ property, words: wordsOf(value.replaceAll(/\\(.)/g, '$1')) })
    if (joint === 'OR') either.push([])
    else if (joint === undefined && clause.lastIndex < trimmed.length) throw badRequest('Invalid $search clause.')
  }
  if (either.some((all) => all.length === 0)) throw badRequest('Invalid $search clause.')
  return (resource) =>
    either.some((all) =>
      all.every(({ property, words }) => {
        const there = wordsOf(String(resource[property] ?? ''))
        return words.every((word) => there.some((one) => one.startsWith(word)))
      }),
    )
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '')
}
