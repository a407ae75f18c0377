import type { ProofMethod } from '../identity/proof.ts'
import type { OperationName } from './operation-name.ts'
import { type OperationFacts, operationFacts } from './operations.ts'

/** freeze: nothing is done that gives anybody anything. strict: only the strongest proofs count. */
export const lockdownModes = ['strict', 'freeze'] as const
export type LockdownMode = (typeof lockdownModes)[number]

/** `open`: no lockdown is in force; `unknown`: it could not be read, which leads to a refusal. */
export type LockdownState = LockdownMode | 'open' | 'unknown'

type Alternatives = readonly (readonly ProofMethod[])[]

/** Why a lockdown refuses an operation whatever was proved; undefined where it does not. */
export function closedBy(state: LockdownState, operation: OperationName): 'lockdown' | 'unverifiable' | undefined {
  const { lockdown } = operationFacts[operation]
  if (lockdown === 'stays') return undefined
  if (state === 'unknown') return 'unverifiable'
  return state === 'freeze' && lockdown === 'closes' ? 'lockdown' : undefined
}

/** Whether only the strongest proofs count for it now. */
export function isStrict(state: LockdownState, { lockdown }: Pick<OperationFacts, 'lockdown'>): boolean {
  return (state === 'strict' || state === 'freeze') && lockdown !== 'stays'
}

/**
 * The floor below which no list of strongest proofs can go, whatever the file says: the linter reports it, `decide` enforces it.
 * A manager's word, the chat and security questions are what somebody who is inside already has or can talk others into.
 */
export function isStrong(alternative: readonly ProofMethod[]): boolean {
  return alternative.includes('totp') && !alternative.includes('questions')
}

/**
 * What is asked for under a lockdown: what the operation asks for anyhow, and besides one line of the strongest proofs. No line holds
 * another one whole, so that nobody is asked for more than they need.
 */
export function withStrongest(alternatives: Alternatives, strongest: Alternatives): Alternatives {
  const both = alternatives.flatMap((one) =>
    strongest.filter(isStrong).map((strong) => [...new Set([...one, ...strong])].sort()),
  )
  const different = [...new Map(both.map((methods) => [methods.join(), methods])).values()]
  return different.filter(
    (methods) =>
      !different.some((other) => other.length < methods.length && other.every((one) => methods.includes(one))),
  )
}

/** What everybody else hears: that it is closed and what to do, never why. */
export function closedSentence(contact: string): string {
  return `Self-service is closed at the moment, by decision of IT. ${contact}`
}

/** The same while it is not closed, and only the strongest proofs count. */
export function strictSentence(contact: string): string {
  return `By decision of IT only the strongest proofs count at the moment, and no access can be asked for. ${contact}`
}
