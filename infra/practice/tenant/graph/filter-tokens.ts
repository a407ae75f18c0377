import { badRequest } from './graph-fault.ts'

/** A piece of an OData filter. Strings have their quotes off. */
export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'mark'; readonly text: string }

const pattern = /\s*(?:'((?:[^']|'')*)'|([()/,:])|([A-Za-z0-9_.$+-]+(?::\d\d:\d\d(?:\.\d+)?Z)?))/y
const longestFilter = 8000

/** Cuts a filter into its tokens. @throws GraphFault when it cannot */
export function filterTokens(text: string): Token[] {
  if (text.length > longestFilter) throw badRequest('The filter is too long.')
  const tokens: Token[] = []
  const trimmed = text.trimEnd()
  pattern.lastIndex = 0
  while (pattern.lastIndex < trimmed.length) {
    const at = pattern.lastIndex
    const match = pattern.exec(trimmed)
    if (match === null) throw badRequest(`Invalid filter clause: syntax error at position ${at}.`)
    const [, string, mark, word] = match
    if (string !== undefined) tokens.push({ kind: 'string', text: string.replaceAll("''", "'") })
    else if (mark !== undefined) tokens.push({ kind: 'mark', text: mark })
    else tokens.push({ kind: 'word', text: word ?? '' })
  }
  return tokens
}
