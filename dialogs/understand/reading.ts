import { normalise } from '../../bot/text/normalise.ts'
import { type Concept, conceptsOfPhrase, conceptsOfWord, longestPhrase } from './lexicon.ts'
import { isPlain } from './ordinary-words.ts'
import { type Word, wordsOf } from './words.ts'

/** A word, or a phrase read as one, with what it stands for. */
export interface Token extends Word {
  readonly is: ReadonlySet<Concept>
  /** "not", "never", "don't want to" came before it in the same clause. */
  readonly negated: boolean
  /** Neither a concept nor an ordinary word: a part of the message that we do not understand. */
  readonly unknown: boolean
}

/** A message as the rules see it. */
export interface Reading {
  readonly tokens: readonly Token[]
  /** The corrected words joined by single spaces, sentence ends as " . ": what the doubt patterns look at. */
  readonly line: string
  /** The message as normalised: what the patterns for code and injected instructions look at. */
  readonly written: string
  readonly cut: boolean
}

const nothing: ReadonlySet<Concept> = new Set()

/** How many tokens a "not" reaches forward within its clause. */
const reachOfNot = 4

/** Reads a message of any length; only its head is looked at (see normalise.ts). */
export function read(message: string): Reading {
  const { text, cut } = normalise(message)
  const words = wordsOf(text)
  return { tokens: markNegation(mergePhrases(words)), line: lineOf(words), written: text, cut }
}

function mergePhrases(words: readonly Word[]): Token[] {
  const tokens: Token[] = []
  for (let start = 0; start < words.length; ) {
    const length = phraseLengthAt(words, start)
    const first = words[start]
    if (first === undefined) break
    const text = textOf(words, start, length)
    const concepts = conceptsOfPhrase.get(text) ?? (length > 1 ? undefined : conceptsOf(text))
    const last = words[start + length - 1] ?? first
    tokens.push({
      ...first,
      text,
      possessive: last.possessive,
      is: concepts === undefined ? nothing : settle(concepts, words, start, length),
      negated: false,
      unknown: concepts === undefined && !isPlain(text),
    })
    start += length
  }
  return tokens
}

/** Ticket numbers as ticket systems write them: INC0012345, #1042. */
const ticketNumber = /^(#\d{2,10}|(inc|req|ritm|case|tkt|hd|sr|cs)\d{3,12})$/

function conceptsOf(word: string): readonly Concept[] | undefined {
  return ticketNumber.test(word) ? ['ticket'] : conceptsOfWord.get(word)
}

function phraseLengthAt(words: readonly Word[], start: number): number {
  const sentence = words[start]?.sentence
  for (let length = Math.min(longestPhrase, words.length - start); length > 1; length--) {
    const last = words[start + length - 1]
    if (last?.sentence === sentence && conceptsOfPhrase.has(textOf(words, start, length))) return length
  }
  return 1
}

function textOf(words: readonly Word[], start: number, length: number): string {
  return words
    .slice(start, start + length)
    .map((word) => word.text)
    .join(' ')
}

const asksForHelp = new Set(
  'can could will would may please need needs want wants have let if for to with is get from call contact reach ring phone'.split(
    ' ',
  ),
)
const offersHelp = new Set('can could please help helps who needs to that from available there else around'.split(' '))

/** "Can someone reset…" asks for a helper; "someone reset…" tells of a stranger. */
function settle(
  concepts: readonly Concept[],
  words: readonly Word[],
  start: number,
  length: number,
): ReadonlySet<Concept> {
  if (!concepts.includes('someone')) return new Set(concepts)
  const before = words[start - 1]?.text ?? ''
  const after = words[start + length]?.text ?? ''
  const stranger = !asksForHelp.has(before) && (!offersHelp.has(after) || after === 'else')
  return new Set<Concept>(stranger ? concepts : ['human'])
}

function markNegation(tokens: readonly Token[]): Token[] {
  let clause = -1
  let left = 0
  return tokens.map((token, index) => {
    if (token.clause !== clause || token.text === 'and' || token.text === 'because') left = 0
    clause = token.clause
    const negated = left > 0
    left = Math.max(0, left - 1)
    const refusal = tokens[index + 1]?.text === 'need' || tokens[index + 1]?.is.has('password') === true
    if (token.text === 'not' || token.text === 'never' || token.text === 'without' || token.text === 'nobody')
      left = reachOfNot
    else if (token.text === 'no' && refusal) left = reachOfNot
    return negated ? { ...token, negated } : token
  })
}

function lineOf(words: readonly Word[]): string {
  let sentence = words[0]?.sentence ?? 0
  const parts: string[] = []
  for (const word of words) {
    if (word.sentence !== sentence) parts.push('.')
    sentence = word.sentence
    parts.push(word.possessive ? `${word.text}'s` : word.text)
  }
  return parts.join(' ')
}
