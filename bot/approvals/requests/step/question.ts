import type { UserId } from '../../../identity/person.ts'
import type { Happened, News } from '../happened.ts'
import type { AccessRequest, Ask, Question } from '../request.ts'
import { openAsks } from './asks.ts'
import type { StepResult } from './stepped.ts'
import { longestText, textOf } from './words.ts'

/** Enough for a decision; more is a conversation, and people have a chat for that. */
const mostQuestions = 10

/** An approver wants to know more before they decide. */
export function putQuestion(
  request: AccessRequest,
  from: Ask,
  { id, text: written }: Extract<Happened, { kind: 'asked' }>,
  at: Date,
): StepResult {
  if (request.questions.some((question) => question.id === id)) return { refused: 'You have asked that already.' }
  if (request.questions.length >= mostQuestions)
    return { refused: `${mostQuestions} questions have been asked about this. Approve it, deny it, or talk to them.` }
  const text = textOf(written)
  if (text === undefined) return { refused: `Write a question of at most ${longestText} characters.` }
  const question = { id, ask: from.id, text, askedAt: at.toISOString(), answer: null, answeredAt: null }
  const next = { ...request, questions: [...request.questions, question] }
  return { request: next, news: [{ kind: 'question', question, from: from.approver }, ...redrawn(next)] }
}

/** Every approver who has not decided sees the answer. */
export function answerQuestion(
  request: AccessRequest,
  { question: id, text: written }: Extract<Happened, { kind: 'answered' }>,
  by: UserId | 'helpbot',
  at: Date,
): StepResult {
  if (by !== request.terms.requester.id) return { refused: 'Only whoever asked for it can answer.' }
  const question = request.questions.find((one) => one.id === id)
  const from = request.asks.find((ask) => ask.id === question?.ask)
  if (!question || !from) return { refused: 'Nobody asked that.' }
  if (question.answer !== null) return { refused: 'You have answered that already.' }
  const text = textOf(written)
  if (text === undefined) return { refused: `Write an answer of at most ${longestText} characters.` }
  const answered: Question = { ...question, answer: text, answeredAt: at.toISOString() }
  const questions = request.questions.map((one) => (one.id === id ? answered : one))
  const next = { ...request, questions }
  return { request: next, news: [{ kind: 'answer', question: answered, to: from.approver }, ...redrawn(next)] }
}

function redrawn(request: AccessRequest): readonly News[] {
  return openAsks(request).map((ask): News => ({ kind: 'redraw', ask }))
}
