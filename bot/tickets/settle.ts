import type { Kysely } from 'kysely'
import type { Escalation, Fact, ThreadDraft, ThreadReason } from '../escalation/escalation.ts'
import type { OperationRequest, OperationResult } from '../operations/operation.ts'
import type { Ended } from '../operations/run-operation.ts'
import { operationTitle } from '../operations/titles.ts'
import type { Schema } from '../store/schema.ts'
import type { Tickets } from './tickets.ts'

/** Brings the outcome of an operation into its ticket: done and refused close it, all else is noted and left to people. */
export async function settleTicket(
  tickets: Tickets,
  request: OperationRequest,
  result: OperationResult,
): Promise<void> {
  if (request.dialogId === null) return
  const happened = `${operationTitle(request.name)}: ${result.state}. ${result.sentence}`
  if (result.state === 'done' || result.state === 'refused')
    await tickets.close(request.ticketId, result.sentence, happened)
  else await tickets.note(request.ticketId, happened)
}

/** After so many tries a conversation tries no more: that it did not work is for good. */
const forGood = 3

/**
 * Tells IT what an operation says they must hear of, and what failed for good; answers the keys of the posts that were
 * written. A freeze is told of in the thread it was asked for in.
 */
export async function incidentOf(
  ground: { readonly database: Kysely<Schema>; readonly escalation: Pick<Escalation, 'open'> },
  ended: Ended,
): Promise<readonly string[]> {
  const { request } = ended
  if (request.name === 'freeze-account') return []
  const draft = ended.forIt ? draftOf(ended, ended.forIt) : await afterLastTry(ground.database, ended)
  return draft ? (await ground.escalation.open(draft)).posts : []
}

function draftOf({ request, result }: Ended, forIt: NonNullable<Ended['forIt']>): ThreadDraft {
  const { title, urgency, detail } = forIt
  const reason = reasonOf(request, result, detail)
  return {
    ...common(request, forIt.person === request.target ? '' : forIt.person),
    id: `incident:${request.id}`,
    reason,
    title,
    urgency,
    facts: [...asked(request), { title: 'Outcome', value: result.sentence }, ...factsOfDetail(detail)],
  }
}

/** A conversation has come to the end of its tries, and none of them worked. */
async function afterLastTry(database: Kysely<Schema>, { request, result }: Ended): Promise<ThreadDraft | undefined> {
  const { dialogId, name } = request
  if (dialogId === null || (result.state !== 'failed' && result.state !== 'unclear')) return undefined
  const tries = await database
    .selectFrom('operations')
    .select('id')
    .where('dialog_id', '=', dialogId)
    .where('name', '=', name)
    .where('state', 'in', ['failed', 'unclear'])
    .limit(forGood)
    .execute()
  if (tries.length < forGood) return undefined
  return {
    ...common(request, ''),
    id: `failed:${dialogId}:${name}`,
    reason: 'operation-failed',
    title: `Failed for good: ${operationTitle(name)}`,
    urgency: 'normal',
    facts: [...asked(request), { title: 'Outcome', value: result.sentence }],
  }
}

function common(request: OperationRequest, name: string): Pick<ThreadDraft, 'person' | 'dialogId' | 'correlationId'> {
  const { tenant, target, dialogId, correlationId } = request
  return {
    person: { tenant, id: target, name },
    ...(dialogId === null ? {} : { dialogId }),
    correlationId,
  }
}

function asked({ name, access, why, startedBy }: OperationRequest): readonly Fact[] {
  return [
    { title: 'Asked for', value: access ? `${operationTitle(name)}: ${access.title}` : operationTitle(name) },
    ...(access?.group ? [{ title: 'Group', value: access.group.name }] : []),
    { title: 'Why', value: why },
    ...(startedBy ? [{ title: 'Started by', value: startedBy.name }] : []),
  ]
}

function reasonOf(
  request: OperationRequest,
  result: OperationResult,
  detail: Readonly<Record<string, string>>,
): ThreadReason {
  if (result.state === 'refused')
    return detail.refusal === 'privileged' || detail.refusal === 'protected' ? 'privileged-target' : 'refused'
  return request.name === 'protect-account' ? 'not-me' : 'operation-failed'
}

const titles: Readonly<Record<string, string>> = {
  because: 'Refused because',
  'sessions-ended': 'Sessions ended',
  'sign-in-blocked': 'Sign-in blocked',
  broken: 'Broke off',
  agent: 'Agent',
  controller: 'Domain controller',
}

/** What the audit says of it, in words; what only a machine reads is left to the audit. */
function factsOfDetail(detail: Readonly<Record<string, string>>): readonly Fact[] {
  const facts = new Map<string, string>()
  for (const [name, value] of Object.entries(detail)) {
    const title = titleOf(name)
    if (title === undefined || value === 'none') continue
    const before = facts.get(title)
    facts.set(title, before === undefined ? value : `${before}, ${value}`)
  }
  return [...facts].map(([title, value]) => ({ title, value }))
}

function titleOf(name: string): string | undefined {
  if (Object.hasOwn(titles, name)) return titles[name]
  if (/(^|-)error$/.test(name)) return 'Error'
  return /(^|-)request-id$/.test(name) ? 'Microsoft request id' : undefined
}
