import type { ProofMethod } from '../identity/proof.ts'
import type { OperationName } from './operation-name.ts'
import { operationFacts } from './operations.ts'

/**
 * What an alternative rests on when the answers to security questions, which are no authentication factor, are thought
 * away (OWASP ASVS 5 6.4.2; NIST SP 800-63B-4 3.1.1.2).
 */
export function withoutQuestions(alternative: readonly ProofMethod[]): readonly ProofMethod[] {
  return alternative.filter((method) => method !== 'questions')
}

/** True where nothing is left but the chat in which the request came, which a thief of the session holds too. */
export function restsOnChatAlone(alternative: readonly ProofMethod[]): boolean {
  return withoutQuestions(alternative).every((method) => method === 'channel')
}

/**
 * The floor below which no policy can go, whatever its file says: the linter reports it, `decide` enforces it. Questions
 * never carry an operation, and the chat alone never carries one that gives power over the account.
 */
export function carries(operation: OperationName, alternative: readonly ProofMethod[]): boolean {
  if (withoutQuestions(alternative).length === 0) return false
  return !(operationFacts[operation].guarded && restsOnChatAlone(alternative))
}
