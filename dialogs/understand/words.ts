import { correct } from './spelling.ts'

/** One word of a message, lower case, spelling corrected, contractions taken apart. */
export interface Word {
  readonly text: string
  /** Counts up at every . ! ? ; and line end. */
  readonly sentence: number
  /** Counts up at commas, colons and "but" as well: a "not" reaches no further. */
  readonly clause: number
  /** Stood between double quotation marks. */
  readonly quoted: boolean
  /** Written "somebody's". */
  readonly possessive: boolean
}

const expansions = new Map(
  Object.entries({
    cant: 'can not',
    cannot: 'can not',
    "can't": 'can not',
    cnt: 'can not',
    canot: 'can not',
    wont: 'will not',
    "won't": 'will not',
    "shan't": 'shall not',
    "let's": 'let us',
    lets: 'let us',
    dont: 'do not',
    doesnt: 'does not',
    dosent: 'does not',
    dosnt: 'does not',
    didnt: 'did not',
    isnt: 'is not',
    wasnt: 'was not',
    arent: 'are not',
    aint: 'is not',
    "ain't": 'is not',
    havent: 'have not',
    hasnt: 'has not',
    hadnt: 'had not',
    couldnt: 'could not',
    wouldnt: 'would not',
    shouldnt: 'should not',
    im: 'i am',
    ive: 'i have',
    youre: 'you are',
    whats: 'what is',
    thats: 'that is',
    gonna: 'going to',
    wanna: 'want to',
    gotta: 'got to',
    dunno: 'do not know',
    lemme: 'let me',
    gimme: 'give me',
    u: 'you',
    ur: 'your',
    r: 'are',
    pls: 'please',
    plz: 'please',
    plss: 'please',
    wo: 'will',
    w: 'with',
    nvm: 'never mind',
    nvmd: 'never mind',
    nevermind: 'never mind',
    setup: 'set up',
    helpdesk: 'help desk',
    servicedesk: 'service desk',
    wi: 'wifi',
    someones: 'someone',
  }),
)

const endings: readonly (readonly [string, string])[] = [
  ["n't", ' not'],
  ["'m", ' am'],
  ["'re", ' are'],
  ["'ve", ' have'],
  ["'ll", ' will'],
  ["'d", ' would'],
]

/** Before 's these mean "is" or "has", not a possession. */
const takesIs = new Set(
  `it that what who where there here he she how when why everything something nothing password account login phone
  authenticator laptop computer screen app mfa code pwd everyone one nobody`.split(/\s+/),
)

/**
 * Takes normalised text apart into words. One pass over the text with alternatives that cannot overlap, so the time is linear.
 */
export function wordsOf(text: string): Word[] {
  const words: Word[] = []
  const allCapitals = !/\p{Ll}/u.test(text)
  let sentence = 0
  let clause = 0
  let quoted = false
  for (const [piece] of text.matchAll(/#\d{2,10}|[\p{L}\p{N}]+(?:'\p{L}+)?|\.(?=\s|$)|[!?;\n",:()]/gu)) {
    if (piece === '"') quoted = !quoted
    else if (/[.!?;\n]/.test(piece)) {
      sentence++
      clause++
    } else if (/[,:()]/.test(piece)) clause++
    else {
      const lower = piece.toLowerCase()
      if (lower === 'but' || lower === 'however') clause++
      const possessive =
        lower.endsWith("'s") &&
        !expansions.has(lower) &&
        !expansions.has(lower) &&
        !takesIs.has(correct(lower.slice(0, -2)))
      const meaning = piece === 'IT' && !allCapitals ? 'itdept' : expand(lower)
      for (const part of meaning.split(' ')) {
        words.push({ text: part, sentence, clause, quoted, possessive })
      }
    }
  }
  return words
}

function expand(word: string): string {
  const exact = expansions.get(word)
  if (exact !== undefined) return exact
  for (const [ending, replacement] of endings) {
    if (word.endsWith(ending)) return correct(word.slice(0, -ending.length)) + replacement
  }
  if (word.endsWith("'s")) {
    const stem = correct(word.slice(0, -2))
    return takesIs.has(stem) ? `${stem} is` : stem
  }
  const corrected = correct(word)
  return expansions.get(corrected) ?? corrected
}
