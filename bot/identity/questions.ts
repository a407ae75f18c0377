import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Schema } from '../store/schema.ts'
import { type AnswerCheck, checkAnswer, decoyHash, hashAnswer, normaliseAnswer, weakAnswers } from './answer.ts'
import type { VerificationMethod } from './method.ts'
import { questionCatalogue, type SecurityQuestion } from './question-catalogue.ts'
import { chooseQuestions, type QuestionRules, sameQuestions } from './question-choice.ts'
import {
  type Counters,
  countFailure,
  countSuccess,
  guessRules,
  holdCounters,
  readCounters,
  standingOf,
} from './throttle.ts'
import type { Who } from './who.ts'
import { within } from './within.ts'

export interface QuestionGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly rules: QuestionRules
}

export { questionCatalogue }

/** Questions asked just before midnight may be answered after it. Milliseconds. */
const answeringTime = 15 * 60_000

/** `sentence` tells the person what to change; it quotes questions, never an answer. */
export type AnswersSet = { readonly ok: true } | { readonly ok: false; readonly sentence: string }

/**
 * - wrong: at least one answer is wrong, and it is not said which; `triesLeft` before the next lock
 * - not-asked: not the questions that are to be asked now: ask again
 * - locked, locked-for-good: the answers were not looked at, or came too late
 */
export type AnswersResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'wrong'; readonly triesLeft: number }
  | { readonly ok: false; readonly reason: 'locked'; readonly lockedUntil: Date }
  | { readonly ok: false; readonly reason: 'locked-for-good' | 'not-asked' }

/** Replaces the person's answers. Only argon2id hashes of the normalised answers are kept. */
export async function setAnswers(
  ground: QuestionGround,
  person: Who,
  answers: Readonly<Record<string, string>>,
): Promise<AnswersSet> {
  const given = Object.entries(answers)
  const { of } = ground.rules
  if (given.length < of) return { ok: false, sentence: `Please answer at least ${of} questions.` }
  const [weak] = weakAnswers(answers)
  if (weak) return { ok: false, sentence: weak.sentence }
  const rows = await Promise.all(
    given.map(async ([question, typed]) => ({
      tenant_id: person.tenant,
      user_id: person.id,
      question,
      answer_hash: await hashAnswer(normaliseAnswer(typed)),
      set_at: ground.clock(),
    })),
  )
  await within(ground.database, async (transaction) => {
    await holdCounters(transaction, { person, method: 'questions' }, ground.clock())
    await removeAnswers(transaction, person)
    await transaction.insertInto('security_answers').values(rows).execute()
  })
  return { ok: true }
}

/** Forgets the person's answers. */
export async function removeAnswers(database: Kysely<Schema>, person: Who): Promise<void> {
  await database
    .deleteFrom('security_answers')
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .execute()
}

/**
 * The questions to ask now. They stay the same for the day, or until the method was locked, so that nobody can shop for easy
 * ones by starting over. Somebody without answers is asked just the same.
 */
export async function askQuestions(ground: QuestionGround, person: Who): Promise<readonly SecurityQuestion[]> {
  const now = ground.clock()
  const counters = await readCounters(ground.database, { person, method: 'questions' })
  return chooseQuestions(person, [...(await hashesOf(ground.database, person)).keys()], counters, now, ground.rules)
}

/**
 * Checks the answers to the questions of `askQuestions`. All must be right. Every answer is hashed, whether or not it can be
 * right and whether or not the person has any, so that time tells nothing. Failures are counted one after the other, whatever
 * the replica; an answer that was being hashed while another try locked the method does not count as right any more.
 */
export async function verifyAnswers(
  ground: QuestionGround,
  person: Who,
  answers: Readonly<Record<string, string>>,
  check: AnswerCheck = checkAnswer,
): Promise<AnswersResult> {
  const key = { person, method: 'questions' } as const
  const started = ground.clock()
  const before = await readCounters(ground.database, key)
  const refusal = refusalOf(before, started)
  if (refusal) return refusal

  const hashes = await hashesOf(ground.database, person)
  const asked = [started, new Date(started.getTime() - answeringTime)]
    .map((moment) => chooseQuestions(person, [...hashes.keys()], before, moment, ground.rules))
    .find((questions) => sameQuestions(questions, Object.keys(answers)))
  if (!asked) return { ok: false, reason: 'not-asked' }
  const decoy = await decoyHash()
  const right = await Promise.all(
    asked.map(({ id }) => check(hashes.get(id) ?? decoy, normaliseAnswer(answers[id] ?? ''))),
  )

  return within(ground.database, async (transaction) => {
    const now = ground.clock()
    const held = await holdCounters(transaction, key, now)
    const tooLate = refusalOf(held, now)
    if (tooLate) return tooLate
    if (right.every(Boolean) && asked.every(({ id }) => hashes.has(id))) {
      await countSuccess(transaction, person, ['questions'], now)
      return { ok: true }
    }
    const after = await countFailure(transaction, key, held, now, guessRules)
    if (after.state === 'open') return { ok: false, reason: 'wrong', triesLeft: after.triesLeft }
    if (after.state === 'locked') return { ok: false, reason: 'locked', lockedUntil: after.lockedUntil }
    return { ok: false, reason: 'locked-for-good' }
  })
}

/** Security questions as one of the ways to prove oneself. Whether they are offered at all is for the policy to say. */
export function answersMethod(ground: QuestionGround): VerificationMethod {
  return {
    name: 'questions',
    async available(person) {
      const counters = await readCounters(ground.database, { person, method: 'questions' })
      if (refusalOf(counters, ground.clock())) {
        return { ready: false, because: 'Your security questions are locked after too many wrong answers. Try later.' }
      }
      if ((await hashesOf(ground.database, person)).size < ground.rules.ask) {
        return { ready: false, because: 'You have not set up security questions.' }
      }
      return { ready: true }
    },
  }
}

function refusalOf(counters: Counters, now: Date): AnswersResult | undefined {
  const standing = standingOf(counters, now, guessRules)
  if (standing.state === 'locked-for-good') return { ok: false, reason: 'locked-for-good' }
  if (standing.state === 'locked') return { ok: false, reason: 'locked', lockedUntil: standing.lockedUntil }
  return undefined
}

async function hashesOf(database: Kysely<Schema>, person: Who): Promise<ReadonlyMap<string, string>> {
  const rows = await database
    .selectFrom('security_answers')
    .select(['question', 'answer_hash'])
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .limit(questionCatalogue.length)
    .execute()
  return new Map(rows.map((row) => [row.question, row.answer_hash]))
}
