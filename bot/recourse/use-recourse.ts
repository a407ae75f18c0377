import type { Kysely } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { CardContent } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import { takeBackAuthenticator } from '../identity/take-back-authenticator.ts'
import { everyCopy, originalKey } from '../notices/notice.ts'
import type { OperationEngine, OperationResult } from '../operations/operation.ts'
import type { Schema } from '../store/schema.ts'
import type { Button } from '../turns/button.ts'
import { changePosts, type PostChange, readPost } from '../turns/outbox.ts'
import { findRecourse, markUsed, type Recourse } from './recourse.ts'

export interface RecourseGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly engine: OperationEngine
  readonly audit: Audit
}

const patience = 8_000

const refusals = {
  unknown: 'This link or button is not valid. If something is wrong, call IT now.',
  used: 'This was used already. If something is wrong still, call IT now.',
  expired: 'The time for this has run out. If something is wrong, call IT now.',
} as const

/**
 * "This wasn't me": ends the sessions, blocks sign-in, takes back the authenticator and tells IT. All of it
 * is keyed by the right that is used, so that using it twice does it once.
 */
export async function useRecourse(
  ground: RecourseGround,
  by: Parameters<typeof findRecourse>[1],
  way: 'chat' | 'mail',
): Promise<{
  readonly ok: boolean
  readonly sentence: string
  readonly posts: readonly string[]
  /** Nothing was protected: the same button or link may be used again. */
  readonly again: boolean
}> {
  const { database, clock } = ground
  const found = await findRecourse(database, by, clock())
  if ('refused' in found) return { ok: false, sentence: refusals[found.refused], posts: [], again: false }
  const { recourse } = found
  const result = await protect(ground, recourse, `"This wasn't me" about ${recourse.about}, by ${way}`)
  const said = result === 'still-running' ? 'Your account is being protected. Call IT now.' : result.sentence
  // What protected nothing may be tried again.
  if (result !== 'still-running' && result.state === 'failed')
    return { ok: false, sentence: said, posts: [], again: true }
  await markUsed(database, recourse.id, way, clock())
  return { ok: true, sentence: said, posts: await closeNotice(ground, recourse.id, said), again: false }
}

/** Takes back the authenticator and blocks the account; every try is an operation of its own, and two at once are one. */
async function protect(
  ground: RecourseGround,
  recourse: Recourse,
  why: string,
): Promise<OperationResult | 'still-running'> {
  const { tenant, person, correlationId } = recourse
  await takeBackAuthenticator(ground, recourse)
  const tried = await ground.database
    .selectFrom('operations')
    .select('id')
    .where('target_id', '=', person)
    .where('name', '=', 'protect-account')
    .where('id', 'like', `protect:${recourse.id}:%`)
    .where('state', '=', 'failed')
    .execute()
  const id = `protect:${recourse.id}:${tried.length + 1}`
  // The operation opens the incident, also when it must refuse: IT hears of it whatever becomes of the account.
  const request = {
    id,
    name: 'protect-account',
    tenant,
    actor: person,
    target: person,
    dialogId: null,
    ticketId: id,
    correlationId,
    why,
  } as const
  return await ground.engine.run(request, patience)
}

/** Closes the notice in every chat it stands in; answers the keys of its cards. */
async function closeNotice(ground: RecourseGround, key: string, sentence: string): Promise<readonly string[]> {
  const changes: PostChange[] = []
  for (const copy of everyCopy(key)) {
    const post = await readPost(ground.database, copy)
    if (post && 'card' in post.content) changes.push({ key: copy, content: { ...post.content, closed: sentence } })
  }
  await changePosts(ground.database, changes, ground.clock)
  return changes.map((change) => change.key)
}

/** The button on a notice in the chat: which right it is follows from the card, never from what the client sends. */
export function notMeButton(ground: RecourseGround): Button {
  return async ({ person, post }) => {
    const used = await useRecourse(ground, { id: originalKey(post.key), person: person.id }, 'chat')
    if (used.again) return { reply: { kind: 'note', text: used.sentence }, posts: [] }
    const content: CardContent = { ...(post.content as CardContent), closed: used.sentence }
    if (!used.ok) await changePosts(ground.database, [{ key: post.key, content }], ground.clock)
    return { reply: { kind: 'card', post: post.key, content }, posts: [...new Set([...used.posts, post.key])] }
  }
}
