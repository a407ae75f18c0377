import type { Kysely } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { CardContent } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import { removeFactor } from '../identity/totp.ts'
import type { OperationEngine } from '../operations/engine.ts'
import type { Schema } from '../store/schema.ts'
import { changePosts, readPost } from '../turns/outbox.ts'
import type { Button } from '../turns/press-button.ts'
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
  expired: 'This was valid for 24 hours and has run out. If something is wrong, call IT now.',
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
  readonly id: string | undefined
}> {
  const { database, clock } = ground
  const found = await findRecourse(database, by, clock())
  if ('refused' in found) return { ok: false, sentence: refusals[found.refused], posts: [], id: undefined }
  const { recourse } = found
  const { tenant, person, correlationId } = recourse
  await takeBackFactor(ground, recourse)
  // The operation opens the incident, also when it must refuse: IT hears of it whatever becomes of the account.
  const result = await ground.engine.run(
    {
      id: `protect:${recourse.id}`,
      name: 'protect-account',
      tenant,
      actor: person,
      target: person,
      dialogId: null,
      ticketId: `incident:protect:${recourse.id}`,
      correlationId,
      why: `"This wasn't me" about ${recourse.about}, by ${way}`,
    },
    patience,
  )
  const said = result === 'still-running' ? 'Your account is being protected. Call IT now.' : result.sentence
  await markUsed(database, recourse.id, way, clock())
  await closeNotice(ground, recourse.id, said)
  return { ok: true, sentence: said, posts: [recourse.id], id: recourse.id }
}

/** Whoever acted in the person's name had their authenticator, or set it up: it cannot stay. */
async function takeBackFactor(
  ground: RecourseGround,
  { id: recourseId, tenant, person, correlationId }: Recourse,
): Promise<boolean> {
  const removed = await removeFactor(ground, { tenant, id: person })
  if (removed)
    await ground.audit.append({
      kind: 'event',
      action: 'remove-totp',
      tenant,
      actor: person,
      target: person,
      correlationId,
      operationId: `remove-totp:${recourseId}`,
      outcome: 'done',
      why: '"This wasn\'t me"',
    })
  return removed
}

async function closeNotice(ground: RecourseGround, key: string, sentence: string): Promise<void> {
  const post = await readPost(ground.database, key)
  if (!post || !('card' in post.content)) return
  const content: CardContent = { ...post.content, closed: sentence }
  await changePosts(ground.database, [{ key, content }], ground.clock)
}

/** The button on a notice in the chat: which right it is follows from the card, never from what the client sends. */
export function notMeButton(ground: RecourseGround): Button {
  return async ({ person, post }) => {
    const used = await useRecourse(ground, { id: post.key, person: person.id }, 'chat')
    const content: CardContent = { ...(post.content as CardContent), closed: used.sentence }
    if (!used.ok) await changePosts(ground.database, [{ key: post.key, content }], ground.clock)
    return { reply: { kind: 'card', post: post.key, content }, posts: [...used.posts, post.key] }
  }
}
