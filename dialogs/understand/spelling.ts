import { closeness } from '../../bot/text/edit-distance.ts'
import { conceptsOfWord } from './lexicon.ts'
import { isOrdinary } from './ordinary-words.ts'
import { realWords } from './real-words.ts'
import { spellingTargets } from './spelling-targets.ts'

/** Words longer than this are no misspelling of anything we know. */
const longestWord = 20

/**
 * The word as it was probably meant: the nearest spelling target, the earlier listed where two are equally near. Words we
 * know, real words and words with digits stay as they are.
 */
export function correct(word: string): string {
  if (word.length < 4 || word.length > longestWord || /[^a-z]/.test(word) || isKnown(word)) return word
  const squeezed = word.replace(/(.)\1{2,}/g, '$1')
  if (squeezed !== word) return isKnown(squeezed) ? squeezed : correct(squeezed)
  let best = word
  let fewest = Number.POSITIVE_INFINITY
  for (const target of spellingTargets) {
    const slips = closeness(word, target)
    if (slips !== undefined && slips < fewest) {
      best = target
      fewest = slips
    }
  }
  return best
}

function isKnown(word: string): boolean {
  return spellingTargets.has(word) || conceptsOfWord.has(word) || isOrdinary(word) || realWords.has(word)
}
