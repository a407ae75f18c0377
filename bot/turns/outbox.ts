import { type Kysely, sql, type Transaction } from 'kysely'
import type { ChannelName, Content, Place } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import { alterPosts, insertPosts, markPosts, type PostRow, type Sent } from './post-statements.ts'

/** A notice by mail; the one-time link is made when it is sent, so no table ever holds it. */
export interface MailContent {
  readonly mail: {
    readonly to: readonly string[]
    readonly subject: string
    readonly text: string
    readonly recourse: string | undefined
  }
}

export interface PostDraft {
  /** Unique: a second draft with the same key is dropped. */
  readonly key: string
  /** A person (where they last wrote, or in the chat product that is named), the IT channel, or below the card that heads a thread there. */
  readonly to:
    | { readonly tenant: TenantId; readonly person: UserId; readonly channel?: ChannelName }
    | { readonly tenant: TenantId; readonly it: true }
    | { readonly tenant: TenantId; readonly thread: string }
  readonly content: Content | MailContent
  readonly dialogId?: string
  readonly correlationId: string
  /** A question of a dialog: asked a second time it is shown a second time. */
  readonly askedAgain?: boolean
}

/** A post that is to look different from now on. */
export interface PostChange {
  readonly key: string
  readonly content: Content
  /** Where it was seen, should nobody have written that down yet. */
  readonly standsAt?: Place
}

export interface Post {
  readonly key: string
  readonly tenant: TenantId
  readonly person: UserId | undefined
  /** The thread below whose head it stands. */
  readonly thread: string | undefined
  /** The one chat product it is meant for, or stands in. */
  readonly channel: ChannelName | undefined
  readonly dialogId: string | undefined
  readonly content: Content | MailContent
  readonly place: Place | undefined
  readonly state: 'due' | 'sent' | 'changed' | 'failed'
  readonly attempts: number
  readonly correlationId: string
}

type Connection = Kysely<Schema> | Transaction<Schema>

/**
 * Puts posts where they survive a crash. Whoever calls brings them out right after the commit, or a sweep does.
 * @returns the keys that were written: one that stood already is somebody else's to bring out
 */
export async function writePosts(
  database: Connection,
  drafts: readonly PostDraft[],
  clock: Clock,
): Promise<readonly string[]> {
  return (await putPosts(database, drafts, clock)).map(({ key }) => key)
}

/** The same, for whoever brings them out as they were written. */
export async function putPosts(
  database: Connection,
  drafts: readonly PostDraft[],
  clock: Clock,
): Promise<readonly Post[]> {
  if (drafts.length === 0) return []
  const { rows } = await insertPosts(drafts, clock).execute(database)
  return rows.map(asPost)
}

/** Changes what posts show; those already in the chat are updated there. */
export async function changePosts(database: Connection, changes: readonly PostChange[], clock: Clock): Promise<void> {
  if (changes.length > 0) await alterPosts(changes, clock).execute(database)
}

export async function readPost(database: Connection, key: string): Promise<Post | undefined> {
  const row = await database.selectFrom('posts').selectAll().where('key', '=', key).executeTakeFirst()
  return row && asPost(row)
}

/** The card that heads a thread: where it stands, all else of the thread stands below it. */
export async function headOfThread(database: Connection, thread: string): Promise<Post | undefined> {
  const row = await database
    .selectFrom('posts')
    .innerJoin('threads', 'threads.head_post', 'posts.key')
    .selectAll('posts')
    .where('threads.id', '=', thread)
    .executeTakeFirst()
  return row && asPost(row)
}

/** Whether something of it has to be brought to the chat. */
export function isToBringOut({ state }: Post): boolean {
  return state === 'due' || state === 'changed'
}

/** Posts by key, to be brought out now by whoever wrote them. */
export async function readPosts(database: Connection, keys: readonly string[]): Promise<readonly Post[]> {
  if (keys.length === 0) return []
  const rows = await database
    .selectFrom('posts')
    .selectAll()
    .where('key', 'in', [...keys])
    .where('state', 'in', ['due', 'changed'])
    .orderBy('created_at')
    .execute()
  return rows.map(asPost)
}

/** Takes over posts nobody has brought out, oldest first; each is ours for the lease. */
export async function claimDuePosts(
  database: Connection,
  clock: Clock,
  limit: number,
  leaseMilliseconds: number,
): Promise<readonly Post[]> {
  const now = clock()
  const rows = await database
    .updateTable('posts')
    .set({ due_at: new Date(now.getTime() + leaseMilliseconds) })
    .where('key', 'in', (query) =>
      query
        .selectFrom('posts')
        .select('key')
        .where('state', 'in', ['due', 'changed'])
        .where('due_at', '<=', now)
        .orderBy('due_at')
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .returningAll()
    .execute()
  return rows.map(asPost).sort((one, other) => one.key.localeCompare(other.key))
}

/** What was sent stands in the chat; if the post was changed meanwhile it stays to be updated. */
export async function markSent(database: Connection, sent: readonly Sent[]): Promise<void> {
  const { rows } = await markPosts(sent).execute(database)
  const marked = new Set(rows.map(({ key }) => key))
  // Held by somebody else just then: one at a time they can be waited for.
  for (const { post, place } of sent) if (!marked.has(post.key)) await markOne(database, post, place)
}

async function markOne(database: Connection, post: Post, place: Place | undefined): Promise<void> {
  await database
    .updateTable('posts')
    .set({
      ...(place ? { place: JSON.stringify(place), channel: place.channel } : {}),
      state: sql`case when content = ${JSON.stringify(post.content)}::jsonb then 'sent' else 'changed' end`,
      last_error: null,
    })
    .where('key', '=', post.key)
    .execute()
}

/** Not brought out: tried again at `again`, or given up. */
export async function markFailed(
  database: Connection,
  post: Post,
  error: string,
  again: Date | undefined,
): Promise<void> {
  await database
    .updateTable('posts')
    .set({
      attempts: post.attempts + 1,
      last_error: error.slice(0, 500),
      ...(again ? { due_at: again } : { state: 'failed' as const }),
    })
    .where('key', '=', post.key)
    .execute()
}

/** How many posts still have to be brought out. */
export async function pendingPosts(database: Connection): Promise<number> {
  const { count } = await database
    .selectFrom('posts')
    .select(sql<string>`count(*)`.as('count'))
    .where('state', 'in', ['due', 'changed'])
    .executeTakeFirstOrThrow()
  return Number(count)
}

export function asPost(row: PostRow): Post {
  return {
    key: row.key,
    tenant: row.tenant_id as TenantId,
    person: (row.user_id ?? undefined) as UserId | undefined,
    thread: row.thread_id ?? undefined,
    channel: row.channel === null || row.channel === 'mail' ? undefined : row.channel,
    dialogId: row.dialog_id ?? undefined,
    content: row.content as Content | MailContent,
    place: (row.place ?? undefined) as Place | undefined,
    state: row.state,
    attempts: row.attempts,
    correlationId: row.correlation_id,
  }
}
