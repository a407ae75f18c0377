import type { Button } from '../../turns/button.ts'
import { readPost } from '../../turns/outbox.ts'
import type { RequestGround } from './ground.ts'

/**
 * Answers a press with its card as it stands by now. One that is still open says nothing of what happened: then it is drawn anew
 * from the outbox, and the sentence is said.
 */
export async function asItStands(
  { database }: Pick<RequestGround, 'database'>,
  key: string,
  sentence: string,
  posts: readonly string[] = [],
): Promise<Awaited<ReturnType<Button>>> {
  const post = await readPost(database, key)
  if (post && 'card' in post.content && post.content.closed !== undefined)
    return { reply: { kind: 'card', post: key, content: post.content }, posts }
  return { reply: { kind: 'note', text: sentence }, posts }
}
