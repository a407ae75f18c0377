import type { Intent } from './intent.ts'
import type { Concept } from './lexicon.ts'
import { foreignThings, isGrammar, otherPeople, ownWords } from './ordinary-words.ts'
import { type Reading, read, type Token } from './reading.ts'

/** How like the nearest example of an intent a message is: 1 says the same in the same concepts, 0 has nothing in common. */
export type Likeness = (reading: Reading) => ReadonlyMap<Intent, number>

/** Compiles example phrases into a measure: Jaccard overlap of what the words stand for, rare features weighing more. */
export function likenessTo(examples: ReadonlyMap<Intent, readonly string[]>): Likeness {
  const known = Array.from(examples).flatMap(([intent, phrases]) =>
    phrases.map((phrase) => ({ intent, features: featuresOf(read(phrase)) })),
  )
  const frequency = new Map<string, number>()
  for (const { features } of known) {
    for (const feature of features) frequency.set(feature, (frequency.get(feature) ?? 0) + 1)
  }
  const weigh = (feature: string): number => Math.log(1 + known.length / (frequency.get(feature) ?? 1))
  return (reading) => {
    const features = featuresOf(reading)
    const nearest = new Map<Intent, number>()
    for (const example of known) {
      const like = overlap(features, example.features, weigh)
      if (like > (nearest.get(example.intent) ?? 0)) nearest.set(example.intent, like)
    }
    return nearest
  }
}

function featuresOf(reading: Reading): ReadonlySet<string> {
  return new Set(reading.tokens.flatMap(featureOf))
}

function featureOf(token: Token): string[] {
  if (token.text === 'not' || token.text === 'never') return ['not']
  const [concept]: Iterable<Concept> & Concept[] = [...token.is]
  if (concept !== undefined) return [token.negated ? `not ${concept}` : concept]
  if (ownWords.has(token.text)) return ['own']
  if (otherPeople.has(token.text) || token.possessive) return ['other']
  if (foreignThings.has(token.text)) return [token.text]
  return isGrammar(token.text) ? [] : [token.text]
}

function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>, weigh: (feature: string) => number): number {
  let shared = 0
  let all = 0
  for (const feature of one.union(other)) {
    const weight = feature === 'own' ? 0.5 : weigh(feature)
    all += weight
    if (one.has(feature) && other.has(feature)) shared += weight
  }
  return all === 0 ? 0 : shared / all
}
