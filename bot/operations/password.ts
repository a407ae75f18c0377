import type { PasswordPolicy } from '../policy/schema.ts'
import { words } from './words.ts'

/** A whole number from 0 up to but not including the bound, evenly: `randomInt` of node:crypto. */
export type RandomInt = (bound: number) => number

/** Digits and letters that cannot be taken for one another on paper or in a strange font: no 0 O o, no 1 I l. */
const digits = '23456789'
const lower = 'abcdefghijkmnpqrstuvwxyz'
const upper = 'ABCDEFGHJKLMNPQRSTUVWXYZ'
/** Those that have a name everybody knows, and that Entra ID takes. */
const symbols = '-+=?!#%*@'
const alphabets = [lower, upper, digits, symbols] as const
const alphabet = alphabets.join('')

/** Entra ID takes 8 to 256 characters of three of the four classes (learn.microsoft.com/entra/identity/authentication/concept-sspr-policy). */
const entra = { least: 8, most: 256, classes: 3 } as const

/** A part of a name shorter than this would forbid half of all words; Active Directory draws the same line. */
const shortestBanned = 3
const attempts = 1000

/**
 * Makes a temporary password that can be read aloud: words of a list with a number among them (`Tulip-427-Harbor-Kite`), or
 * single characters, as the policy says. It meets the policy and Entra ID's rules, and contains nothing of `avoid`.
 * @param avoid names of the person and words that are banned; parts of two letters and fewer are left out of account
 * @param randomInt a cryptographically secure source; nothing else decides
 * @throws Error when the policy cannot be met (it bans too much); the message holds no password
 */
export function temporaryPassword(policy: PasswordPolicy, avoid: readonly string[], randomInt: RandomInt): string {
  const banned = partsOf(avoid)
  const draw = policy.style === 'words' ? drawWords : drawCharacters
  for (let attempt = 0; attempt < attempts; attempt++) {
    const candidate = draw(policy, randomInt)
    if (isAcceptable(candidate, policy, banned)) return candidate
  }
  throw new Error(`no temporary password meets the policy: ${banned.length} banned words leave none within reach`)
}

/**
 * The strength of such a password against somebody who knows the policy and this code, in bits: the logarithm of how many
 * equally likely passwords there are. What `avoid` rules out is not taken off; it is a fraction of a bit.
 * - words: words × log2(size of the list) + digits × 3
 * - characters: log2 of how many strings of this length have enough classes
 */
export function entropyBits(policy: PasswordPolicy): number {
  // Words that are added to reach the minimum length add strength; the shortest case counts.
  if (policy.style === 'words') return policy.words * Math.log2(words.length) + policy.digits * Math.log2(digits.length)
  const length = lengthOf(policy)
  return length * Math.log2(alphabet.length) + Math.log2(shareWithClasses(length, classesOf(policy)))
}

function drawWords(policy: PasswordPolicy, randomInt: RandomInt): string {
  const number = Array.from({ length: policy.digits }, () => pick(digits, randomInt)).join('')
  const parts = [capitalised(pick(words, randomInt)), number]
  for (let count = 1; count < policy.words || parts.join('-').length < minimumOf(policy); count++)
    parts.push(capitalised(pick(words, randomInt)))
  return parts.join('-')
}

function drawCharacters(policy: PasswordPolicy, randomInt: RandomInt): string {
  return Array.from({ length: lengthOf(policy) }, () => pick(alphabet, randomInt)).join('')
}

/** Drawing again what does not fit keeps what fits equally likely; forcing classes into fixed places would not. */
function isAcceptable(candidate: string, policy: PasswordPolicy, banned: readonly string[]): boolean {
  if (candidate.length < minimumOf(policy) || candidate.length > entra.most) return false
  const classes = alphabets.filter((letters) => [...letters].some((letter) => candidate.includes(letter))).length
  if (classes < classesOf(policy)) return false
  // With and without what stands between the words: `Help-Bot` contains "helpbot" to anyone who reads it.
  const written = candidate.toLowerCase()
  const spoken = bare(written)
  return !banned.some((part) => written.includes(part) || spoken.includes(part))
}

/** Whole names and their parts, bare of case, accents and punctuation, long enough to matter. */
function partsOf(avoid: readonly string[]): readonly string[] {
  const plain = avoid.map((text) => text.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, ''))
  const parts = plain.flatMap((text) => [text.trim(), bare(text), ...text.split(/[^\p{L}\p{N}]+/u)])
  return [...new Set(parts)].filter((part) => part.length >= shortestBanned)
}

function bare(text: string): string {
  return text.replace(/[^\p{L}\p{N}]+/gu, '')
}

function minimumOf(policy: PasswordPolicy): number {
  return Math.max(entra.least, policy.minimumLength)
}

function lengthOf(policy: PasswordPolicy): number {
  return Math.max(minimumOf(policy), policy.length)
}

function classesOf(policy: PasswordPolicy): number {
  return Math.max(entra.classes, policy.classes)
}

/** Which part of all strings of a length has at least so many classes: inclusion and exclusion over the sets of classes. */
function shareWithClasses(length: number, least: number): number {
  const sets = Array.from({ length: 1 << alphabets.length }, (_, set) => set)
  const size = (set: number) => alphabets.filter((_, index) => set & (1 << index)).length
  const within = (set: number) => {
    const letters = alphabets.reduce((sum, letters, index) => sum + (set & (1 << index) ? letters.length : 0), 0)
    return (letters / alphabet.length) ** length
  }
  const exactly = (set: number) =>
    sets
      .filter((part) => (part & set) === part)
      .reduce((sum, part) => sum + (-1) ** (size(set) - size(part)) * within(part), 0)
  return sets.filter((set) => size(set) >= least).reduce((sum, set) => sum + exactly(set), 0)
}

function pick<T>(from: { readonly length: number; readonly [index: number]: T }, randomInt: RandomInt): T {
  const chosen = from[randomInt(from.length)]
  if (chosen === undefined) throw new RangeError('the random source went out of bounds')
  return chosen
}

function capitalised(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}
