import { sql, type Transaction } from 'kysely'
import { plain } from '../../channels/text.ts'
import type { TenantId, UserId } from '../../identity/person.ts'
import { durations } from '../../policy/duration.ts'
import type { Schema } from '../../store/schema.ts'
import type { Approver, FoundPanel } from './happened.ts'
import type { AccessRequest } from './request.ts'
import { shareApprovers } from './step/share-approvers.ts'

/** Against prompt bombing: an approver worn down by cards approves one at last. Whoever asks, and for whatever. */
export const mostAsks = { open: 50, perHour: 30 } as const

/** What waits for approvers who are spared is looked at again after this. */
export const sparedFor = 5 * durations.minute

/** Somebody who is asked nothing more for now, and how much it was. */
export interface Busy {
  readonly approver: Approver
  readonly open: number
  readonly lastHour: number
}

/**
 * Takes those out of the panels who have been asked for so much that they are spared; unless without them nobody is left to decide:
 * then all of it waits. Others who ask the same people wait until the transaction ends, so that two do not count the same.
 */
export async function spareApprovers(
  transaction: Transaction<Schema>,
  { tenant, stages, stage }: AccessRequest,
  panels: readonly FoundPanel[],
  now: Date,
): Promise<{ readonly panels: readonly FoundPanel[] } | { readonly waitsFor: readonly Busy[] }> {
  const found = new Map(panels.flatMap(({ approvers }) => approvers).map((approver) => [approver.id, approver]))
  const busy: Busy[] = []
  // In one order everywhere, so that no two wait for each other.
  for (const [id, approver] of [...found].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const asked = await asksOf(transaction, tenant, id, now)
    if (asked.open >= mostAsks.open || asked.lastHour >= mostAsks.perHour) busy.push({ approver, ...asked })
  }
  if (busy.length === 0) return { panels }
  const spared = new Set(busy.map(({ approver }) => approver.id))
  const left = panels.map((panel) => ({ ...panel, approvers: panel.approvers.filter(({ id }) => !spared.has(id)) }))
  if (isEnough(stages[stage], left)) return { panels: left }
  // Where nobody could decide anyhow, nobody is asked: IT gets it.
  return isEnough(stages[stage], panels) ? { waitsFor: busy } : { panels }
}

function isEnough(stage: AccessRequest['stages'][number] | undefined, panels: readonly FoundPanel[]): boolean {
  const wanted = (stage ?? []).map(({ need }, index) => ({ need, approvers: panels[index]?.approvers ?? [] }))
  return shareApprovers(wanted).every((shared, index) => shared.length >= (wanted[index]?.need ?? 0))
}

/** Whether nothing more may be passed on to somebody for now. */
export async function isSpared(
  transaction: Transaction<Schema>,
  { tenant }: Pick<AccessRequest, 'tenant'>,
  approver: UserId,
  now: Date,
): Promise<boolean> {
  const { open, lastHour } = await asksOf(transaction, tenant, approver, now)
  return open >= mostAsks.open || lastHour >= mostAsks.perHour
}

async function asksOf(
  transaction: Transaction<Schema>,
  tenant: TenantId,
  approver: UserId,
  now: Date,
): Promise<{ readonly open: number; readonly lastHour: number }> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`asks-of:${tenant}:${approver}`}, 0))`.execute(transaction)
  const lastHour = transaction
    .selectFrom('posts')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('tenant_id', '=', tenant)
    .where('user_id', '=', approver)
    .where('key', 'like', 'access-ask:%')
    .where('created_at', '>', new Date(now.getTime() - durations.hour))
  const open = transaction
    .selectFrom('access_requests')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('tenant_id', '=', tenant)
    .where('state', '=', 'open')
    .where(
      sql<boolean>`document -> 'asks' @> ${JSON.stringify([{ approver: { id: approver }, state: 'asked' }])}::jsonb`,
    )
  const counts = await transaction.selectNoFrom([lastHour.as('lastHour'), open.as('open')]).executeTakeFirstOrThrow()
  return { open: Number(counts.open), lastHour: Number(counts.lastHour) }
}

/** For whoever asks. */
export function waitsInWords(busy: readonly Busy[]): string {
  const names = busy.slice(0, 3).map(({ approver }) => plain(approver.name, 100))
  const who = names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)} have` : `${names.join('')} has`
  return `${who} been asked for so much lately that I ask them a little later. Your request stands, and you need not do anything; IT has been told. If it cannot wait, talk to IT.`
}
