import { withoutSecretForms } from '../audit/secret-words.ts'

export type SecretKind = 'code' | 'key' | 'password'

/** Six to eight digits, in groups or one by one: a one-time code (RFC 4226 section 5.3 asks for six to eight). */
const digits = String.raw`(?:\d{3,4}[ -]?\d{3,4}|\d(?: \d){5,7}|\d{2}(?: \d{2}){2,3})`
/** Words with which somebody hands over a code and says nothing else. */
const handing =
  '(?:ok|okay|yes|hi|hello|sure|here|you|go|it|s|is|this|that|my|the|now|one|please|thanks|thank|ja|hier|ist|das|der|er|mein|bitte|danke)'
const codeAlone = new RegExp(String.raw`^\W*(?:${handing}\W+){0,6}${digits}(?:\W+${handing}){0,6}\W*$`, 'i')
const nameOfCode = '(?:code|otp|totp|passcode|authenticator|2fa|mfa|einmalcode)'
const namedCode = new RegExp(
  String.raw`\b${nameOfCode}\b\W*(?:(?:is|was|says|shows|now|it|the|ist)\W+){0,3}${digits}(?!\d)|(?<!\d)${digits}\W+(?:is|was|ist|war)\W+(?:(?:my|the|your|a|mein|der)\W+)?(?:\w+\W+)?${nameOfCode}\b`,
  'i',
)

/**
 * Base32 (RFC 4648 section 6) of 80 bits and more, in one piece or in groups of four as authenticator apps show it. How far one looks
 * for a digit is bounded, for longer than any key: a message of nothing but spaces would be looked through from each of them.
 */
const keys = [
  /\b(?=[A-Z]*[2-7])[A-Z2-7]{16,}\b/,
  /\b(?=(?:[a-z]*[2-7]){2})[a-z2-7]{16,}\b/,
  /(?<![\w-])(?=(?:[A-Z2-7]{4} ){3})(?=[A-Z ]{0,200}[2-7])(?:[A-Z2-7]{4} ){3,}[A-Z2-7]{2,4}\b/i,
]

/** As temporary passwords of this house look: words with a number among them, see bot/operations/password.ts. */
const ownPassword = /(?<![\p{L}\d-])\p{L}{3,8}-\d{1,8}(?:-\p{L}{3,8}){2,}(?![\p{L}\d])/u
/** Letters of both cases, digits and signs in one piece, twelve and more: nobody writes that but a password. */
const noisy = /(?<!\S)(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)(?=\S*[+=?!#%*$^&@])[A-Za-z0-9+=?!#%*$^&@-]{12,64}(?!\S)/
/** The same from eight on where nothing else is said: a Temporary Access Pass looks so. */
const noisyAlone = /^\s*(?!\w+:\/\/)(?=\S*[a-z])(?=\S*[A-Z])(?=\S*\d)(?=\S*[+=?!#%*$^&@])[!-~]{8,64}\s*$/

const namedPassword =
  /\b(?:password|passwd|pwd|pw|passphrase|pass|pin|passwort|kennwort)\b\s*(?:is now|is|was|ist|lautet|:|=)\s*["'„“]?([^\s"'“”]{4,64})/giu
/** Named and said in one breath: only with letters, a digit and a sign is it one. */
const spokenPassword =
  /\b(?:password|passwd|pwd|pw|passphrase|passwort|kennwort)\s+(?=\S*\d)(?=\S*\p{L})(?=\S*[!@#$%^&*+=])\S{6,64}/iu

/** What is said of passwords without saying one. */
const ordinary = new Set(
  `about accepted already always always anything asked being blocked broken changed changing correct different disabled empty expired
   expiring fine forgotten gone hidden incorrect invalid known like locked lost missing needed never none okay outdated rejected
   refused required reset right safe secret stuck temporary there too unchanged unknown weak working wrong please what when where
   abgelaufen falsch gesperrt vergessen weg`.split(/\s+/),
)

/**
 * Whether words look like a secret that must not be passed on: a one-time code, an authenticator's key, a password. Made for
 * chat: a phone number, a ticket's number, a year or an order number with words around it is none. Pure.
 */
export function looksLikeSecret(written: string): SecretKind | undefined {
  // Digits of another width are digits, and what cannot be seen parts nothing.
  const text = written.normalize('NFKC').replace(/\p{Cf}/gu, '')
  if (codeAlone.test(text) || namedCode.test(text)) return 'code'
  if (keys.some((key) => key.test(text)) || withoutSecretForms(text) !== text) return 'key'
  if ([ownPassword, noisy, noisyAlone, spokenPassword].some((form) => form.test(text))) return 'password'
  for (const found of text.matchAll(namedPassword)) {
    const after = text.slice(found.index + found[0].length)
    if (isPassword(found[1] ?? '', /^\s*(?:$|["'“”])/.test(after))) return 'password'
  }
  return undefined
}

/** After "the password is": with a digit, a sign or a capital inside it is one; a plain word only if nothing follows it. */
function isPassword(given: string, last: boolean): boolean {
  const value = given.replace(/[.,;:!?)]+$/, '')
  if (ordinary.has(value.toLowerCase())) return false
  if (/\d|\p{L}\p{Lu}|[^\p{L}\p{N}'’-]/u.test(value)) return true
  return last
}

const names: Readonly<Record<SecretKind, string>> = {
  code: 'a one-time code',
  key: 'the key of an authenticator or a token',
  password: 'a password',
}

/** Why words were not passed on, for whoever wrote them. */
export function secretRefused(kind: SecretKind): string {
  return `I did not pass that on, because it looks like ${names[kind]}. Nobody at IT needs it, and nobody may ask for it. Delete it here if you can, and say it in other words.`
}
