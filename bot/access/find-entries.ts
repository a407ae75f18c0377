import type { GroupFacts } from '../directory/directory.ts'
import type { Entry } from '../policy/catalogue/catalogue.ts'
import { joined, type Term, termsOf, verbatim } from './search-terms.ts'
import { type Match, type Vocabulary, vocabulary } from './vocabulary.ts'

/** What is searched for an entry: its own words, and those of its group where the directory gave them. */
export interface SearchedEntry {
  readonly entry: Entry
  readonly group: Pick<GroupFacts, 'displayName' | 'mailNickname' | 'description'> | undefined
}

/**
 * What a text could mean, best first, at most five; none where nothing fits. Entries that are not visible have no influence on
 * the result: not on what is in it, nor on its order, nor on whether it is empty.
 */
export type FindEntries = (text: string, visible: (entry: Entry) => boolean) => readonly Entry[]

const mostFound = 5
/** Of what the request says: less than this is no answer. */
const leastShare = 0.2
/** Of the best: less than this is no alternative. */
const leastOfBest = 0.45
/** What a word counts that is known nowhere, beside one that only one entry has. */
const unknownWeight = 0.5
const generalWeight = 0.3

interface Phrase {
  readonly entry: number
  readonly terms: readonly Term[]
  /** How much its words tell about the entry. */
  readonly weight: number
}

/** A word of the request (or two in one), with where it stands. */
interface Hit {
  readonly covers: readonly number[]
  readonly matches: readonly Match[]
  readonly general: boolean
}

/** Makes the index. Misspellings, plurals, word order and words written as one do not matter to it. */
export function compileEntries(entries: readonly SearchedEntry[]): FindEntries {
  const phrases = entries.flatMap(phrasesOf)
  const words = vocabulary()
  for (const [number, { terms }] of phrases.entries()) index(words, number, terms)

  return (text, visible) => {
    const seen = entries.map(({ entry }) => visible(entry))
    const total = seen.filter(Boolean).length
    const request = termsOf(text)
    if (request.length === 0) return called(entries, verbatim(text), seen)
    const entryAt = (phrase: number) => phrases[phrase]?.entry ?? -1
    const hits = hitsIn(request, (term) => words.find(term, ({ phrase }) => seen[entryAt(phrase)] === true))
    const scores = score(request, hits, phrases, total)
    const best = Math.max(0, ...scores.values())
    return [...scores]
      .filter(([, share]) => share >= leastShare && share >= best * leastOfBest)
      .sort(([one, share], [other, otherShare]) => otherShare - share || one - other)
      .slice(0, mostFound)
      .flatMap(([number]) => entries[number]?.entry ?? [])
  }
}

/** Those that are called exactly so: a system may be called by words that otherwise say nothing. */
function called(entries: readonly SearchedEntry[], words: string, seen: readonly boolean[]): readonly Entry[] {
  if (words === '') return []
  return entries
    .filter((searched, number) => seen[number] === true && namesOf(searched).some((name) => verbatim(name) === words))
    .slice(0, mostFound)
    .map(({ entry }) => entry)
}

function namesOf({ entry, group }: SearchedEntry): readonly string[] {
  return [entry.title, entry.system, ...entry.keywords, ...(group === undefined ? [] : [group.displayName])]
}

function phrasesOf({ entry, group }: SearchedEntry, number: number): readonly Phrase[] {
  const said: readonly (readonly [string | undefined, number])[] = [
    [entry.title, 1],
    [entry.system, 1],
    ...entry.keywords.map((keyword) => [keyword, 1] as const),
    [group?.displayName, 0.9],
    [entry.key, 0.9],
    [group?.mailNickname, 0.9],
    [entry.opens, 0.7],
    [group?.description, 0.6],
  ]
  return said.flatMap(([text, weight]) => (text === undefined ? [] : [{ entry: number, terms: termsOf(text), weight }]))
}

function index(words: Vocabulary, phrase: number, terms: readonly Term[]): void {
  for (const [at, term] of terms.entries()) {
    words.add(term, { phrase, at: [at] })
    const next = terms[at + 1]
    if (next) words.add(joined(term, next), { phrase, at: [at, at + 1] })
  }
}

/** Every word with where it stands; two side by side that stand somewhere as one count as that one. */
function hitsIn(request: readonly Term[], find: (term: Term) => readonly Match[]): readonly Hit[] {
  const hits = request.map((term, at): Hit => ({ covers: [at], matches: find(term), general: term.general }))
  for (const [at, term] of request.entries()) {
    const next = request[at + 1]
    const matches = next === undefined ? [] : find(joined(term, next)).filter(({ place }) => place.at.length === 1)
    if (matches.length > 0) hits.push({ covers: [at, at + 1], matches, general: false })
  }
  return hits.filter(({ matches }) => matches.length > 0)
}

/** How much of the request each entry answers, from 0 to 1, for those for which there is evidence enough. */
function score(
  request: readonly Term[],
  hits: readonly Hit[],
  phrases: readonly Phrase[],
  total: number,
): ReadonlyMap<number, number> {
  const covered = new Map<number, Set<number>>()
  for (const { matches } of hits)
    for (const { place } of matches) {
      const positions = covered.get(place.phrase) ?? new Set()
      covered.set(place.phrase, positions)
      for (const position of place.at) positions.add(position)
    }
  const coverage = (phrase: number) => (covered.get(phrase)?.size ?? 0) / (phrases[phrase]?.terms.length ?? 1)

  const known = new Set(hits.flatMap(({ covers }) => covers))
  const unknown = request.filter((term, at) => !known.has(at) && !term.general).length
  let asked = unknown * unknownWeight
  const answers = new Map<number, { share: number; telling: number; whole: boolean }>()
  for (const { covers, matches, general } of hits) {
    const best = new Map<number, { value: number; whole: boolean }>()
    for (const { place, sureness } of matches) {
      const phrase = phrases[place.phrase]
      if (!phrase) continue
      const part = coverage(place.phrase)
      const value = sureness * phrase.weight * (0.6 + 0.4 * part)
      const before = best.get(phrase.entry)
      const whole = part === 1 || before?.whole === true
      best.set(phrase.entry, { value: Math.max(value, before?.value ?? 0), whole })
    }
    const rare = Math.log(1 + total / best.size) / Math.log(1 + total)
    const weight = rare * (general ? generalWeight : 1) * covers.length
    asked += general ? 0 : weight
    for (const [entry, { value, whole }] of best) {
      const answer = answers.get(entry) ?? { share: 0, telling: 0, whole: false }
      answers.set(entry, {
        share: answer.share + weight * value,
        telling: answer.telling + (general ? 0 : 1),
        whole: answer.whole || whole,
      })
    }
  }
  return new Map(
    [...answers]
      .filter(([, { telling, whole }]) => whole || telling > 1 || (telling === 1 && unknown === 0))
      .map(([entry, { share }]) => [entry, share / Math.max(asked, 0.3)]),
  )
}
