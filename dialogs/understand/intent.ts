/** What a person can want of HelpBot in a conversation. */
export const intents = [
  'reset-password',
  'unlock-account',
  'enrol-totp',
  'set-security-questions',
  'not-me',
  'on-behalf',
  'request-access',
  'my-access',
  'who-is-in',
  'who-approves',
  'withdraw-request',
  'extend-access',
  'hand-back',
  'contractor',
  'undo',
  'lockdown',
  'my-tickets',
  'open-threads',
  'talk-to-human',
  'help',
  'cancel',
  'start-over',
  'small-talk',
] as const
export type Intent = (typeof intents)[number]

/** Intents whose dialog may change an account or a factor: they start only when the words leave no doubt. */
export const sensitiveIntents: ReadonlySet<Intent> = new Set<Intent>([
  'reset-password',
  'unlock-account',
  'enrol-totp',
  'set-security-questions',
  'not-me',
])

/** Intents worth a button on the "did you mean" card; the others are said as easily as pressed. */
export const offeredIntents: ReadonlySet<Intent> = new Set<Intent>([
  ...sensitiveIntents,
  'on-behalf',
  'request-access',
  'my-access',
  'who-is-in',
  'who-approves',
  'withdraw-request',
  'extend-access',
  'hand-back',
  'contractor',
  'my-tickets',
  'talk-to-human',
])

/** Intents whose dialog makes something of the words it was started with. */
export const topicIntents: ReadonlySet<Intent> = new Set<Intent>([
  'request-access',
  'who-is-in',
  'who-approves',
  'withdraw-request',
  'extend-access',
  'hand-back',
])
