import type { Kysely } from 'kysely'
import type { Audit } from '../audit/audit.ts'
import type { Clock } from '../clock.ts'
import type { Directory } from '../directory/directory.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import { lockdownNow } from '../lockdown/in-force.ts'
import { factsOf } from '../operations/facts.ts'
import { decideFor, usage } from '../operations/usage.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import { type PostDraft, writePosts } from '../turns/outbox.ts'
import { type Lockout, markOffered, offeredSince } from './lockouts-seen.ts'

const day = 86_400_000

export interface OfferGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  /** Both sides: who it is, and whether their account is one that only IT may change. */
  readonly directoryFor: (correlationId: string) => Directory
  /** Whose account an object of Active Directory is; undefined where that cannot be said for certain. @throws DirectoryError */
  readonly findPerson: (domain: string, objectGuid: string) => Promise<UserId | undefined>
  readonly policy: Policy
  readonly tenant: TenantId
  readonly audit: Audit
}

/**
 * Offers the unlock to whom the account belongs, in their chat, if an unlock is something they could have: by the rules that hold
 * when they ask. They prove themselves all the same. Nobody is written to who never wrote, nor more often than the policy says.
 * @returns keys of the posts to be brought out
 * @throws DirectoryError: unknown is never "yes"
 */
export async function offerUnlock(
  ground: OfferGround,
  lockout: Lockout,
  correlationId: string,
): Promise<readonly string[]> {
  const { database, clock, policy, tenant } = ground
  const person = await ground.findPerson(lockout.domain, lockout.guid)
  if (person === undefined || !(await hasAChat(database, tenant, person))) return []
  if (!(await couldHaveIt(ground, person, correlationId))) return []
  const now = clock()
  return await database.transaction().execute(async (transaction) => {
    const today = await offeredSince(transaction, tenant, person, new Date(now.getTime() - day))
    if (today >= policy.lockouts.perPersonPerDay) return []
    if (!(await markOffered(transaction, lockout, { tenant, person }, now))) return []
    const posts = await writePosts(transaction, [offer(lockout, { tenant, person }, correlationId)], clock)
    await ground.audit.appendWithin(transaction, {
      kind: 'event',
      action: 'offer-unlock',
      tenant,
      actor: 'helpbot',
      target: person,
      correlationId,
      policyVersion: policy.version,
      detail: { domain: lockout.domain, object: lockout.guid, 'locked-at': lockout.lockedAt.toISOString() },
    })
    return posts
  })
}

async function hasAChat(database: Kysely<Schema>, tenant: TenantId, person: UserId): Promise<boolean> {
  const row = await database
    .selectFrom('conversations')
    .select('channel')
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', person)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Asked without a proof, the policy wants one: all else speaks for it. Administrators, blocked and protected accounts get a no here. */
async function couldHaveIt(ground: OfferGround, person: UserId, correlationId: string): Promise<boolean> {
  const { database, clock, policy, tenant } = ground
  const now = clock()
  const operation = 'unlock-account'
  const [facts, used, lockdown] = await Promise.all([
    factsOf(ground.directoryFor(correlationId), policy, person, person),
    usage(database, { id: '', name: operation, tenant, actor: person, target: person }, now),
    lockdownNow(database, tenant),
  ])
  // What lives in Entra ID by now is not unlocked at all.
  if (facts.target.writableOnPremises !== true) return false
  const { verdict } = decideFor(policy, {
    operation,
    tenant,
    actor: person,
    target: person,
    facts,
    relation: 'self',
    proofs: [],
    targetProofs: [],
    approvals: [],
    usage: used,
    lockdown,
    now,
  })
  return verdict === 'need-proof' || verdict === 'allow'
}

function offer(
  { domain, guid, lockedAt }: Lockout,
  to: { readonly tenant: TenantId; readonly person: UserId },
  correlationId: string,
): PostDraft {
  const data = {
    title: `Your account was locked at ${lockedAt.toISOString().slice(11, 16)} UTC`,
    text: 'Too many wrong passwords were tried. Was that you? Then I can unlock it, once you have proved that it is you.',
    ids: { unlock: 'unlock-account', notMe: 'not-me' },
  }
  const key = `lockout:${domain}:${guid}:${lockedAt.getTime()}`
  return { key, to, content: { card: 'locked-out', data }, correlationId }
}
