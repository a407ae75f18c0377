import type { Fact } from '../escalation/escalation.ts'
import { writePosts } from '../turns/outbox.ts'
import { failures } from './attempts.ts'
import type { KeptContract } from './contracts.ts'
import type { KeptGrant } from './grants.ts'
import type { AccessGround } from './ground.ts'
import { tell } from './tell.ts'
import { factsOf, moment, nameOf } from './words.ts'

/**
 * What could not be given or taken back after several attempts is told to IT once, and to whoever asked for it. The attempts
 * go on.
 * @returns keys of the posts to be brought out
 */
export async function tellOfFailure(
  ground: AccessGround,
  grant: KeptGrant,
  { sentence }: { readonly sentence: string },
): Promise<readonly string[]> {
  const giving = grant.state === 'waiting'
  if (!giving && grant.state !== 'active') return []
  const title = giving ? 'Access could not be given' : 'Access could not be taken back'
  const due = giving ? grant.startsAt : (grant.endsAt ?? ground.clock())
  const facts = [
    ...factsOf(grant),
    { title: 'Group', value: grant.group.name },
    { title: giving ? 'To begin' : 'To end', value: moment(due) },
  ]
  const posts = await tellIt(ground, grant, giving ? 'give' : 'take-back', title, facts, sentence)
  if (!giving) return posts
  const drafts = tell(grant, [grant.requester], `access-late:${grant.id}:${roundOf(grant)}`, {
    title: `${grant.title}: it takes longer`,
    text: `It was approved, but I could not give it yet: ${sentence} IT has been told, and I go on trying.`,
    facts: factsOf(grant),
  })
  return [...posts, ...(await writePosts(ground.database, drafts, ground.clock))]
}

export async function tellOfContractFailure(
  ground: AccessGround,
  contract: KeptContract,
  { sentence }: { readonly sentence: string },
): Promise<readonly string[]> {
  const opening = contract.state === 'waiting'
  if (!opening && contract.state !== 'active') return []
  const title = opening
    ? 'The account of a contractor could not be enabled'
    : 'The account of a contractor could not be disabled'
  const facts = [
    { title: 'Project', value: contract.project },
    { title: 'Sponsor', value: nameOf(contract.sponsor) },
    { title: opening ? 'To begin' : 'To end', value: moment(opening ? contract.startsAt : contract.endsAt) },
  ]
  return await tellIt(ground, contract, opening ? 'enable' : 'disable', title, facts, sentence)
}

async function tellIt(
  ground: AccessGround,
  of: KeptGrant | KeptContract,
  what: string,
  title: string,
  facts: readonly Fact[],
  sentence: string,
): Promise<readonly string[]> {
  const { tenant, person, correlationId } = of
  const opened = await ground.escalation.open({
    id: `${what}:${of.id}:${roundOf(of)}`,
    person: { tenant, ...person },
    reason: 'operation-failed',
    title,
    urgency: what === 'give' || what === 'enable' ? 'normal' : 'high',
    facts: [...facts, { title: 'Last attempt', value: sentence }],
    correlationId,
  })
  return opened.posts
}

/** The attempts that belong together have all but the last digits in common. */
function roundOf({ attempts }: { readonly attempts: number }): number {
  return attempts - failures(attempts)
}
