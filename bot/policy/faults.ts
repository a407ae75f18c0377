import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml'
import type { z } from 'zod'
import { nearest } from './nearest.ts'

/** A place in the file: names of maps and numbers of lists, from the top. */
export type Path = readonly PropertyKey[]

/** How faults of one kind of file are worded. */
export interface FileWords {
  readonly what: 'policy' | 'catalogue'
  /** A file that shows how it is done. */
  readonly example: string
  /** The names that may stand at a place; none where any name may. For "did you mean". */
  readonly namesAt: (path: Path) => readonly string[]
  /** What the names at a place are names of. */
  readonly kindAt: (path: Path) => string
}

/** One thing that is wrong with a policy file, and what to write instead. */
export interface PolicyFault {
  /** Both from 1. */
  readonly line: number
  readonly column: number
  /** `operations.reset-password.proofs.anyOf[1]`; empty for the file itself. */
  readonly place: string
  readonly problem: string
  readonly fix: string
  /** The linter's rule, when it is one of those. */
  readonly rule: string | undefined
}

/** What is wrong, before its place in the text is known. `key` points at the name itself rather than at its value. */
export interface Fault {
  readonly path: Path
  readonly key?: boolean
  readonly problem: string
  readonly fix: string
  readonly rule?: string
}

/** The policy, or the catalogue, cannot be used. The message names every fault, one a line, as `file:line:column`. */
export class PolicyError extends Error {
  readonly faults: readonly PolicyFault[]

  constructor(filename: string, faults: readonly PolicyFault[], what: FileWords['what']) {
    const lines = faults.map(({ line, column, place, problem, fix, rule }) => {
      const where = `${filename}:${line}:${column}${place === '' ? '' : ` ${place}`}`
      return `  ${where} ${problem}${rule === undefined ? '' : ` [${rule}]`}. Fix: ${fix}${fix.endsWith('?') ? '' : '.'}`
    })
    super(`The ${what} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${lines.join('\n')}`)
    this.name = 'PolicyError'
    this.faults = faults
  }
}

/** Gives faults their places in the text, in the order of the text. */
export function locate(document: Document, counter: LineCounter, faults: readonly Fault[]): readonly PolicyFault[] {
  return faults
    .map(({ path, key, problem, fix, rule }) => {
      const { line, col } = counter.linePos(offsetOf(document, path, key ?? false))
      return { line: Math.max(line, 1), column: Math.max(col, 1), place: spell(path), problem, fix, rule }
    })
    .sort((one, other) => one.line - other.line || one.column - other.column)
}

/** Where the value at this path begins; where it is not there, the name of the nearest thing around it that is. */
function offsetOf(document: Document, path: Path, key: boolean): number {
  let node = resolved(document.contents, document)
  let name = 0
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === String(step))
      if (!pair) return name
      name = rangeStart(pair.key) ?? name
      if (key && index === path.length - 1) return name
      node = resolved(pair.value, document)
    } else if (isSeq(node) && typeof step === 'number' && node.items[step] !== undefined) {
      node = resolved(node.items[step], document)
      name = rangeStart(node) ?? name
    } else return name
  }
  return rangeStart(node) ?? name
}

function resolved(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node
}

function rangeStart(node: unknown): number | undefined {
  return (node as Partial<Node> | null | undefined)?.range?.[0]
}

function spell(path: Path): string {
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '')
}

/** Says what zod found in words an administrator can act on; one fault for each unknown name. */
export function faultsOf(issue: z.core.$ZodIssue, content: unknown, words: FileWords): readonly Fault[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownName(issue.path, key, words))
  const found = valueAt(content, issue.path)
  const at = (problem: string, fix: string, key = false): readonly Fault[] => [{ path: issue.path, key, problem, fix }]
  if (issue.code === 'custom') {
    const fix = issue.params?.fix
    if (issue.params?.key === true && typeof fix === 'string') return at(issue.message, fix, true)
    const shown = found === undefined || issue.message.startsWith('is missing') ? '' : `${show(found)} `
    return at(`${shown}${issue.message}`, typeof fix === 'string' ? fix : `see ${words.example}`)
  }
  if (issue.code === 'invalid_union') {
    if (typeof found !== 'object' || found === null)
      return at(`${show(found)} will not do`, 'list the proofs under `anyOf`, or write `none`')
    const inside = issue.errors.at(-1) ?? []
    return inside.flatMap((inner) => faultsOf({ ...inner, path: [...issue.path, ...inner.path] }, content, words))
  }
  if (found === undefined) return at('is missing', `write ${wanted(issue, words)}`)
  if (issue.code === 'invalid_value' && typeof found === 'string') {
    const meant = nearest(found, issue.values.map(String))
    if (meant !== undefined)
      return at(`${show(found)} is not known`, `did you mean \`${meant}\`? Write ${wanted(issue, words)}`)
  }
  return at(`${show(found)} will not do`, `write ${wanted(issue, words)}`)
}

function unknownName(path: Path, name: string, words: FileWords): Fault {
  const known = words.namesAt(path)
  const meant = nearest(name, known)
  return {
    path: [...path, name],
    key: true,
    problem: `is no ${words.kindAt(path)} that exists${known.length > 0 ? ' here' : ''}`,
    fix: meant === undefined ? `use one of ${known.map(quote).join(', ')}` : `did you mean ${quote(meant)}?`,
  }
}

const quote = (name: string) => `\`${name}\``

function wanted(issue: z.core.$ZodIssue, words: FileWords): string {
  if (issue.code === 'invalid_value') return `one of ${issue.values.map((value) => quote(String(value))).join(', ')}`
  if (issue.code === 'too_small') return `at least ${issue.minimum}${issue.origin === 'array' ? ' of them' : ''}`
  if (issue.code === 'too_big') return `at most ${issue.maximum}${issue.origin === 'array' ? ' of them' : ''}`
  if (issue.code === 'invalid_format') return 'an object id as the directory shows it (a GUID)'
  if (issue.code !== 'invalid_type') return `it as in ${words.example}`
  const kinds: Readonly<Record<string, string>> = {
    object: 'a block of settings',
    array: 'a list',
    boolean: '`true` or `false`',
    int: 'a whole number',
    number: 'a whole number',
    string: 'text',
  }
  return kinds[issue.expected] ?? `a value of type ${issue.expected}`
}

function valueAt(content: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown> | undefined | null)?.[step],
    content,
  )
}

/** A value as it was written, cut to a length that fits a line. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
