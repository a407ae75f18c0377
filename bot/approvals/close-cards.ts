import type { Kysely } from 'kysely'
import type { CardContent } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { Confirmation } from '../identity/confirmation.ts'
import type { Schema } from '../store/schema.ts'
import { changePosts } from '../turns/outbox.ts'

/** The key of the card that asks somebody to confirm. */
export function confirmationPost(id: string): string {
  return `confirmation:${id}`
}

/** Closes the cards of confirmations that ran out or are not needed any more; answers their keys. */
export async function closeCards(
  ground: { readonly database: Kysely<Schema>; readonly clock: Clock },
  confirmations: readonly Confirmation[],
  sentence: string,
): Promise<readonly string[]> {
  const keys = confirmations.map(({ id }) => confirmationPost(id))
  if (keys.length === 0) return []
  const posts = await ground.database.selectFrom('posts').select(['key', 'content']).where('key', 'in', keys).execute()
  await changePosts(
    ground.database,
    posts.map(({ key, content }) => ({ key, content: { ...(content as CardContent), closed: sentence } })),
    ground.clock,
  )
  return keys
}
