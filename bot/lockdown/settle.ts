import type { Transaction } from 'kysely'
import { nameOf } from '../escalation/words.ts'
import type { Person } from '../identity/person.ts'
import type { Approval } from '../policy/decision.ts'
import type { Schema } from '../store/schema.ts'
import { changePosts, writePosts } from '../turns/outbox.ts'
import { cardKey, newsDraft, proposalCard } from './card.ts'
import { type Came, eventOf, type LockdownGround, no } from './ground.ts'
import { type InForce, readInForce } from './in-force.ts'
import { leaveOf } from './leave.ts'
import { endProposal, holdProposal, operationFor, overdueProposals, type Proposal, readProposal } from './proposals.ts'
import { wantedInWords } from './words.ts'

const over = 'That is over already. Write "lockdown" to see what is in force.'
const late = 'That request has run out. Please ask for it again.'
const overtaken = 'Something else was put in force meanwhile, so this is void. Please ask for it again.'

/** The second person's yes: from the moment in which it is committed it is in force, at every replica. @throws DirectoryError */
export async function confirmLockdown(
  ground: LockdownGround,
  by: Person,
  { id, dialogId }: { readonly id: string; readonly dialogId: string | null },
): Promise<Came> {
  const { database, clock } = ground
  // Asked before the row is held: a slow directory must not keep anybody else waiting.
  const seen = await readProposal(database, id)
  if (seen?.tenant !== by.tenant || seen.state !== 'asked') return no(over)
  const inForce = await readInForce(database, by.tenant)
  const operation = operationFor(inForce?.mode, seen.wanted)
  if (!operation || inForce?.proposal !== seen.insteadOf) return await settle(ground, seen, 'overtaken')
  const approvals = await approvalOf(ground, seen)
  const decision = await leaveOf(ground, { ...by, dialogId }, operation, approvals)
  if (decision.verdict === 'refuse') return no(decision.sentence)
  if (decision.verdict === 'need-proof')
    return no('For this you must prove that it is you: write "lockdown" to me in our own chat.')
  if (decision.verdict !== 'allow')
    return no(
      seen.askedBy.id === by.id
        ? 'You asked for it: a second person of IT must confirm.'
        : 'Whoever asked for it is not IT any more. Please withdraw it and ask anew.',
    )
  const { proofsUsed: proofs, policyVersion } = decision
  return await database.transaction().execute(async (transaction) => {
    const held = await holdProposal(transaction, id)
    if (held?.state !== 'asked') return no(over)
    const now = clock()
    if (held.expiresAt <= now) return no(late)
    const standing = await holdInForce(transaction, held)
    if (standing !== (held.insteadOf ?? null)) return no(overtaken)
    await endProposal(transaction, held, 'confirmed', by, now)
    await putInForce(transaction, held, by, now)
    const sentence = `${wantedInWords[held.wanted]}. Asked for by ${nameOf(held.askedBy)}, confirmed by ${nameOf(by)}. Why: ${held.reason}`
    const title = held.wanted === 'open' ? 'Self-service is open again' : 'Lockdown: in force from now on'
    const drafts = ground.hasItChannel ? [newsDraft(held, title, sentence)] : []
    const closed = `Confirmed by ${nameOf(by)}: it is in force.`
    const posts = await writePosts(transaction, drafts, clock)
    await changePosts(transaction, [{ key: cardKey(id), content: proposalCard(held, closed) }], clock)
    const detail = { 'asked-by': held.askedBy.id, 'instead-of': inForce?.mode ?? 'open' }
    await ground.audit.appendWithin(
      transaction,
      eventOf('confirm-lockdown', held, by.id, 'done', { proofs, policyVersion, detail }),
    )
    return { ok: true, sentence, posts: [cardKey(id), ...posts] }
  })
}

/** Anybody of IT may say that it is not to be: that leaves everything as it is. @throws DirectoryError */
export async function withdrawLockdown(ground: LockdownGround, by: Person, id: string): Promise<Came> {
  const seen = await readProposal(ground.database, id)
  if (seen?.tenant !== by.tenant || !(await ground.isIt(by))) return no('Only IT can do that.')
  return await settle(ground, seen, 'withdrawn', by)
}

/** Ends one that nobody confirmed in time; answers the keys of changed posts. */
export async function expireProposal(ground: LockdownGround, id: string): Promise<readonly string[]> {
  const seen = await readProposal(ground.database, id)
  return seen ? (await settle(ground, seen, 'expired')).posts : []
}

/** The same for all; at most so many at a time. */
export async function expireProposals(ground: LockdownGround, limit: number): Promise<readonly string[]> {
  const due = await overdueProposals(ground.database, ground.clock(), limit)
  const posts: string[] = []
  for (const id of due) posts.push(...(await expireProposal(ground, id)))
  return posts
}

const actions = {
  withdrawn: 'withdraw-lockdown',
  expired: 'expire-lockdown',
  overtaken: 'void-lockdown',
} as const

async function settle(
  ground: LockdownGround,
  { id }: Proposal,
  state: keyof typeof actions,
  by?: Person,
): Promise<Came> {
  const { database, clock, audit } = ground
  return await database.transaction().execute(async (transaction) => {
    const held = await holdProposal(transaction, id)
    if (held?.state !== 'asked') return no(over)
    if (state === 'expired' && held.expiresAt > clock()) return no(over)
    await endProposal(transaction, held, state, by, clock())
    const sentence = {
      withdrawn: `Withdrawn by ${by ? nameOf(by) : 'IT'}: nothing was changed.`,
      expired: 'Nobody confirmed it in time: nothing was changed.',
      overtaken,
    }[state]
    await changePosts(transaction, [{ key: cardKey(id), content: proposalCard(held, sentence) }], clock)
    const outcome = state === 'withdrawn' ? 'done' : 'refused'
    await audit.appendWithin(transaction, eventOf(actions[state], held, by?.id ?? 'helpbot', outcome, {}))
    return { ok: state === 'withdrawn', sentence, posts: [cardKey(id)] }
  })
}

/** What the first person said counts while they are IT: asked of the directory once more, now. */
async function approvalOf(
  ground: LockdownGround,
  { tenant, askedBy, askedAt }: Proposal,
): Promise<readonly Approval[]> {
  const still = await ground.isIt({ tenant, id: askedBy.id })
  return still ? [{ by: askedBy.id, at: askedAt, kind: 'it' }] : []
}

/** Which proposal is in force, held until the transaction ends. */
async function holdInForce(
  transaction: Transaction<Schema>,
  { tenant }: Proposal,
): Promise<InForce['proposal'] | null> {
  const row = await transaction
    .selectFrom('lockdowns')
    .select('proposal_id')
    .where('tenant_id', '=', tenant)
    .forUpdate()
    .executeTakeFirst()
  return row?.proposal_id ?? null
}

async function putInForce(
  transaction: Transaction<Schema>,
  { id, tenant, wanted, reason, askedBy }: Proposal,
  by: Person,
  since: Date,
): Promise<void> {
  if (wanted === 'open') {
    await transaction.deleteFrom('lockdowns').where('tenant_id', '=', tenant).execute()
    return
  }
  const row = {
    mode: wanted,
    reason,
    asked_by: askedBy.id,
    asked_by_name: askedBy.name,
    confirmed_by: by.id,
    confirmed_by_name: by.name,
    since,
    proposal_id: id,
  }
  await transaction
    .insertInto('lockdowns')
    .values({ tenant_id: tenant, ...row })
    .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(row))
    .execute()
}
