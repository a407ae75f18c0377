import { roleOf } from './request-words.ts'

const endings = ['ation', 'ment', 'ing', 'ion', 'ed', 'er', 'or', 'al', 'ity', 'en'] as const

/**
 * What is common to the forms of an English word, roughly: `approvals`, `approving` and `approver` are one. Not a word; only for
 * comparing with other stems. Verbs for the same kind of role have the same stem.
 */
export function stem(word: string): string {
  if (word.length > 40) return word
  const single = singular(word)
  const ending = endings.find((one) => single.endsWith(one) && single.length - one.length >= 4)
  const bare = ending === undefined ? single : undoubled(single.slice(0, -ending.length))
  return roleOf(bare.length > 3 ? bare.replace(/[ey]$/, '') : bare)
}

function singular(word: string): string {
  if (word.length > 4 && word.endsWith('ies')) return `${word.slice(0, -3)}y`
  // `analysis` is one, `KPIs` are several.
  const several = /[^su]s$/.test(word) && (word.length === 4 || !word.endsWith('is'))
  if (word.length > 3 && several) return word.slice(0, -1)
  return word
}

/** `planning` is of `plan`, and `booking` of `book`. */
function undoubled(word: string): string {
  return /([bdglmnprt])\1$/.test(word) && word.length > 4 ? word.slice(0, -1) : word
}
