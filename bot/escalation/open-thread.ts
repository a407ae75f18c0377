import { type Kysely, sql, type Transaction } from 'kysely'
import { withoutSecretForms } from '../audit/secret-words.ts'
import type { DirectoryUser } from '../directory/directory.ts'
import { within } from '../identity/within.ts'
import { plainText } from '../plain-text.ts'
import type { Schema } from '../store/schema.ts'
import { writePosts } from '../turns/outbox.ts'
import type { ThreadDraft } from './escalation.ts'
import type { EscalationGround } from './ground.ts'
import { factsOfDialog, lookUp, whoFact } from './known-facts.ts'
import { below, forIt, takeStep } from './step.ts'
import { cleanFacts, headContent } from './thread-card.ts'
import { digest, headKey, holdSameMatter, holdThread, type Thread, threadId } from './threads.ts'
import { inPlainWords } from './words.ts'

/** The same trouble of the same person within this time is one thread. */
const sameMatterFor = 15 * 60_000
const mostGiven = 10

type Opened = { readonly number: number; readonly posts: readonly string[] }

/** See Escalation.open. */
export async function openThread(
  ground: EscalationGround,
  given: ThreadDraft,
  connection: Kysely<Schema> = ground.database,
): Promise<Opened> {
  const draft = {
    ...given,
    id: threadId(given.id),
    title: inPlainWords(given.title),
    facts: given.facts.slice(0, mostGiven).map(inWordsForIt),
  }
  const user = await lookUp(ground.directory, draft.person.id)
  return await within(connection, async (transaction) => {
    const { tenant, id } = draft.person
    // Two troubles of one person at the same moment become one thread, too.
    await sql`select pg_advisory_xact_lock(hashtextextended(${`threads:${tenant}:${id}`}, 0))`.execute(transaction)
    const standing = await holdThread(transaction, { id: draft.id })
    if (standing) return { number: standing.number, posts: [] }
    const now = ground.clock()
    const since = draft.reason === 'asks-for-a-person' ? undefined : new Date(now.getTime() - sameMatterFor)
    const same = await holdSameMatter(transaction, draft.person, draft.reason, since, ground.hasItChannel)
    return same ? await addTo(ground, transaction, same, draft) : await write(ground, transaction, draft, user, now)
  })
}

async function write(
  ground: EscalationGround,
  transaction: Transaction<Schema>,
  draft: ThreadDraft,
  user: DirectoryUser | undefined,
  now: Date,
): Promise<Opened> {
  const { id, person, reason, urgency, correlationId, dialogId } = draft
  const title = plainText(draft.title, 200)
  const about = dialogId === undefined ? {} : { dialogId }
  const ticket = await ground
    .ticketsIn(transaction)
    .open({ id, person, kind: 'incident', title, urgency, correlationId, ...about })
  const known = await factsOfDialog(transaction, draft, now)
  const titles = new Set(draft.facts.map((fact) => fact.title))
  const facts = cleanFacts([
    whoFact(draft, user),
    ...known.askedFor.filter((fact) => !titles.has(fact.title)),
    ...draft.facts.filter((fact) => fact.title !== 'Who'),
    ...known.tried.filter((fact) => !titles.has(fact.title)),
  ])
  const headPost = headKey(id)
  await transaction
    .insertInto('threads')
    .values({
      id,
      ticket_id: ticket.id,
      tenant_id: person.tenant,
      user_id: person.id,
      reason,
      urgency,
      title,
      facts: JSON.stringify(facts),
      state: 'open',
      head_post: headPost,
      taken_by: null,
      resolved_by: null,
      caller_check: null,
      freeze_asked_by: null,
      freeze_operation: null,
      correlation_id: correlationId,
      opened_at: now,
      // Without a channel there is nobody to remind.
      remind_at: ground.hasItChannel ? new Date(now.getTime() + ground.reminders[urgency]) : null,
    })
    .execute()
  const thread = await holdThread(transaction, { id })
  if (!thread) throw new Error('the thread was not written')
  const content = headContent(thread)
  const head = { key: headPost, to: { tenant: person.tenant, it: true as const }, content, correlationId }
  return { number: ticket.number, posts: await writePosts(transaction, forIt(ground, [head]), ground.clock) }
}

/** The same again: a card below the one that stands, which becomes as urgent as the newer trouble is. */
async function addTo(
  ground: EscalationGround,
  transaction: Transaction<Schema>,
  thread: Thread,
  draft: ThreadDraft,
): Promise<Opened> {
  const key = digest(draft.id)
  const known = await transaction
    .selectFrom('posts')
    .select('key')
    .where('key', '=', below(thread, key, { text: '' }).key)
    .executeTakeFirst()
  if (known) return { number: thread.number, posts: [] }
  const urgency = draft.urgency === 'high' ? 'high' : thread.urgency
  const facts = cleanFacts([
    { title: 'Who', value: draft.person.name },
    ...draft.facts.filter(({ title }) => title !== 'Who'),
  ])
  const content = { card: 'incident-again', data: { title: plainText(draft.title, 200), facts } }
  const remindAt = new Date(ground.clock().getTime() + ground.reminders[urgency])
  const { posts } = await takeStep(ground, transaction, thread, {
    set: { urgency, ...(ground.hasItChannel ? { remind_at: remindAt, reminders: 0 } : {}) },
    posts: forIt(ground, [below(thread, key, content, draft.correlationId)]),
    note: `Again: ${draft.title}`,
  })
  return { number: thread.number, posts }
}

function inWordsForIt({ title, value }: ThreadDraft['facts'][number]): ThreadDraft['facts'][number] {
  return { title, value: inPlainWords(withoutSecretForms(value.slice(0, 4_000))) }
}
