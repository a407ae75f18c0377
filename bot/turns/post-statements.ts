import { type RawBuilder, sql } from 'kysely'
import type { ChannelName, Place } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { Post, PostChange, PostDraft } from './outbox.ts'

/** How long whoever writes a post has to bring it out before somebody else tries: longer than a call may take. */
const ownLease = 12_000
const mailLease = 60_000

/** A row of `posts`, or as much of it as a post is made of. */
export interface PostRow {
  key: string
  tenant_id: string
  user_id: string | null
  thread_id: string | null
  channel: ChannelName | 'mail' | null
  dialog_id: string | null
  content: object
  place: object | null
  state: Post['state']
  attempts: number
  correlation_id: string
  created_at: Date
}

/**
 * The statement that puts drafts down, all in one; it gives back the rows that were written. A question that is asked once more is
 * shown once more, below what was said since: its row starts anew. Of two drafts with one key the first counts.
 */
export function insertPosts(
  drafts: readonly PostDraft[],
  clock: Clock,
  when = sql<boolean>`true`,
): RawBuilder<PostRow> {
  const now = clock().getTime()
  const rows = firstOfEach(drafts).map(({ key, to, content, dialogId, correlationId }, index) => ({
    key,
    dialog_id: dialogId,
    tenant_id: to.tenant,
    user_id: 'person' in to ? to.person : null,
    thread_id: 'thread' in to ? to.thread : null,
    channel: 'mail' in content ? 'mail' : 'channel' in to ? to.channel : null,
    content,
    correlation_id: correlationId,
    created_at: new Date(now + index),
    due_at: new Date(now + ('mail' in content ? mailLease : ownLease)),
  }))
  const anew = drafts.filter(({ askedAgain }) => askedAgain).map(({ key }) => key)
  return sql<PostRow>`
    insert into posts (key, dialog_id, tenant_id, user_id, thread_id, channel, content, correlation_id, created_at, due_at, state)
    select draft.*, 'due' from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as draft (
      key text, dialog_id text, tenant_id text, user_id text, thread_id text, channel text, content jsonb,
      correlation_id text, created_at timestamptz, due_at timestamptz)
    where ${when}
    on conflict (key) do update set
      dialog_id = excluded.dialog_id, tenant_id = excluded.tenant_id, user_id = excluded.user_id,
      thread_id = excluded.thread_id, channel = excluded.channel, content = excluded.content, place = null, state = 'due',
      attempts = 0, last_error = null, correlation_id = excluded.correlation_id, created_at = excluded.created_at,
      due_at = excluded.due_at
    where posts.key = any(${anew}::text[])
    returning posts.*`
}

/**
 * The statement that changes what posts show, all in one; it gives back the rows that there were. Those already in the chat are
 * updated there. Of two changes of one post the last counts.
 */
export function alterPosts(
  changes: readonly PostChange[],
  clock: Clock,
  when = sql<boolean>`true`,
): RawBuilder<PostRow> {
  const rows = [...new Map(changes.map((change) => [change.key, change])).values()]
  return sql<PostRow>`
    update posts set
      content = change.content,
      place = coalesce(posts.place, change."standsAt"),
      channel = case when posts.place is null and change."standsAt" is not null
        then change."standsAt" ->> 'channel' else posts.channel end,
      state = case when coalesce(posts.place, change."standsAt") is null or posts.state = 'failed'
        then posts.state else 'changed' end,
      attempts = 0,
      due_at = ${new Date(clock().getTime() + ownLease)}
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as change (key text, content jsonb, "standsAt" jsonb)
    where posts.key = change.key and ${when}
    returning posts.*`
}

/** A post that stands in the chat, with what it shows there. */
export interface Sent {
  readonly post: Post
  /** Of a mail: none. */
  readonly place: Place | undefined
}

/**
 * The statement that writes down what was sent, all in one; it gives back the keys it wrote. A post that was changed meanwhile
 * stays to be updated. Rows that somebody holds are left out, so that nobody waits for each other in a circle.
 */
export function markPosts(sent: readonly Sent[]): RawBuilder<{ key: string }> {
  const rows = sent.map(({ post, place }) => ({ key: post.key, content: post.content, place, channel: place?.channel }))
  return sql<{ key: string }>`
    update posts set
      place = coalesce(sent.place, posts.place),
      channel = coalesce(sent.channel, posts.channel),
      state = case when posts.content = sent.content then 'sent' else 'changed' end,
      last_error = null
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as sent (key text, content jsonb, place jsonb, channel text)
    where posts.key = sent.key
      and posts.key in (select key from posts where key = any(${rows.map(({ key }) => key)}::text[]) for update skip locked)
    returning posts.key`
}

function firstOfEach(drafts: readonly PostDraft[]): readonly PostDraft[] {
  const known = new Set<string>()
  return drafts.filter(({ key }) => !known.has(key) && known.add(key))
}
