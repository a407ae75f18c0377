import { CST, Lexer } from 'yaml'

/**
 * A file of settings is nested a handful of levels deep. What the YAML package takes for one grows with the square of that, so a file
 * is measured before it is read: here, because both programs read files.
 */
export const deepestYaml = 64

const opens: ReadonlySet<string | null> = new Set(['flow-seq-start', 'flow-map-start'])
const closes: ReadonlySet<string | null> = new Set(['flow-seq-end', 'flow-map-end'])
const leadsOn: ReadonlySet<string | null> = new Set(['seq-item-ind', 'explicit-key-ind', 'map-value-ind'])
const without: ReadonlySet<string | null> = new Set(['space', 'comment', 'byte-order-mark'])
/** Marks of the lexer that stand for no text. */
const marks: ReadonlySet<string> = new Set([CST.DOCUMENT, CST.FLOW_END, CST.SCALAR])

/**
 * Where a text is nested deeper than that, if it is: lines and columns from 1. It counts brackets and indentation, and never less
 * than there is; it takes time as long as the text.
 */
export function whereTooDeep(text: string): { readonly line: number; readonly column: number } | undefined {
  let line = 1
  let column = 1
  let brackets = 0
  let indentations: number[] = []
  let begins = true
  let mark: string | undefined
  for (const source of new Lexer().lex(text)) {
    // What a scalar says is no bracket, whatever it looks like.
    const type = mark === CST.SCALAR ? 'scalar' : CST.tokenType(source)
    mark = marks.has(source) ? source : undefined
    if (mark !== undefined) continue
    if (type === 'doc-start' || type === 'doc-end') [brackets, indentations] = [0, []]
    if (opens.has(type)) brackets++
    else if (closes.has(type)) brackets = Math.max(0, brackets - 1)
    else if (begins && brackets === 0 && type !== 'newline' && !without.has(type)) {
      while ((indentations.at(-1) ?? 0) >= column) indentations.pop()
      indentations.push(column)
    }
    if (brackets + indentations.length > deepestYaml) return { line, column }
    if (type === 'newline' || leadsOn.has(type)) begins = true
    else if (!without.has(type)) begins = false
    const last = source.lastIndexOf('\n')
    line += last < 0 ? 0 : source.split('\n').length - 1
    column = last < 0 ? column + source.length : source.length - last
  }
  return undefined
}
