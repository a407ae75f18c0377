import type { Transaction } from 'kysely'
import type { ChannelName } from '../channels/chat.ts'
import type { TenantId, UserId } from '../identity/person.ts'
import { grantRecourse } from '../recourse/recourse.ts'
import type { Schema } from '../store/schema.ts'
import type { PostDraft } from '../turns/outbox.ts'

export interface Notice {
  /** What it is about: `operation:<id>` or `factor:<id>`; one notice each. */
  readonly about: string
  readonly tenant: TenantId
  readonly person: UserId
  readonly title: string
  readonly text: string
  readonly facts: readonly { readonly title: string; readonly value: string }[]
  /** Second addresses, for a person whose chat and mailbox may be in other hands. */
  readonly mailTo: readonly string[]
  readonly correlationId: string
  readonly at: Date
  /** The right to object lasts a day, and until then at least. */
  readonly lastsUntil?: Date
}

/** The key of a notice's card, and of the right to object that it carries. */
export function noticeKey(about: string): string {
  return `notice:${about}`
}

/** The key of the same notice in another chat of the person's. */
function copyKey(key: string, channel: ChannelName): string {
  return `${key}@${channel}`
}

/** The notice of which this is the card, wherever it stands: the right to object is one. */
export function originalKey(key: string): string {
  return key.replace(/@(teams|slack)$/, '')
}

/** Every card of a notice, in whichever chat. */
export function everyCopy(key: string): readonly string[] {
  return [key, copyKey(key, 'teams'), copyKey(key, 'slack')]
}

/** Tells a person what was done to their account, with "This wasn't me": in every chat they have used, because one of them may be in other hands, and by mail where there is an address. */
export async function draftNotice(transaction: Transaction<Schema>, notice: Notice): Promise<readonly PostDraft[]> {
  const { about, tenant, person, title, text, facts, mailTo, correlationId, at } = notice
  const key = noticeKey(about)
  await grantRecourse(transaction, { id: key, tenant, person, about, correlationId }, at, notice.lastsUntil)
  const to = { tenant, person }
  const content = { card: 'notice', data: { title, text, facts } }
  const [, ...others] = await transaction
    .selectFrom('conversations')
    .select('channel')
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', person)
    .orderBy('used_at', 'desc')
    .execute()
  const chats: readonly PostDraft[] = [
    { key, to, content, correlationId },
    ...others.map(({ channel }) => ({ key: copyKey(key, channel), to: { ...to, channel }, content, correlationId })),
  ]
  if (mailTo.length === 0) return chats
  const lines = [text, '', ...facts.map((fact) => `${fact.title}: ${fact.value}`)]
  const mail = { to: mailTo, subject: title, text: lines.join('\n'), recourse: key }
  return [...chats, { key: `${key}:mail`, to, content: { mail }, correlationId }]
}
