import type { Place } from '../channels/chat.ts'
import { within } from '../identity/within.ts'
import type { PostDraft } from '../turns/outbox.ts'
import type { Words } from './escalation.ts'
import { type EscalationGround, isItNow } from './ground.ts'
import { looksLikeSecret, secretRefused } from './looks-like-secret.ts'
import { takeStep } from './step.ts'
import { holdThread, holdThreadAt, type Thread, wordsKey } from './threads.ts'
import { nameOf, piecesOf, say, wordsOf } from './words.ts'

type Answer = { readonly note: string | undefined; readonly posts: readonly string[] }

const nothing: Answer = { note: undefined, posts: [] }

/** See Escalation.fromIt. */
export async function fromIt(ground: EscalationGround, place: Place, words: Words): Promise<Answer> {
  const text = wordsOf(words.text)
  if (text === '' && words.attachments === 0) return nothing
  const seen = await within(ground.database, (transaction) => holdThreadAt(transaction, place))
  if (seen?.person.tenant !== words.person.tenant) return nothing
  // Asked before the row is held: a slow directory must not keep anybody else waiting.
  if (!(await isItNow(ground, words.person))) return { note: say.onlyItAnswers, posts: [] }
  if (seen.person.id === words.person.id) return { note: say.ownThread, posts: [] }
  return await within(ground.database, async (transaction) => {
    const thread = await holdThread(transaction, { id: seen.id })
    if (!thread) return nothing
    if (thread.state === 'resolved') return { note: say.resolved(thread.number), posts: [] }
    const refused = words.attachments > 0 ? say.attachmentsOfIt : undefined
    if (text === '') return { note: refused, posts: [] }
    const secret = looksLikeSecret(text)
    if (secret) return { note: secretRefused(secret), posts: [] }
    const post = itSays(thread, words, text)
    const known = await transaction.selectFrom('posts').select('key').where('key', '=', post.key).executeTakeFirst()
    if (known) return { note: refused, posts: [] }
    const { posts } = await takeStep(ground, transaction, thread, {
      set: { it_wrote_at: ground.clock(), remind_at: null, reminders: 0 },
      posts: [post],
      note: `${nameOf(words.person)} of IT wrote to the person.`,
    })
    return { note: refused, posts }
  })
}

/** The card on which the person reads what IT says, and can answer. */
function itSays(thread: Thread, words: Words, text: string): PostDraft {
  const { tenant, id } = thread.person
  return {
    key: wordsKey(thread.id, words.event),
    to: { tenant, person: id },
    content: {
      card: 'it-says',
      data: { name: nameOf(words.person), number: thread.number, lines: piecesOf(text), ids: { thread: thread.id } },
    },
    correlationId: words.correlationId,
  }
}
