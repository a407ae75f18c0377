import { randomUUID } from 'node:crypto'
import type { Transaction, Updateable } from 'kysely'
import type { AuditEvent } from '../audit/audit.ts'
import type { CardContent, Content } from '../channels/chat.ts'
import type { Schema, ThreadsTable } from '../store/schema.ts'
import { changePosts, type PostChange, type PostDraft, writePosts } from '../turns/outbox.ts'
import type { Fact } from './escalation.ts'
import type { EscalationGround } from './ground.ts'
import { headContent, withFacts } from './thread-card.ts'
import { holdThread, type Thread } from './threads.ts'

/** Something that happens to a thread: its row, its card, what is said, and a line in the audit, all or nothing. */
export interface Step {
  readonly set?: Omit<Updateable<ThreadsTable>, 'facts'>
  /** Facts on the card that are new or different now. */
  readonly facts?: readonly Fact[]
  /** Said below the card. */
  readonly says?: Content
  readonly posts?: readonly PostDraft[]
  readonly changes?: readonly PostChange[]
  /** A line in the ticket. */
  readonly note?: string
  readonly event?: Pick<AuditEvent, 'action' | 'actor' | 'outcome' | 'detail'>
}

export interface Stepped {
  readonly head: CardContent
  readonly posts: readonly string[]
}

/** Takes a step with a thread whose row is held in this transaction; nothing may follow in it. */
export async function takeStep(
  ground: EscalationGround,
  transaction: Transaction<Schema>,
  thread: Thread,
  step: Step,
): Promise<Stepped> {
  const { clock } = ground
  const facts = step.facts ? { facts: JSON.stringify(withFacts(thread.facts, step.facts)) } : {}
  const set = { ...step.set, ...facts }
  if (Object.keys(set).length > 0)
    await transaction.updateTable('threads').set(set).where('id', '=', thread.id).execute()
  const now = (await holdThread(transaction, { id: thread.id })) ?? thread
  const head = headContent(now)
  const said = step.says === undefined ? [] : [below(thread, randomUUID(), step.says)]
  const drafts = [...forIt(ground, said), ...(step.posts ?? [])]
  // Most words change nothing on the card, and a card that is as it was is not sent again.
  const changed =
    JSON.stringify(head) === JSON.stringify(headContent(thread)) ? [] : [{ key: thread.headPost, content: head }]
  const changes = [...changed, ...(step.changes ?? [])]
  await changePosts(transaction, changes, clock)
  // A post that stood already is somebody else's to bring out: two who do would show it twice.
  const written = await writePosts(transaction, drafts, clock)
  if (step.note !== undefined) await ground.ticketsIn(transaction).note(thread.ticketId, step.note)
  if (step.event)
    await ground.audit.appendWithin(transaction, {
      kind: 'event',
      tenant: thread.person.tenant,
      target: thread.person.id,
      correlationId: thread.correlationId,
      ...step.event,
      detail: { ticket: String(thread.number), ...step.event.detail },
    })
  return { head, posts: [...changes.map(({ key }) => key), ...written] }
}

/** A post below the card of a thread. */
export function below(thread: Thread, name: string, content: Content, correlationId = thread.correlationId): PostDraft {
  return {
    key: `${thread.headPost}:${name}`,
    to: { tenant: thread.person.tenant, thread: thread.id },
    content,
    correlationId,
  }
}

/** What is to be posted in the IT channel; nothing where there is none. */
export function forIt(
  ground: Pick<EscalationGround, 'hasItChannel'>,
  drafts: readonly PostDraft[],
): readonly PostDraft[] {
  return ground.hasItChannel ? drafts : []
}

/** A sentence below the card. */
export function sentence(text: string): Content {
  return { text }
}
