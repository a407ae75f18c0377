import { createHash } from 'node:crypto'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Place } from '../channels/chat.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Who } from '../identity/who.ts'
import type { Schema } from '../store/schema.ts'
import type { Fact, ThreadReason } from './escalation.ts'

/** A thread as its row and its ticket's number say. */
export interface Thread {
  readonly id: string
  readonly ticketId: string
  readonly number: number
  readonly person: Who
  readonly reason: ThreadReason
  readonly urgency: 'normal' | 'high'
  readonly title: string
  readonly facts: readonly Fact[]
  readonly state: 'open' | 'taken' | 'resolved'
  readonly headPost: string
  /** A confirmation's id while the person is asked whether they are on the phone. */
  readonly callerCheck: string | undefined
  /** Set while a freeze waits for its second person or is running. */
  readonly freezeAskedBy: UserId | undefined
  readonly freezeAskedAt: Date | undefined
  /** The operation that freezes: running while `freezeAskedBy` is set, done once it is not. */
  readonly freezeOperation: string | undefined
  readonly correlationId: string
  readonly openedAt: Date
  readonly itWroteAt: Date | undefined
  readonly personWroteAt: Date | undefined
  readonly remindAt: Date | undefined
  readonly reminders: number
}

const longestId = 150

/** The id as it is kept: keys, tickets and audit rows are made of it, so a long one is shortened to what is as unique. */
export function threadId(id: string): string {
  const visible = /^[\x21-\x7e]+$/.test(id)
  return visible && id.length <= longestId ? id : `${id.replace(/[^\x21-\x7e]/g, '').slice(0, 100)}:${digest(id)}`
}

export function headKey(id: string): string {
  return `thread:${id}`
}

/** The key of words that are passed on: the same event is the same post. */
export function wordsKey(id: string, event: string): string {
  return `thread:${id}:${digest(event)}`
}

const words = 'words-'

/** The name of the post below the card that holds what the person wrote. */
export function wordsBelow(event: string): string {
  return `${words}${digest(event)}`
}

/** Whether a post below the card of a thread holds what the person wrote. */
export function areWords(key: string): boolean {
  return key.slice(key.lastIndexOf(':') + 1).startsWith(words)
}

export function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}

function threads(database: Kysely<Schema>) {
  return database
    .selectFrom('threads')
    .innerJoin('tickets', 'tickets.id', 'threads.ticket_id')
    .selectAll('threads')
    .select('tickets.number')
}

/** Reads a thread and keeps its row until the transaction ends, so that clicks and words come one after the other. */
export async function holdThread(
  transaction: Transaction<Schema>,
  by: { readonly id: string } | { readonly head: string },
): Promise<Thread | undefined> {
  const held = threads(transaction).forUpdate('threads')
  const row = await ('id' in by
    ? held.where('threads.id', '=', by.id)
    : held.where('head_post', '=', by.head)
  ).executeTakeFirst()
  return row && asThread(row)
}

/** The thread whose card is the message at this place. */
export async function holdThreadAt(transaction: Transaction<Schema>, place: Place): Promise<Thread | undefined> {
  const row = await threads(transaction)
    .innerJoin('posts', 'posts.key', 'threads.head_post')
    .where('posts.user_id', 'is', null)
    .where(sql<string>`posts.place->>'channel'`, '=', place.channel)
    .where(sql<string>`posts.place->>'conversation'`, '=', place.conversation)
    .where(sql<string>`posts.place->>'message'`, '=', place.message)
    .forUpdate('threads')
    .executeTakeFirst()
  return row && asThread(row)
}

/** The newest thread in which the person talks with IT: IT wrote in it, or they asked for somebody. */
export async function holdThreadWith(transaction: Transaction<Schema>, person: Who): Promise<Thread | undefined> {
  const row = await threads(transaction)
    .innerJoin('posts', 'posts.key', 'threads.head_post')
    .where('threads.tenant_id', '=', person.tenant)
    .where('threads.user_id', '=', person.id)
    .where('threads.state', '<>', 'resolved')
    .where((thread) => thread.or([thread('it_wrote_at', 'is not', null), thread('reason', '=', 'asks-for-a-person')]))
    // What is written below a card that could not be posted reaches nobody.
    .where((post) => post.or([post('posts.state', '<>', 'failed'), post('posts.place', 'is not', null)]))
    .orderBy('threads.opened_at', 'desc')
    .limit(1)
    .forUpdate('threads')
    .executeTakeFirst()
  return row && asThread(row)
}

/**
 * The person's open thread about the same thing, if it was opened since; undefined `since` = however old. One whose card is not
 * in the IT channel, and never will be, reaches nobody, so nothing is added to it.
 */
export async function holdSameMatter(
  transaction: Transaction<Schema>,
  person: Who,
  reason: ThreadReason,
  since: Date | undefined,
  hasItChannel: boolean,
): Promise<Thread | undefined> {
  const same = threads(transaction)
    .leftJoin('posts', 'posts.key', 'threads.head_post')
    .where((post) =>
      post.or([
        ...(hasItChannel ? [] : [post('posts.key', 'is', null)]),
        post('posts.state', '<>', 'failed'),
        post('posts.place', 'is not', null),
      ]),
    )
    .where('threads.tenant_id', '=', person.tenant)
    .where('threads.user_id', '=', person.id)
    .where('threads.state', '<>', 'resolved')
    .where('reason', '=', reason)
  const row = await (since ? same.where('threads.opened_at', '>', since) : same)
    .orderBy('threads.opened_at', 'desc')
    .limit(1)
    .forUpdate('threads')
    .executeTakeFirst()
  return row && asThread(row)
}

function asThread(row: Awaited<ReturnType<ReturnType<typeof threads>['executeTakeFirstOrThrow']>>): Thread {
  return {
    id: row.id,
    ticketId: row.ticket_id,
    // pg gives bigint as text.
    number: Number(row.number),
    person: { tenant: row.tenant_id as TenantId, id: row.user_id as UserId },
    reason: row.reason as ThreadReason,
    urgency: row.urgency,
    title: row.title,
    facts: row.facts,
    state: row.state,
    headPost: row.head_post,
    callerCheck: row.caller_check ?? undefined,
    freezeAskedBy: (row.freeze_asked_by ?? undefined) as UserId | undefined,
    freezeAskedAt: row.freeze_asked_at ?? undefined,
    freezeOperation: row.freeze_operation ?? undefined,
    correlationId: row.correlation_id,
    openedAt: row.opened_at,
    itWroteAt: row.it_wrote_at ?? undefined,
    personWroteAt: row.person_wrote_at ?? undefined,
    remindAt: row.remind_at ?? undefined,
    reminders: row.reminders,
  }
}
