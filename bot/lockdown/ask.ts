import type { Person } from '../identity/person.ts'
import { plainText } from '../plain-text.ts'
import { writePosts } from '../turns/outbox.ts'
import { cardKey, proposalCard } from './card.ts'
import { type Came, eventOf, type LockdownGround, no } from './ground.ts'
import { readInForce } from './in-force.ts'
import { leaveOf } from './leave.ts'
import { insertProposal, openProposal, operationFor, type Proposal, readProposal, type Wanted } from './proposals.ts'
import { expireProposal } from './settle.ts'

export const longestReason = 200

export interface AskedFor {
  /** The same id is the same proposal. */
  readonly id: string
  readonly wanted: Wanted
  readonly reason: string
  readonly correlationId: string
  /** In which they proved themselves. */
  readonly dialogId: string
}

/** The first person's wish. Nothing is in force before a second one of IT has said yes. @throws DirectoryError */
export async function askForLockdown(ground: LockdownGround, by: Person, asked: AskedFor): Promise<Came> {
  const { database, clock, policy } = ground
  const { tenant } = by
  const reason = plainText(asked.reason, longestReason)
  if (reason === '') return no('Please say why.')
  if (await readProposal(database, asked.id)) return waiting(ground, [])
  const expired = await endOverdue(ground, tenant)
  const inForce = await readInForce(database, tenant)
  const operation = operationFor(inForce?.mode, asked.wanted)
  if (!operation) return no('That is in force already.', expired)
  const decision = await leaveOf(ground, { ...by, dialogId: asked.dialogId }, operation, [])
  if (decision.verdict === 'refuse') return no(decision.sentence, expired)
  if (decision.verdict === 'need-proof') return no('The proofs for this have run out. Please start again.', expired)
  // Without a second person it is never allowed: what says so would be a fault of ours.
  if (decision.verdict !== 'need-approval') return no('This needs a second person of IT.', expired)
  const now = clock()
  const proposal: Proposal = {
    id: asked.id,
    tenant,
    wanted: asked.wanted,
    reason,
    insteadOf: inForce?.proposal,
    state: 'asked',
    askedBy: { id: by.id, name: by.name },
    askedAt: now,
    expiresAt: new Date(now.getTime() + policy.lockdown.confirmWithin),
    correlationId: asked.correlationId,
  }
  const posts = await database.transaction().execute(async (transaction) => {
    if (!(await insertProposal(transaction, proposal))) return undefined
    const card = { key: cardKey(proposal.id), to: { tenant, it: true as const }, content: proposalCard(proposal) }
    const drafts = ground.hasItChannel ? [{ ...card, correlationId: asked.correlationId }] : []
    const written = await writePosts(transaction, drafts, clock)
    const { policyVersion } = decision
    const detail = { 'instead-of': inForce?.mode ?? 'open' }
    await ground.audit.appendWithin(
      transaction,
      eventOf('ask-lockdown', proposal, by.id, 'done', { detail, policyVersion }),
    )
    return written
  })
  if (!posts) return no('Somebody has asked for something already: write "lockdown" to see what.', expired)
  return waiting(ground, [...expired, ...posts])
}

function waiting({ hasItChannel, policy }: LockdownGround, posts: readonly string[]): Came {
  const minutes = Math.round(policy.lockdown.confirmWithin / 60_000)
  const where = hasItChannel
    ? 'on the card in the IT channel, or by writing "lockdown" to me'
    : 'by writing "lockdown" to me'
  const sentence = `Nothing has changed yet. A second person of IT must confirm it within ${minutes} minutes: ${where}.`
  return { ok: true, sentence, posts }
}

/** What ran out must not stand in the way until the sweep comes round. */
async function endOverdue(ground: LockdownGround, tenant: Person['tenant']): Promise<readonly string[]> {
  const open = await openProposal(ground.database, tenant)
  return open && open.expiresAt <= ground.clock() ? await expireProposal(ground, open.id) : []
}
