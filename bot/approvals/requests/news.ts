import type { Transaction } from 'kysely'
import type { CardContent } from '../../channels/chat.ts'
import type { UserId } from '../../identity/person.ts'
import type { Schema } from '../../store/schema.ts'
import { type PostDraft, readPost } from '../../turns/outbox.ts'
import { askContent, knownOf, knownOn } from './ask-card.ts'
import type { RequestGround, Shown } from './ground.ts'
import type { News } from './happened.ts'
import {
  answerContent,
  askedForContent,
  endedForContent,
  newsContent,
  questionContent,
  reminderContent,
} from './news-cards.ts'
import type { PersonFacts } from './person-facts.ts'
import { type AccessRequest, type Ask, askPost, questionPost } from './request.ts'

/** What was looked up before the transaction, for cards that are drawn in it. */
export interface Shows {
  /** Undefined: cards are drawn without, or with what they showed before. */
  readonly facts: PersonFacts | undefined
}

/** So many earlier messages about a request are looked at when it ends. */
const mostNews = 300

/**
 * Draws what people are told of a step. Every key comes from the request as it is after the step, so a step that is done again
 * tells nobody twice.
 * @param request as it is after the step
 */
export async function showNews(
  transaction: Transaction<Schema>,
  ground: Pick<RequestGround, 'channelIsStrong'>,
  request: AccessRequest,
  news: readonly News[],
  { facts }: Shows,
): Promise<Shown> {
  const { terms, tenant, correlationId } = request
  const drafts = new Map<string, PostDraft>()
  const changes = new Map<string, CardContent>()

  function tell(key: string, person: UserId, content: CardContent): void {
    drafts.set(key, { key, to: { tenant, person }, content, correlationId })
  }
  async function contentOf(key: string): Promise<CardContent | undefined> {
    const written = drafts.get(key)?.content ?? changes.get(key) ?? (await readPost(transaction, key))?.content
    return written && 'card' in written ? written : undefined
  }
  async function change(key: string, next: (content: CardContent) => CardContent): Promise<void> {
    const content = await contentOf(key)
    if (!content || content.closed !== undefined) return
    const draft = drafts.get(key)
    if (draft) drafts.set(key, { ...draft, content: next(content) })
    else changes.set(key, next(content))
  }
  async function close(keys: readonly string[], closed: string): Promise<void> {
    for (const key of await there(transaction, keys)) await change(key, (content) => ({ ...content, closed }))
  }

  const { requester, person } = terms
  const forOther = person.id !== requester.id && (terms.kind === 'access' || terms.kind === 'extension')
  const sentences: string[] = []
  for (const one of news) {
    switch (one.kind) {
      case 'look-for-approvers':
        if (forOther && request.stage === 0) tell(askedForPost(request), person.id, askedForContent(request))
        break
      case 'ask':
        // A request may begin without a step; under its one key it is told once.
        if (forOther && one.ask.stage === 0 && one.ask.insteadOf === null)
          tell(askedForPost(request), person.id, askedForContent(request))
        tell(askPost(one.ask.id), one.ask.approver.id, askContent(ground, request, one.ask, knownOf(facts)))
        break
      case 'remind':
        tell(reminderPost(one.ask, one.ask.reminders), one.ask.approver.id, reminderContent(request, one.ask))
        break
      case 'redraw':
        await change(askPost(one.ask.id), (content) =>
          askContent(ground, request, one.ask, facts ? knownOf(facts) : knownOn(content)),
        )
        break
      case 'close':
        await close([askPost(one.ask.id), ...remindersOf(one.ask)], one.sentence)
        break
      case 'question':
        tell(questionPost(one.question.id), requester.id, questionContent(request, one.question, one.from))
        break
      case 'answer':
        await close([questionPost(one.question.id)], `You answered: “${one.question.answer ?? ''}”`)
        tell(`access-answer:${one.question.id}`, one.to.id, answerContent(request, one.question))
        break
      case 'progress':
        sentences.push(one.sentence)
        break
      case 'ended':
        sentences.push(one.sentence)
        await close(openCardsOf(request), one.sentence)
        if (forOther) tell(`${askedForPost(request)}:ended`, person.id, endedForContent(request, one.state))
        break
    }
  }
  if (sentences.length > 0) {
    const number = await numberOf(transaction, request)
    tell(newsPost(request, stepsOf(request)), requester.id, newsContent(request, number, sentences.join(' ')))
  }
  return { posts: [...drafts.values()], changes: [...changes].map(([key, content]) => ({ key, content })) }
}

/** What the requester hears where the approvers of a stage are asked later; under one key a stage, so that it is said once. */
export async function showWait(
  transaction: Transaction<Schema>,
  request: AccessRequest,
  sentence: string,
): Promise<readonly PostDraft[]> {
  const { stage, terms, tenant, correlationId } = request
  const content = newsContent(request, await numberOf(transaction, request), sentence)
  return [{ key: waitPost(request, stage), to: { tenant, person: terms.requester.id }, content, correlationId }]
}

function waitPost({ id }: AccessRequest, stage: number): string {
  return `access-wait:${id}:${stage}`
}

function askedForPost({ id }: AccessRequest): string {
  return `access-for:${id}`
}

function reminderPost(ask: Ask, reminder: number): string {
  return `access-reminder:${ask.id}:${reminder}`
}

function remindersOf(ask: Ask): readonly string[] {
  return Array.from({ length: ask.reminders + 1 }, (_, reminder) => reminderPost(ask, reminder))
}

function newsPost({ id }: AccessRequest, step: number): string {
  return `access-news:${id}:${step}`
}

/** Grows with every step that a requester hears of, and is the same for the same step done again. */
function stepsOf({ asks, questions, stage, state, earlier }: AccessRequest): number {
  const decided = asks.filter((ask) => ask.state !== 'asked').length
  const reminders = asks.reduce((sum, ask) => sum + ask.reminders, 0)
  const answered = questions.filter(({ answer }) => answer !== null).length
  const ended = state === 'open' ? 0 : 1
  return asks.length + decided + reminders + questions.length + answered + stage + earlier.length + ended
}

/** What could still be pressed when the request ends, besides the approvers' cards. */
function openCardsOf(request: AccessRequest): readonly string[] {
  const last = stepsOf(request)
  const earlier = Array.from({ length: Math.min(last, mostNews) }, (_, back) => newsPost(request, last - 1 - back))
  const waits = Array.from({ length: request.stage + 1 }, (_, stage) => waitPost(request, stage))
  return [...earlier, ...waits, askedForPost(request), ...request.questions.map(({ id }) => questionPost(id))]
}

/** Those of the keys under which there is a post. */
async function there(transaction: Transaction<Schema>, keys: readonly string[]): Promise<readonly string[]> {
  if (keys.length === 0) return []
  const rows = await transaction
    .selectFrom('posts')
    .select('key')
    .where('key', 'in', [...keys])
    .execute()
  return rows.map(({ key }) => key)
}

async function numberOf(transaction: Transaction<Schema>, { id }: AccessRequest): Promise<number | undefined> {
  const row = await transaction.selectFrom('tickets').select('number').where('id', '=', id).executeTakeFirst()
  return row === undefined ? undefined : Number(row.number)
}
