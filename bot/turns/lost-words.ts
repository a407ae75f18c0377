import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import { areWords } from '../escalation/threads.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { Schema } from '../store/schema.ts'
import { type Post, writePosts } from './outbox.ts'

/**
 * What a person wrote to IT, or that they asked for somebody, cannot be brought to the IT channel. They were told that it would
 * be, so they are told now that it was not.
 * @returns the posts to be brought out
 */
export function tellThePersonOfLostWords(database: Kysely<Schema>, clock: Clock) {
  return async ({ key, thread: below, place, correlationId }: Post): Promise<readonly string[]> => {
    // What stands there already, and only could not be changed, is no loss of theirs.
    if (place) return []
    const thread = await database
      .selectFrom('threads')
      .innerJoin('tickets', 'tickets.id', 'threads.ticket_id')
      .select(['threads.tenant_id', 'threads.user_id', 'threads.reason', 'tickets.number'])
      .where((row) => (below === undefined ? row('head_post', '=', key) : row('threads.id', '=', below)))
      .executeTakeFirst()
    const waits = below === undefined ? thread?.reason === 'asks-for-a-person' : areWords(key)
    if (!thread || !waits) return []
    const what = below === undefined ? 'your question' : 'what you wrote'
    const text = `I could not bring ${what} to IT (ticket ${thread.number}). Please call them.`
    const to = { tenant: thread.tenant_id as TenantId, person: thread.user_id as UserId }
    return await writePosts(database, [{ key: `${key}:lost`, to, content: { text }, correlationId }], clock)
  }
}
