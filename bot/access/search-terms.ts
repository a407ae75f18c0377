import { normalise } from '../text/normalise.ts'
import { isFiller, isGeneral } from './request-words.ts'
import { stem } from './stem.ts'

/** How much of a request is looked at, in UTF-16 units. */
const examinedLength = 300
/** Of different words; those after these are not looked at. */
const mostWords = 30
/** A longer word is cut; nobody types one by hand. */
const longestWord = 40

/** One word of a request or of the catalogue. */
export interface Term {
  /** Lower case, without accents. */
  readonly word: string
  readonly stem: string
  /** It says too little to find anything alone. */
  readonly general: boolean
  /** Two words written as one. */
  readonly joined: boolean
  /** One bit for each letter or digit that occurs in it (some share one): what differs in many bits is not alike. */
  readonly letters: number
}

/** The words of a text, each once, without those that say nothing. */
export function termsOf(text: string): readonly Term[] {
  const telling = new Set(wordsOf(text).filter((word) => !isFiller(word)))
  return [...telling].slice(0, mostWords).map((word) => termOf(word, false))
}

/** Two words that stand side by side, as one: `dash board` is also written `dashboard`. */
export function joined(one: Term, other: Term): Term {
  return { ...termOf(one.word + other.word, true), general: false }
}

/** All words of a text, as they are: for what is called by words that say nothing. */
export function verbatim(text: string): string {
  return wordsOf(text).join(' ')
}

function termOf(word: string, joined: boolean): Term {
  const root = stem(word)
  return { word, stem: root, general: isGeneral(root), joined, letters: lettersOf(word) }
}

function wordsOf(text: string): readonly string[] {
  const plain = normalise(text.slice(0, examinedLength)).text.toLowerCase()
  return Array.from(plain.matchAll(/[\p{L}\p{N}]+(?:&[\p{L}\p{N}]+)*(?:'s?(?![\p{L}]))?/gu), ([word]) =>
    word.replace(/'s?$/, '').slice(0, longestWord),
  )
}

function lettersOf(word: string): number {
  let letters = 0
  for (let at = 0; at < word.length; at++) letters |= 1 << (word.charCodeAt(at) % 32)
  return letters
}
