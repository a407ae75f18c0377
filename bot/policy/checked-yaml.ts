import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { deepestYaml, whereTooDeep } from '../../agent/protocol/yaml-depth.ts'
import { type Fault, type FileWords, faultsOf, locate, PolicyError } from './faults.ts'

/** What a file of the owner must be like. */
export interface FileForm<T> extends FileWords {
  /** In UTF-16 units. */
  readonly longest: number
  /** What to do about a file that is longer. */
  readonly shorten: string
  readonly schema: z.ZodType<T>
  /** What is well formed and wrong or weak all the same. Looked for once nothing else is wrong. */
  readonly lint: (content: T) => readonly Fault[]
}

/**
 * Reads a YAML file that an owner has written. It is refused as a whole when anything in it is wrong or weak.
 * @param filename for the message only
 * @throws PolicyError with all faults, their lines and columns, and what to write instead
 */
export function checkedYaml<T>(text: string, filename: string, form: FileForm<T>): T {
  if (text.length > form.longest) {
    const problem = `is longer than ${form.longest} characters`
    const fault = { line: 1, column: 1, place: '', problem, fix: form.shorten, rule: undefined }
    throw new PolicyError(filename, [fault], form.what)
  }
  const deep = whereTooDeep(text)
  if (deep) {
    const problem = `is nested more than ${deepestYaml} levels deep`
    const fix = 'check the brackets and the indentation on and above this line'
    throw new PolicyError(filename, [{ ...deep, place: '', problem, fix, rule: undefined }], form.what)
  }
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, uniqueKeys: true })
  const slips = [...document.errors, ...document.warnings]
  if (slips.length > 0)
    throw new PolicyError(
      filename,
      slips.map(({ message, pos }) => {
        const { line, col } = counter.linePos(pos[0])
        const problem = `is not readable as YAML: ${message.replace(/[\s.:]+$/, '').replace(/\s+/g, ' ')}`
        const fix = 'check the indentation (spaces only), the colons and the brackets on and above this line'
        return { line, column: col, place: '', problem, fix, rule: undefined }
      }),
      form.what,
    )
  const refuse = (faults: readonly Fault[]) => new PolicyError(filename, locate(document, counter, faults), form.what)
  const content = contentOf(() => document.toJS({ maxAliasCount: 100 }), refuse)
  const parsed = form.schema.safeParse(content)
  if (!parsed.success) throw refuse(parsed.error.issues.flatMap((issue) => faultsOf(issue, content, form)))
  const weak = form.lint(parsed.data)
  if (weak.length > 0) throw refuse(weak)
  return parsed.data
}

/** An alias that multiplies itself is a fault of the file, not of ours. */
function contentOf(read: () => unknown, refuse: (faults: readonly Fault[]) => PolicyError): unknown {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    throw refuse([{ path: [], problem: 'uses too many aliases', fix: 'write the values out instead of `*name`' }])
  }
}

/** Cannot be changed any more, however deep. */
export function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) frozen(part)
  return Object.freeze(value)
}
