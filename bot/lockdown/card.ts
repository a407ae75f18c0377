import type { CardContent } from '../channels/chat.ts'
import type { TenantId } from '../identity/person.ts'
import type { PostDraft } from '../turns/outbox.ts'
import type { Proposal, Wanted } from './proposals.ts'
import { factsOfProposal } from './words.ts'

const titles: Readonly<Record<Wanted, string>> = {
  freeze: 'Lockdown asked for: close self-service',
  strict: 'Lockdown asked for: only the strongest proofs',
  open: 'Asked for: lift the lockdown',
}

export function cardKey(proposal: string): string {
  return `lockdown:${proposal}`
}

/** What the IT channel sees of a proposal; `closed` once it is over. */
export function proposalCard(proposal: Proposal, closed?: string): CardContent {
  const data = { title: titles[proposal.wanted], facts: factsOfProposal(proposal) }
  return { card: 'lockdown', data, ...(closed === undefined ? {} : { closed }) }
}

/** A line of its own in the IT channel: a card that changes is seen by nobody. */
export function newsDraft(
  { tenant, id, correlationId }: { readonly tenant: TenantId; readonly id: string; readonly correlationId: string },
  title: string,
  text: string,
): PostDraft {
  const content = { card: 'message', data: { title, text } }
  return { key: `lockdown-news:${id}`, to: { tenant, it: true }, content, correlationId }
}
