import type { Transaction } from 'kysely'
import { z } from 'zod'
import type { CardContent } from '../channels/chat.ts'
import { within } from '../identity/within.ts'
import type { Schema } from '../store/schema.ts'
import type { Button } from '../turns/button.ts'
import { type PostDraft, writePosts } from '../turns/outbox.ts'
import type { Words } from './escalation.ts'
import type { EscalationGround } from './ground.ts'
import { looksLikeSecret, secretRefused } from './looks-like-secret.ts'
import { below, sentence, takeStep } from './step.ts'
import { digest, holdThread, holdThreadWith, type Thread, wordsBelow } from './threads.ts'
import { nameOf, quoted, say, wordsOf } from './words.ts'

/** See Escalation.fromPerson. */
export async function fromPerson(
  ground: EscalationGround,
  words: Words,
): Promise<{ readonly posts: readonly string[] } | undefined> {
  // Without a channel nobody would read it: the person goes on with the bot.
  if (!ground.hasItChannel) return undefined
  return await within(ground.database, async (transaction) => {
    const thread = await holdThreadWith(transaction, words.person)
    if (!thread) return undefined
    const text = wordsOf(words.text)
    const problem = problemWith(text, words.attachments)
    const answers = problem === undefined ? [] : [answer(thread, words, 'refused', problem)]
    if (text === '' || looksLikeSecret(text)) return { posts: await writePosts(transaction, answers, ground.clock) }
    const thanks = thread.personWroteAt === undefined ? say.passedOnFirst(thread.number) : say.passedOn
    const posts = await passOn(ground, transaction, thread, words, [
      ...answers,
      answer(thread, words, 'passed', thanks),
    ])
    return { posts }
  })
}

/** The button below what IT said: one answer a card. */
export function replyButton(ground: EscalationGround): Button {
  return async ({ person, post, values, correlationId }) => {
    const shown = itSaysCard.safeParse(post.content)
    if (!shown.success) return { reply: { kind: 'note', text: say.empty }, posts: [] }
    const text = wordsOf(values.text ?? '')
    const problem = text === '' ? say.empty : problemWith(text, 0)
    if (problem !== undefined) return { reply: { kind: 'note', text: problem }, posts: [] }
    return await within(ground.database, async (transaction) => {
      const thread = await holdThread(transaction, { id: shown.data.data.ids.thread })
      if (thread?.person.id !== person.id || thread.person.tenant !== person.tenant)
        return { reply: { kind: 'note', text: say.empty }, posts: [] }
      const open = thread.state !== 'resolved' && ground.hasItChannel
      const closed = open ? `${say.passedOn} You can also just write to me here.` : say.over(thread.number)
      const content: CardContent = { ...(post.content as CardContent), closed }
      const change = { key: post.key, content }
      const words = { person, text, attachments: 0, event: `${post.key}:reply`, correlationId }
      const posts = open
        ? await passOn(ground, transaction, thread, words, [], [change])
        : (await takeStep(ground, transaction, thread, { changes: [change] })).posts
      return { reply: { kind: 'card', post: post.key, content }, posts }
    })
  }
}

const itSaysCard = z.object({ card: z.literal('it-says'), data: z.object({ ids: z.object({ thread: z.string() }) }) })

function problemWith(text: string, attachments: number): string | undefined {
  const secret = looksLikeSecret(text)
  if (secret) return secretRefused(secret)
  return attachments > 0 ? say.attachmentsOfPerson : undefined
}

/** Into the thread, once an event: names are shown, and what somebody writes is text. */
async function passOn(
  ground: EscalationGround,
  transaction: Transaction<Schema>,
  thread: Thread,
  words: Words,
  answers: readonly PostDraft[],
  changes: readonly { readonly key: string; readonly content: CardContent }[] = [],
): Promise<readonly string[]> {
  const text = `${nameOf(words.person)}: ${quoted(wordsOf(words.text))}`
  const post = below(thread, wordsBelow(words.event), sentence(text), words.correlationId)
  const known = await transaction.selectFrom('posts').select('key').where('key', '=', post.key).executeTakeFirst()
  if (known) return []
  const now = ground.clock()
  const { posts } = await takeStep(ground, transaction, thread, {
    set: { person_wrote_at: now, remind_at: new Date(now.getTime() + ground.reminders[thread.urgency]), reminders: 0 },
    posts: [post, ...answers],
    changes,
    note: 'The person wrote to IT.',
  })
  return posts
}

function answer(thread: Thread, words: Words, name: string, text: string): PostDraft {
  const { tenant, id } = words.person
  const key = `${thread.headPost}:${digest(words.event)}:${name}`
  return { key, to: { tenant, person: id }, content: sentence(text), correlationId: words.correlationId }
}
