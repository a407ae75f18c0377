import { mayDelegateTo, mayStillApprove } from '../../bot/approvals/requests/approvers.ts'
import { approveButton } from '../../bot/approvals/requests/button-approve.ts'
import type { RequestGround } from '../../bot/approvals/requests/ground.ts'
import type { Happened } from '../../bot/approvals/requests/happened.ts'
import { type AccessRequest, type Ask, askPost, type Lasts, type Named } from '../../bot/approvals/requests/request.ts'
import { takeStep } from '../../bot/approvals/requests/take-step.ts'
import { termsHash } from '../../bot/approvals/requests/terms.ts'
import type { UserId } from '../../bot/identity/person.ts'
import { readPost } from '../../bot/turns/outbox.ts'
import { hours } from '../bot/identity/people.ts'
import type { Chance } from './chance.ts'
import type { Deed, EventKind } from './events.ts'
import type { Replica } from './replica.ts'
import type { World } from './world.ts'

/** What an approver does with a card, or somebody who is none. */
export function answer(
  world: World,
  chance: Chance,
  request: AccessRequest,
  one: Ask,
  kind: EventKind,
): Deed | undefined {
  const { id, terms } = request
  const proof = (ground: RequestGround) =>
    terms.risk === 'high' ? { proof: { method: 'totp' as const, at: ground.clock().toISOString() } } : {}
  const yes = (ground: RequestGround, more: { shorter?: Lasts } = {}): Happened => ({
    ...{ kind: 'approved', ask: one.id, hash: one.hash },
    ...proof(ground),
    ...more,
  })
  const may = async ({ ground }: Replica) => (await mayStillApprove(ground, request, one)) === undefined
  const taken = async ({ ground }: Replica, happened: Happened, by: UserId) =>
    !('refused' in (await takeStep(ground, id, happened, by)))
  switch (kind) {
    case 'approve':
      if (terms.risk !== 'high') return (replica) => press(world, replica, one, one.approver)
      return async (replica) => (await may(replica)) && (await taken(replica, yes(replica.ground), one.approver.id))
    case 'approve-as-other': {
      const other = chance.pick([...world.managers, ...world.employees])
      if (other.id === one.approver.id) return undefined
      return async (replica) =>
        chance.happens(0.5)
          ? await press(world, replica, one, other)
          : await taken(replica, yes(replica.ground), other.id)
    }
    case 'approve-own': {
      const own = chance.pick([terms.requester, terms.person])
      return async (replica) => await taken(replica, yes(replica.ground), own.id)
    }
    case 'approve-old-card':
      return async (replica) => {
        const hash = termsHash({ ...terms, reason: 'Another one' })
        return await taken(replica, { ...yes(replica.ground), kind: 'approved', ask: one.id, hash }, one.approver.id)
      }
    case 'shorten': {
      const shorter: Lasts = { for: (1 + chance.below(30)) * hours }
      return async (replica) =>
        (await may(replica)) && (await taken(replica, yes(replica.ground, { shorter }), one.approver.id))
    }
    case 'deny':
      return async (replica) =>
        (await may(replica)) &&
        (await taken(replica, { kind: 'denied', ask: one.id, reason: 'Not needed' }, one.approver.id))
    case 'delegate': {
      const to = chance.pick([...world.managers, chance.pick(world.employees), terms.person])
      return async (replica) => {
        if (!(await may(replica))) return false
        const found = await mayDelegateTo(replica.ground, request, one, to.id)
        return (
          !('refused' in found) &&
          (await taken(replica, { kind: 'delegated', ask: one.id, to: found }, one.approver.id))
        )
      }
    }
    case 'question': {
      const question = `${one.id}:q${request.questions.length + 1}`
      return async (replica) =>
        (await taken(replica, { kind: 'asked', ask: one.id, id: question, text: 'What for?' }, one.approver.id)) &&
        (await taken(replica, { kind: 'answered', question, text: 'Work' }, terms.requester.id))
    }
    case 'not-reached':
      return async () => {
        const { database } = world
        const { numUpdatedRows } = await database
          .updateTable('posts')
          .set({ state: 'failed' })
          .where('key', '=', askPost(one.id))
          .executeTakeFirst()
        return numUpdatedRows > 0n
      }
    default:
      return undefined
  }
}

/** Somebody presses Approve on the card, theirs or not. */
async function press(world: World, { ground }: Replica, { id }: Ask, by: Named): Promise<boolean> {
  const post = await readPost(ground.database, askPost(id))
  if (!post) return false
  const person = { tenant: world.tenant, ...by }
  const pressed = { person, post, values: {}, correlationId: id, submitted: false }
  const { posts } = await approveButton(ground)(pressed)
  return posts.length > 0
}

export function taking(id: string, happened: Happened, by: UserId): Deed {
  return async ({ ground }) => !('refused' in (await takeStep(ground, id, happened, by)))
}
