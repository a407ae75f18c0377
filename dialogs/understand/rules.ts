import type { Intent } from './intent.ts'
import type { Concept } from './lexicon.ts'
import type { Reading, Token } from './reading.ts'

/**
 * Concepts that together speak for an intent: one token for each group, neighbours in the list at most `within` tokens apart
 * in the text, in any order. `weight` is how strongly they speak for it, from 0 to 1.
 */
export interface Rule {
  readonly intent: Intent
  readonly weight: number
  readonly within: number
  readonly groups: readonly (readonly Concept[])[]
  /** Holds only in a message of at most so many words. */
  readonly atMost?: number
  /** The groups must come in this order in the text. */
  readonly inOrder?: boolean
}

/** A rule that held, and the places of the tokens that made it hold. */
export interface Hit {
  readonly intent: Intent
  readonly weight: number
  readonly places: readonly number[]
}

const rule = (intent: Intent, weight: number, within: number, ...groups: Concept[][]): Rule => ({
  intent,
  weight,
  within,
  groups,
})

const secondFactorTroubles: Concept[] = [
  ...([
    'setup',
    'choose',
    'lost',
    'new',
    'reset',
    'change',
    'changed',
    'failing',
    'trouble',
    'cannot',
    'phone',
  ] as const),
  ...(['forgot', 'expired', 'locked', 'lockedOut', 'unlock', 'qr'] as const),
]
const ownThings: Concept[] = ['password', 'account', 'login', 'authenticator', 'pin', 'questions', 'user']

/** A stated cause weighs more than a symptom: an expired password more than "can't log in". */
export const rules: readonly Rule[] = [
  rule('reset-password', 0.95, 9, ['forgot'], ['password']),
  rule('reset-password', 0.93, 7, ['cannot'], ['recall'], ['password']),
  rule('reset-password', 0.95, 6, ['expired'], ['password']),
  rule('reset-password', 0.92, 5, ['reset'], ['password']),
  rule('reset-password', 0.85, 3, ['lost'], ['password']),
  rule('reset-password', 0.86, 5, ['change'], ['password']),
  rule('reset-password', 0.8, 3, ['new'], ['password']),
  rule('reset-password', 0.8, 5, ['failing'], ['password']),
  rule('reset-password', 0.75, 4, ['trouble', 'cannot'], ['password']),
  rule('reset-password', 0.8, 3, ['forgot', 'expired', 'reset'], ['loginName']),
  rule('reset-password', 0.72, 5, ['cannot', 'failing', 'trouble'], ['login']),
  rule('reset-password', 0.72, 4, ['cannot', 'trouble'], ['access'], ['account']),
  rule('reset-password', 0.65, 5, ['want'], ['password'], ['changed']),
  rule('reset-password', 0.5, 4, ['cannot', 'failing', 'trouble'], ['account']),
  rule('reset-password', 0.65, 4, ['forgot', 'expired', 'reset', 'change'], ['pass']),
  rule('reset-password', 0.5, 4, ['forgot', 'reset', 'change'], ['pin', 'user']),
  { ...rule('reset-password', 0.5, 0, ['password']), atMost: 12 },
  { ...rule('reset-password', 0.45, 0, ['reset']), atMost: 2 },
  rule('unlock-account', 0.9, 5, ['lockedOut', 'locked', 'unlock'], ['account', 'user', 'login']),
  rule('unlock-account', 0.86, 5, ['blocked'], ['account', 'user', 'login']),
  rule('unlock-account', 0.84, 0, ['lockedOut']),
  rule('unlock-account', 0.9, 3, ['attempts'], ['attempts']),
  rule('unlock-account', 0.6, 3, ['attempts'], ['times']),
  rule('unlock-account', 0.9, 6, ['times'], ['password', 'login', 'code'], ['attempts', 'failing']),
  rule('unlock-account', 0.9, 5, ['attempts'], ['failing'], ['password', 'login']),
  rule('unlock-account', 0.84, 4, ['attempts'], ['login']),
  rule('unlock-account', 0.5, 0, ['locked', 'unlock']),
  rule('enrol-totp', 0.94, 6, ['authenticator'], secondFactorTroubles),
  rule('enrol-totp', 0.72, 4, ['authenticator'], ['want']),
  rule('enrol-totp', 0.85, 5, ['qr'], ['setup', 'new', 'failing', 'cannot', 'phone', 'want', 'lost', 'expired']),
  rule('enrol-totp', 0.9, 8, ['code'], ['phone'], ['new', 'lost', 'changed', 'change']),
  rule('enrol-totp', 0.86, 8, ['phone'], ['new', 'lost', 'changed', 'change'], ['login', 'authenticator']),
  rule('enrol-totp', 0.65, 8, ['phone'], ['new', 'lost', 'changed', 'change'], ['setup']),
  rule('enrol-totp', 0.6, 4, ['code'], ['failing']),
  rule('enrol-totp', 0.6, 0, ['authenticator']),
  rule('enrol-totp', 0.55, 4, ['phone'], ['new', 'lost', 'changed', 'change']),
  { ...rule('enrol-totp', 0.5, 0, ['qr']), atMost: 6 },
  rule(
    'set-security-questions',
    0.94,
    6,
    ['questions'],
    ['setup', 'choose', 'change', 'changed', 'reset', 'forgot', 'lost', 'new', 'cannot', 'failing'],
  ),
  rule('set-security-questions', 0.6, 0, ['questions']),
  { ...rule('not-me', 0.97, 6, ['someone', 'hacked'], ['meddled'], ownThings), inOrder: true },
  rule('not-me', 0.68, 4, ['someone'], ['account']),
  rule('not-me', 0.68, 3, ['activity'], ['login']),
  rule('not-me', 0.95, 3, ['someone', 'hacked'], ['login']),
  rule('not-me', 0.97, 5, ['hacked', 'stolen'], ['password', 'account', 'login']),
  rule('not-me', 0.97, 4, ['strange'], ['login', 'activity', 'authenticator']),
  { ...rule('not-me', 0.9, 0, ['notMe']), atMost: 6 },
  rule('not-me', 0.97, 10, ['notMe'], [...ownThings, 'activity', 'meddled', 'changed', 'reset', 'code']),
  rule('not-me', 0.6, 0, ['notMe']),
  rule('not-me', 0.97, 12, ['denied'], [...ownThings, 'activity', 'change', 'changed', 'reset', 'code']),
  rule('not-me', 0.97, 8, ['gave'], ['hacked', 'fooled']),
  rule('not-me', 0.97, 6, ['gave'], ['password'], ['someone', 'strange']),
  rule('not-me', 0.8, 5, ['self'], ['victim']),
  rule('not-me', 0.5, 0, ['hacked']),
  rule('not-me', 0.68, 20, ['unasked'], ownThings),
  rule('not-me', 0.6, 0, ['denied']),
  { ...rule('not-me', 0.62, 5, ['people'], ['meddled'], ['password', 'account']), inOrder: true },
  rule('not-me', 0.6, 4, ['password'], ['changed']),
  rule('not-me', 0.5, 3, ['strange'], ['account', 'login', 'code']),
  rule(
    'on-behalf',
    1,
    12,
    ['forOther'],
    [
      'reset',
      'forgot',
      'expired',
      'password',
      'account',
      'login',
      'locked',
      'lockedOut',
      'unlock',
      'blocked',
      'cannot',
    ],
  ),
  { ...rule('on-behalf', 0.75, 0, ['forOther']), atMost: 8 },
  rule('on-behalf', 0.75, 0, ['accessPass']),
  rule('open-threads', 0.98, 8, ['thread'], ['unanswered', 'status', 'human']),
  { ...rule('open-threads', 0.75, 0, ['thread']), atMost: 2 },
  { ...rule('open-threads', 1, 2, ['unanswered'], ['ticket'], ['human']), inOrder: true },
  rule('open-threads', 0.9, 3, ['human'], ['queue']),
  rule('my-tickets', 1, 12, ['status'], ['ticket']),
  rule('my-tickets', 0.85, 1, ['own'], ['ticket']),
  { ...rule('my-tickets', 0.75, 0, ['ticket']), atMost: 2 },
  rule('my-tickets', 0.6, 3, ['own'], ['ticket']),
  rule('talk-to-human', 0.98, 5, ['contact'], ['human']),
  rule('talk-to-human', 0.8, 4, ['want'], ['human']),
  rule('talk-to-human', 0.6, 3, ['make'], ['ticket']),
  rule('talk-to-human', 0.5, 0, ['human']),
]

