import type { OperationName } from '../desk.ts'

/** What is true of an operation by its nature. Code says this, never the policy file. */
export interface OperationFacts {
  /** For messages to the administrator. */
  readonly title: string
  /** Takes something away from a thief (and from nobody else): no proof is asked for, and a refusal always tells IT. */
  readonly protective: boolean
  /** Gives power over the account: never on the word of the chat alone, nor on security questions. */
  readonly guarded: boolean
  /** Writes what only the directory in which the account is mastered can write. */
  readonly needsSourceOfAuthority: boolean
}

/** Every operation that a policy can speak of. */
export const operationFacts: Readonly<Record<OperationName, OperationFacts>> = {
  'reset-password': {
    title: 'a password reset',
    protective: false,
    guarded: true,
    needsSourceOfAuthority: true,
  },
  'unlock-account': {
    title: 'an unlock',
    protective: false,
    guarded: true,
    needsSourceOfAuthority: true,
  },
  // A first authenticator from chat alone is held back by the cooling-off, so it is not guarded.
  'enrol-totp': {
    title: 'setting up a first authenticator',
    protective: false,
    guarded: false,
    needsSourceOfAuthority: false,
  },
  'replace-totp': {
    title: 'replacing the authenticator',
    protective: false,
    guarded: true,
    needsSourceOfAuthority: false,
  },
  'set-security-questions': {
    title: 'setting security questions',
    protective: false,
    guarded: true,
    needsSourceOfAuthority: false,
  },
  'protect-account': {
    title: '"This wasn\'t me"',
    protective: true,
    guarded: false,
    needsSourceOfAuthority: false,
  },
}

export const operationNames: readonly OperationName[] = [
  'reset-password',
  'unlock-account',
  'enrol-totp',
  'replace-totp',
  'set-security-questions',
  'protect-account',
]
