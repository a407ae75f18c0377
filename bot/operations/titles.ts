import { operationFacts } from '../policy/operations.ts'
import type { AccessOperation } from './operation.ts'

/** Of those that no policy speaks of; all others have their titles in bot/policy/operations.ts. */
const ofAccess: Readonly<Record<AccessOperation, string>> = {
  'grant-access': 'giving access',
  'revoke-access': 'taking access back',
  'disable-account': 'blocking an account at the end of a contract',
  'enable-account': 'opening an account for a contract',
}

const titles: ReadonlyMap<string, string> = new Map([
  ...Object.entries(operationFacts).map(([name, { title }]) => [name, title] as const),
  ...Object.entries(ofAccess),
])

/** An operation in plain words, for people; one of another release by its name. */
export function operationTitle(operation: string): string {
  return titles.get(operation) ?? operation
}

const names = [...titles.keys()].sort((one, other) => other.length - one.length)
const anyName = new RegExp(`(?<![\\w-])(?:${names.join('|')})(?![\\w-])`, 'g')

/** A text with the title of every operation in the place of its name. */
export function withOperationTitles(text: string): string {
  return text.replace(anyName, operationTitle)
}
