import type { AgentError } from '../../agent/protocol/frames.ts'

/** What a person reads when the company's own directory fails them. Never a vendor's words, a name of a machine or an id. */
export const linkSentences = {
  down: 'The connection to the company’s own directory is down just now, and nothing was changed. Please try again in a few minutes.',
  'maybe-done':
    'The company’s own directory did not answer, so it is not certain whether the change was made. That has to be checked before anything else is tried.',
  'no-agent':
    'That account is looked after in your company’s own network, and I am not connected to it. IT can do it for you.',
  'which-domain':
    'Your company has more than one directory of its own, and I cannot tell which one this is about. IT can do it for you.',
  forbidden: 'Your company does not let me change that. IT can do it for you.',
  'not-understood': 'The company’s own directory could not do that, and nothing was changed. IT has to look at it.',
  busy: 'The company’s own directory is very busy, and nothing was changed. Please try again in a few minutes.',
} as const

/** What a password did wrong, when the company's own directory says so. */
export const passwordSentences: Readonly<Record<NonNullable<AgentError['rule']>, string>> = {
  length: 'That password is too short for your company’s rules, and nothing was changed. Please ask for a new one.',
  complexity:
    'That password is not varied enough for your company’s rules, and nothing was changed. Please ask for a new one.',
  history: 'That password was used before, and nothing was changed. Please ask for a new one.',
  'too-young':
    'Your company’s rules do not let a password be changed again so soon after the last time, and nothing was changed. IT can do it for you.',
  unknown: 'The directory did not accept that password, and nothing was changed. Please ask for a new one.',
}
