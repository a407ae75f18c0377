import { createHash } from 'node:crypto'
import { canonicalJson } from '../audit/canonical-json.ts'

/** The name under which the audit remembers what was in force. */
export function versionOf(content: object): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex').slice(0, 12)
}
