import type { Kysely } from 'kysely'
import type { ChannelName } from '../channels/chat.ts'
import type { Clock } from '../clock.ts'
import type { Who } from '../identity/who.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'

/** What is said where the chat is too new. */
export const newlyLinked =
  'This chat does not count as a proof yet, because your Slack account was linked to you only lately. Prove it in another way, or ask IT.'

export interface NewLinkGround {
  readonly database: Kysely<Schema>
  readonly policy: Pick<Policy, 'chatLinkMustStandFor'>
  readonly clock: Clock
}

/** A link that does not count; from when on it will, where that is known. */
export interface NewLink {
  readonly until: Date | undefined
}

/**
 * Why the chat account in which somebody speaks does not count: it was linked to them too lately. Whoever gets hold of a mailbox links
 * an account of their own to its owner. In Teams the account is the directory's own. A link that is not known counts for nothing.
 * @returns undefined where it counts
 */
export async function newLinkOf(
  { database, policy, clock }: NewLinkGround,
  person: Who,
  channel: ChannelName | undefined,
): Promise<NewLink | undefined> {
  if (channel !== 'slack') return undefined
  const links = await database
    .selectFrom('slack_people')
    .select('new_since')
    .where('tenant_id', '=', person.tenant)
    .where('user_id', '=', person.id)
    .execute()
  if (links.length === 0) return { until: undefined }
  const latest = Math.max(...links.map(({ new_since }) => new_since?.getTime() ?? Number.NEGATIVE_INFINITY))
  const until = latest + policy.chatLinkMustStandFor
  return until > clock().getTime() ? { until: new Date(until) } : undefined
}

/** Whether it was linked too lately to count. */
export async function isNewLink(
  ground: NewLinkGround,
  person: Who,
  channel: ChannelName | undefined,
): Promise<boolean> {
  return (await newLinkOf(ground, person, channel)) !== undefined
}

/** What somebody is told whose press does not count, and what to do `instead`. */
export function stillNew({ until }: NewLink, instead: string): string {
  if (!until)
    return `I cannot tell since when this Slack account is yours, so what you press here does not count. ${instead}`
  return `Your Slack account was linked to you only lately, so what you press here does not count before ${minuteOf(until)}. ${instead}`
}

/** What to do meanwhile where nothing else would do. */
export const elsewhere = 'Do it in Microsoft Teams, if you have it, or leave it to somebody else.'

/** 2026-03-05 10:02 UTC; never earlier than the moment itself. */
function minuteOf(moment: Date): string {
  const minute = 60_000
  const at = new Date(Math.ceil(moment.getTime() / minute) * minute)
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
