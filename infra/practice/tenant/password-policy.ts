const shortest = 8
const longest = 256
const classesNeeded = 3
const pointsNeeded = 5
/** Login names shorter than this may occur in a password: they would forbid letters. */
const shortestLogin = 3

/** A small part of the global list, for practice; the company's name comes on top. */
const bannedEverywhere = [
  'password',
  'passwort',
  'welcome',
  'qwerty',
  'letmein',
  'admin',
  'monkey',
  'dragon',
  'summer',
  'winter',
]

/** Common substitutions are undone before looking (learn.microsoft.com/entra/identity/authentication/concept-password-ban-bad). */
const substitutions: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'l',
  $: 's',
  '@': 'a',
  '3': 'e',
  '4': 'a',
  '5': 's',
}

/** Why a password is refused; undefined when it is not. */
export type PasswordFault = 'length' | 'complexity' | 'login-name' | 'banned'

/**
 * The tenant's password policy: 8 to 256 characters, three of four classes (learn.microsoft.com/entra/identity/authentication/
 * concept-password-ban-bad-combined-policy), not holding the login name, and five points or more: one for each banned word and
 * one for each other character.
 */
export function passwordFault(
  password: string,
  loginName: string,
  companyWords: readonly string[],
): PasswordFault | undefined {
  if (password.length < shortest || password.length > longest) return 'length'
  const classes = [/\p{Lu}/u, /\p{Ll}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u].filter((one) => one.test(password)).length
  if (classes < classesNeeded) return 'complexity'
  const login = loginName.toLowerCase()
  if (login.length >= shortestLogin && password.toLowerCase().includes(login)) return 'login-name'
  return points(password, [...bannedEverywhere, ...companyWords]) < pointsNeeded ? 'banned' : undefined
}

function points(password: string, banned: readonly string[]): number {
  const plain = [...password.toLowerCase()].map((character) => substitutions[character] ?? character).join('')
  let rest = plain
  let found = 0
  for (const word of [...banned].sort((one, other) => other.length - one.length)) {
    const parts = rest.split(word.toLowerCase())
    found += parts.length - 1
    rest = parts.join('')
  }
  return found + [...rest].length
}
