import { randomBytes } from 'node:crypto'
import { hash, type Options, verify } from '@node-rs/argon2'
import { questionById } from './question-catalogue.ts'

/** Shorter ones are guessed in a handful of tries. Characters after normalising. */
const shortest = 4
const longest = 100

/**
 * OWASP Password Storage Cheat Sheet: argon2id with at least 19 MiB of memory, 2 iterations, parallelism 1. The package makes
 * argon2id, with a random salt of 16 bytes, unless told otherwise.
 */
const cost: Options = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Checks an answer, already normalised, against its hash. */
export type AnswerCheck = (answerHash: string, answer: string) => Promise<boolean>

/** One spelling for what people mean the same: Unicode compatibility form, lower case, single spaces. */
export function normaliseAnswer(typed: string): string {
  // Lower case can take a character apart that was one.
  return typed.slice(0, 1_000).normalize('NFKC').toLowerCase().normalize('NFKC').replace(/\s+/g, ' ').trim()
}

/** An answer that may not be set, and what to tell the person: the question at most, never the answer. */
export interface WeakAnswer {
  readonly question: string
  readonly sentence: string
}

/** Finds the answers that are too easy to guess, compared with each other as well; an empty list means that all may be set. */
export function weakAnswers(answers: Readonly<Record<string, string>>): readonly WeakAnswer[] {
  const seen = new Set<string>()
  return Object.entries(answers).flatMap(([question, typed]) => {
    const answer = normaliseAnswer(typed)
    const sentence = weaknessOf(question, answer, seen)
    seen.add(lettersOf(answer))
    return sentence === undefined ? [] : [{ question, sentence }]
  })
}

/** @returns a PHC string */
export function hashAnswer(answer: string): Promise<string> {
  return hash(answer, cost)
}

export const checkAnswer: AnswerCheck = (answerHash, answer) => verify(answerHash, answer)

let decoy: Promise<string> | undefined

/** The hash of something nobody knows: to be checked where there is no answer, so that it takes as long as where there is one. */
export function decoyHash(): Promise<string> {
  decoy ??= hashAnswer(randomBytes(32).toString('base64url'))
  return decoy
}

function weaknessOf(question: string, answer: string, seen: ReadonlySet<string>): string | undefined {
  const asked = questionById(question)
  if (!asked) return 'That is not one of the questions. Please choose from the list.'
  const letters = lettersOf(answer)
  const about = `Your answer to “${asked.text}”`
  if (Array.from(letters).length < shortest) return `${about} needs at least ${shortest} letters or digits.`
  if (Array.from(answer).length > longest) return `${about} is longer than ${longest} characters.`
  if (lettersOf(normaliseAnswer(asked.text)).includes(letters)) return `${about} stands in the question itself.`
  if (seen.has(letters)) return `${about} is the same as another answer.`
  return undefined
}

/** Letters and digits alone: punctuation makes no answer longer or different. */
function lettersOf(answer: string): string {
  return answer.replace(/[^\p{L}\p{N}]/gu, '')
}
