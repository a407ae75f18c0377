import { checkedYaml, type FileForm, frozen } from './checked-yaml.ts'
import { lint } from './lint.ts'
import { namesAt, type PolicyContent, policyFile } from './schema.ts'
import { versionOf } from './version.ts'

export { PolicyError, type PolicyFault } from './faults.ts'
export type { Approver, OperationRule, PasswordPolicy, PolicyContent } from './schema.ts'

/** A policy that was read, checked and linted. Frozen. */
export interface Policy extends PolicyContent {
  /** Twelve hexadecimal digits of the SHA-256 of what it says: comments, order and spelling of durations do not change it. */
  readonly version: string
}

const form: FileForm<PolicyContent> = {
  what: 'policy',
  example: 'bot/policy/default.yaml',
  namesAt,
  kindAt: (path) => (path.length === 1 && path[0] === 'operations' ? 'operation' : 'setting'),
  longest: 256 * 1024,
  shorten: 'keep lists of people in groups of the directory and name the groups',
  schema: policyFile,
  lint,
}

/**
 * Reads a policy file. It is refused as a whole when anything in it is wrong or weak.
 * @param filename for the message only
 * @throws PolicyError with all faults, their lines and columns, and what to write instead. What is weak is looked for once
 *   nothing is wrong.
 */
export function loadPolicy(text: string, filename: string): Policy {
  const content = checkedYaml(text, filename, form)
  return frozen({ ...content, version: versionOf(content) })
}
