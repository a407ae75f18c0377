import type { OperationName } from './operation-name.ts'

/** What is true of an operation by its nature. Code says this, never the policy file. */
export interface OperationFacts {
  /** For messages to the administrator. */
  readonly title: string
  /** For whoever is concerned, where somebody else starts it. */
  readonly titleForPerson?: string
  /** Whose account it concerns: one's own, always somebody else's, or nobody's because it concerns everybody. */
  readonly for: 'self' | 'others' | 'everybody'
  /** Takes something away from a thief (and from nobody else): no proof is asked for, and a refusal always tells IT. */
  readonly protective: boolean
  /** Gives power over the account: never on the word of the chat alone, nor on security questions. */
  readonly guarded: boolean
  /** Writes what only the directory in which the account is mastered can write. */
  readonly needsSourceOfAuthority: boolean
  /** Does no more than keep somebody out, so that an account which is blocked already is no obstacle. */
  readonly blocks: boolean
  /** Whoever is concerned must prove themselves too, however sure one is of whoever starts it. */
  readonly personProves: boolean
  /** Never on the word of one, whatever the policy file says. */
  readonly twoPersons: boolean
  /**
   * Concerns what somebody has access to, not the account itself: that it is a guest's, or blocked, is no obstacle. The change
   * itself is decided once more when it is made, see decide-access.ts.
   */
  readonly aboutAccess: boolean
  /**
   * Under a lockdown: `closes` while self-service is frozen, and asks for the strongest proofs while those are demanded; `proves`:
   * IT goes on, with the strongest proofs; `stays`: nobody is ever kept from it.
   */
  readonly lockdown: 'closes' | 'proves' | 'stays'
}

const ordinary = {
  for: 'self',
  blocks: false,
  personProves: false,
  twoPersons: false,
  aboutAccess: false,
  lockdown: 'closes',
} as const

/** Every operation that a policy can speak of. */
export const operationFacts: Readonly<Record<OperationName, OperationFacts>> = {
  'reset-password': {
    title: 'a password reset',
    protective: false,
    guarded: true,
    needsSourceOfAuthority: true,
    ...ordinary,
  },
  'unlock-account': {
    title: 'an unlock',
    protective: false,
    guarded: true,
    needsSourceOfAuthority: true,
    ...ordinary,
  },
  // A first authenticator from chat alone is held back by the cooling-off, so it is not guarded.
  'enrol-totp': {
    title: 'setting up a first authenticator',
    protective: false,
    guarded: false,
    needsSourceOfAuthority: false,
    ...ordinary,
  },
  'replace-totp': {
    title: 'replacing the authenticator',
    protective: false,
    guarded: true,
    needsSourceOfAuthority: false,
    ...ordinary,
  },
  'set-security-questions': {
    title: 'setting security questions',
    protective: false,
    guarded: true,
    needsSourceOfAuthority: false,
    ...ordinary,
  },
  'protect-account': {
    title: '"This wasn\'t me"',
    protective: true,
    guarded: false,
    needsSourceOfAuthority: false,
    ...ordinary,
    blocks: true,
    lockdown: 'stays',
  },
  'reset-password-for': {
    title: 'a password reset for somebody else',
    titleForPerson: 'a password reset for you',
    for: 'others',
    protective: false,
    guarded: true,
    needsSourceOfAuthority: true,
    blocks: false,
    personProves: true,
    twoPersons: false,
    aboutAccess: false,
    lockdown: 'closes',
  },
  // Takes access away and gives none, so the chat will do; but one alone could lock everybody out.
  'freeze-account': {
    title: 'blocking somebody else’s account',
    for: 'others',
    protective: false,
    guarded: false,
    needsSourceOfAuthority: false,
    blocks: true,
    personProves: false,
    twoPersons: true,
    aboutAccess: false,
    lockdown: 'stays',
  },
  // May give back what was taken away, so the chat alone will not do.
  'undo-access': {
    title: 'undoing a change of access',
    for: 'others',
    protective: false,
    guarded: true,
    needsSourceOfAuthority: false,
    blocks: false,
    personProves: false,
    twoPersons: false,
    aboutAccess: true,
    lockdown: 'proves',
  },
  // Gives nobody anything, so the chat will do; but one alone could shut everybody out.
  'lock-down': {
    title: 'a lockdown for everybody',
    for: 'everybody',
    protective: false,
    guarded: false,
    needsSourceOfAuthority: false,
    blocks: false,
    personProves: false,
    twoPersons: true,
    aboutAccess: false,
    lockdown: 'stays',
  },
  // What a thief among IT would do next.
  'lift-lockdown': {
    title: 'lifting the lockdown',
    for: 'everybody',
    protective: false,
    guarded: true,
    needsSourceOfAuthority: false,
    blocks: false,
    personProves: false,
    twoPersons: true,
    aboutAccess: false,
    lockdown: 'stays',
  },
}

export const operationNames: readonly OperationName[] = [
  'reset-password',
  'unlock-account',
  'enrol-totp',
  'replace-totp',
  'set-security-questions',
  'protect-account',
  'reset-password-for',
  'freeze-account',
  'undo-access',
  'lock-down',
  'lift-lockdown',
]
