import type { Named } from '../approvals/requests/request.ts'
import type { CardContent } from '../channels/chat.ts'
import type { Fact } from '../escalation/escalation.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import type { PostDraft } from '../turns/outbox.ts'

/** What somebody is told of their access: a sentence or two, and what they may want to look up later. */
export interface Summary {
  readonly title: string
  readonly text: string
  readonly facts: readonly Fact[]
}

/** The same card for everybody it concerns, each once. `key` is of what happened: told twice it is shown once. */
export function tell(
  about: { readonly tenant: TenantId; readonly correlationId: string },
  people: readonly Pick<Named, 'id'>[],
  key: string,
  summary: Summary,
): readonly PostDraft[] {
  return [...new Set(people.map(({ id }) => id))].map((id) => postTo(about, id, `${key}:${id}`, summaryCard(summary)))
}

export function postTo(
  about: { readonly tenant: TenantId; readonly correlationId: string },
  person: UserId,
  key: string,
  content: CardContent,
): PostDraft {
  const { tenant, correlationId } = about
  return { key, to: { tenant, person }, content, correlationId }
}

function summaryCard({ title, text, facts }: Summary): CardContent {
  return { card: 'access-summary', data: { title, text, facts } }
}