/** What happened, as opposed to what it happened to: "not" in front of these takes their meaning away. */
const happenings: ReadonlySet<Concept> = new Set<Concept>([
  ...([
    'forgot',
    'expired',
    'reset',
    'change',
    'changed',
    'failing',
    'locked',
    'lockedOut',
    'unlock',
    'blocked',
  ] as const),
  ...([
    'hacked',
    'stolen',
    'setup',
    'new',
    'lost',
    'want',
    'contact',
    'meddled',
    'strange',
    'gave',
    'trouble',
    'attempts',
  ] as const),
])

/** Every rule that holds for the message. Bounded: at most 250 tokens, three groups, windows of eight. */
export function hitsOf(reading: Reading): Hit[] {
  const { tokens } = reading
  const hits: Hit[] = []
  for (const { intent, weight, within, groups, atMost, inOrder } of rules) {
    if (atMost !== undefined && tokens.length > atMost) continue
    for (const places of placesOf(tokens, groups, within, inOrder === true)) hits.push({ intent, weight, places })
  }
  return hits
}

/** In a message of at most so many tokens, a rule reaches over a full stop. */
const shortMessage = 30

function placesOf(
  tokens: readonly Token[],
  groups: readonly (readonly Concept[])[],
  within: number,
  inOrder: boolean,
): number[][] {
  let partial: number[][] = [[]]
  for (const group of groups) {
    const longer: number[][] = []
    for (const places of partial) {
      const previous = places.at(-1)
      const from = previous === undefined ? 0 : Math.max(0, inOrder ? previous : previous - within)
      const to = previous === undefined ? tokens.length - 1 : Math.min(tokens.length - 1, previous + within)
      for (let at = from; at <= to; at++) {
        if (!places.includes(at) && speaks(tokens, at, group, groups.length === 1) && together(tokens, previous, at))
          longer.push([...places, at])
      }
    }
    partial = longer.slice(0, 50)
  }
  return partial
}

function speaks(tokens: readonly Token[], at: number, group: readonly Concept[], alone: boolean): boolean {
  const token = tokens[at]
  if (token === undefined || (alone && token.negated)) return false
  return group.some((concept) => token.is.has(concept) && !(token.negated && happenings.has(concept)))
}

function together(tokens: readonly Token[], one: number | undefined, other: number): boolean {
  if (one === undefined || tokens.length <= shortMessage) return true
  return tokens[one]?.sentence === tokens[other]?.sentence
}
