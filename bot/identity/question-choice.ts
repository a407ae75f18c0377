import { createHash } from 'node:crypto'
import { questionById, questionCatalogue, type SecurityQuestion } from './question-catalogue.ts'
import { type Counters, guessRules } from './throttle.ts'
import type { Who } from './who.ts'

/** How many answers are asked for, of how many that a person must set. */
export interface QuestionRules {
  readonly ask: number
  readonly of: number
}

const day = 86_400_000

/** Draws `ask` of the person's questions, or of as many that stand in for them, anew each day and after each lock. */
export function chooseQuestions(
  person: Who,
  own: readonly string[],
  counters: Counters,
  moment: Date,
  rules: QuestionRules,
): readonly SecurityQuestion[] {
  const from = own.filter((id) => questionById(id))
  const standIns = shuffledBy(
    `${person.tenant} ${person.id}`,
    questionCatalogue.map(({ id }) => id),
  )
  const pool = from.length >= rules.ask ? from : standIns.slice(0, rules.of)
  const locks = Math.floor(counters.failuresInRow / guessRules.failuresPerLock)
  const draw = `${person.tenant} ${person.id} ${Math.floor(moment.getTime() / day)} ${locks}`
  return shuffledBy(draw, pool)
    .slice(0, rules.ask)
    .flatMap((id) => questionById(id) ?? [])
}

function shuffledBy(seed: string, ids: readonly string[]): readonly string[] {
  const place = (id: string) => createHash('sha256').update(`${seed} ${id}`).digest('hex')
  return ids
    .map((id) => ({ id, place: place(id) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .map(({ id }) => id)
}

/** Are these the very questions that were asked? */
export function sameQuestions(asked: readonly SecurityQuestion[], answered: readonly string[]): boolean {
  return asked.length === answered.length && asked.every(({ id }) => answered.includes(id))
}
