import { closeness } from '../text/edit-distance.ts'
import type { Term } from './search-terms.ts'

/** How sure it is that a word was meant, from 0 to 1. */
const sure = { same: 1, oneSlip: 0.85, sameBeginning: 0.75, twoSlips: 0.7 } as const

/** Shorter ones are like too much else. In letters. */
const shortestJoined = 7
const shortestStem = 5
/** Two slips change four letters at most: two that are gone, two that are new. */
const mostDiffering = 4

/** A place where a word stands. */
export interface Place {
  /** Number of the phrase. */
  readonly phrase: number
  /** Positions of the words it stands for: two where they are written as one. */
  readonly at: readonly number[]
}

export interface Match {
  readonly place: Place
  readonly sureness: number
}

/** All words of all phrases, with where they stand. */
export interface Vocabulary {
  add(term: Term, place: Place): void
  /**
   * Where the word stands, among the places that count; misspellings and longer or shorter forms where it stands nowhere as it
   * is written. Other places have no influence.
   */
  find(term: Term, counts: (place: Place) => boolean): readonly Match[]
}

/** An empty vocabulary. */
export function vocabulary(): Vocabulary {
  const byStem = new Map<string, Place[]>()
  const byLetter = new Map<string, Map<string, { readonly term: Term; readonly places: Place[] }>>()

  function alike(term: Term, counts: (place: Place) => boolean): readonly Match[] {
    const found: Match[] = []
    for (const letter of new Set(term.word.slice(0, 2)))
      for (const known of byLetter.get(letter)?.values() ?? []) {
        const sureness = likeness(term, known.term)
        if (sureness === undefined) continue
        for (const place of known.places) if (counts(place)) found.push({ place, sureness })
      }
    return found
  }

  return {
    add(term, place) {
      const same = byStem.get(term.stem)
      if (same) same.push(place)
      else byStem.set(term.stem, [place])
      const letter = term.word.charAt(0)
      const words = byLetter.get(letter) ?? new Map<string, { readonly term: Term; readonly places: Place[] }>()
      byLetter.set(letter, words)
      const known = words.get(term.word)
      if (known) known.places.push(place)
      else words.set(term.word, { term, places: [place] })
    },
    find(term, counts) {
      const exact = (byStem.get(term.stem) ?? []).filter(counts)
      if (exact.length > 0) return exact.map((place) => ({ place, sureness: sure.same }))
      return alike(term, counts)
    },
  }
}

function likeness(one: Term, other: Term): number | undefined {
  const differing = bits(one.letters ^ other.letters)
  const slips = differing <= mostDiffering ? closeness(one.word, other.word) : undefined
  if (one.joined || other.joined) {
    const long = Math.min(one.word.length, other.word.length) >= shortestJoined
    return long && slips !== undefined && slips <= 1 ? sure.oneSlip : undefined
  }
  if (slips !== undefined && slips <= 1) return sure.oneSlip
  if (sameBeginning(one.word, other.word) || sameBeginning(one.stem, other.stem)) return sure.sameBeginning
  if (slips !== undefined) return sure.twoSlips
  return one.stem.length >= shortestStem && closeness(one.stem, other.stem) === 1 ? sure.twoSlips : undefined
}

/** How many bits are set. */
function bits(set: number): number {
  let count = 0
  for (let rest = set; rest !== 0; rest &= rest - 1) count++
  return count
}

/** One begins with the other: five letters, or four when not many follow. */
function sameBeginning(one: string, other: string): boolean {
  const shorter = Math.min(one.length, other.length)
  if (shorter < 4 || (shorter === 4 && Math.abs(one.length - other.length) > 4)) return false
  return one.startsWith(other) || other.startsWith(one)
}
