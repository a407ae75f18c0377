import type { Transaction } from 'kysely'
import type { Schema } from '../store/schema.ts'
import { endGrant } from './end-grant.ts'
import { changeGrant, type KeptGrant, othersOf } from './grants.ts'
import type { AccessGround } from './ground.ts'
import { revokeRequest } from './operation-ids.ts'
import { type Next, operationStands } from './step.ts'
import { nameOf, until } from './words.ts'

/**
 * What a grant does whose time is over. Its row and its membership are held. What it did not make is left alone, and so is
 * what another grant carries on.
 * @param member whether the person is a member now, where the membership was found gone before
 */
export async function takeBack(
  ground: AccessGround,
  transaction: Transaction<Schema>,
  grant: KeptGrant,
  member: boolean | undefined,
): Promise<Next> {
  const request = revokeRequest(grant)
  if (await operationStands(transaction, request.id)) return { kind: 'run', request }
  const left = await leftAlone(ground, transaction, grant, member)
  if (left === undefined) return { kind: 'run', request }
  const ending = { why: `The time that was agreed is over. ${left}`, left: true, at: ground.clock() }
  return { kind: 'told', posts: await endGrant(ground, transaction, grant, ending) }
}

/** Why the membership stays as it is when the grant ends, as a sentence; undefined when it is taken back. */
export async function leftAlone(
  ground: AccessGround,
  transaction: Transaction<Schema>,
  grant: KeptGrant,
  member: boolean | undefined,
): Promise<string | undefined> {
  const name = nameOf(grant.person)
  if (grant.hadBefore === true) return `${name} had it before it was granted, so it stays.`
  if (grant.goneAt !== null)
    return member === true
      ? `Somebody else had taken it away and it was given again otherwise, so it stays.`
      : `Somebody else had taken it away before, so there was nothing to take back.`
  const carried = await carriedOnBy(ground, transaction, grant)
  if (!carried) return undefined
  return `It stays ${until(carried.endsAt)}, because it was granted a second time.`
}

/** Another grant by which the membership goes on; what we made is then its to take back. */
async function carriedOnBy(
  ground: AccessGround,
  transaction: Transaction<Schema>,
  grant: KeptGrant,
): Promise<KeptGrant | undefined> {
  const now = ground.clock()
  const others = await othersOf(transaction, grant)
  const on = others.filter(
    ({ state, startsAt, endsAt, goneAt }) =>
      (endsAt === null || endsAt > now) && (state === 'active' ? goneAt === null : startsAt <= now),
  )
  for (const { id } of on) await changeGrant(transaction, id, { hadBefore: false })
  return on.find(({ state }) => state === 'active') ?? on[0]
}
