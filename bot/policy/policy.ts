import { createHash } from 'node:crypto'
import { LineCounter, parseDocument } from 'yaml'
import { canonicalJson } from '../audit/canonical-json.ts'
import { type Fault, faultsOf, locate, PolicyError } from './faults.ts'
import { lint } from './lint.ts'
import { type PolicyContent, policyFile } from './schema.ts'

export { PolicyError, type PolicyFault } from './faults.ts'
export type { Approver, OperationRule, PasswordPolicy, PolicyContent } from './schema.ts'

/** A policy that was read, checked and linted. Frozen. */
export interface Policy extends PolicyContent {
  /** Twelve hexadecimal digits of the SHA-256 of what it says: comments, order and spelling of durations do not change it. */
  readonly version: string
}

const longest = 256 * 1024

/**
 * Reads a policy file. It is refused as a whole when anything in it is wrong or weak.
 * @param filename for the message only
 * @throws PolicyError with all faults, their lines and columns, and what to write instead. What is weak is looked for once
 *   nothing is wrong.
 */
export function loadPolicy(text: string, filename: string): Policy {
  if (text.length > longest) {
    const fix = 'keep lists of people in groups of the directory and name the groups'
    const problem = `is longer than ${longest} characters`
    throw new PolicyError(filename, [{ line: 1, column: 1, place: '', problem, fix, rule: undefined }])
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
    )
  const refuse = (faults: readonly Fault[]) => new PolicyError(filename, locate(document, counter, faults))
  const content = contentOf(() => document.toJS({ maxAliasCount: 100 }), refuse)
  const parsed = policyFile.safeParse(content)
  if (!parsed.success) throw refuse(parsed.error.issues.flatMap((issue) => faultsOf(issue, content)))
  const weak = lint(parsed.data)
  if (weak.length > 0) throw refuse(weak)
  return frozen({ ...parsed.data, version: versionOf(parsed.data) })
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

/** The name under which the audit remembers what was in force. */
export function versionOf(content: PolicyContent): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 12)
}

function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) frozen(part)
  return Object.freeze(value)
}
