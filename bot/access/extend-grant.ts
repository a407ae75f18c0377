import type { Transaction } from 'kysely'
import type { Shown } from '../approvals/requests/ground.ts'
import type { AccessRequest } from '../approvals/requests/request.ts'
import { beginOf, endOf } from '../approvals/requests/terms.ts'
import { lockdownNow } from '../lockdown/in-force.ts'
import type { Schema } from '../store/schema.ts'
import { approversOf, decidedAt, nothingToShow } from './approved-request.ts'
import { auditNothing } from './audit-nothing.ts'
import { contractOf } from './contracts.ts'
import { changeGrant, holdGrant, type KeptGrant } from './grants.ts'
import type { RowGround } from './ground.ts'
import { closedGrantReminders } from './reminders.ts'
import { tell } from './tell.ts'
import { nextDue, remindersPassed } from './times.ts'
import { factsOf, moment, nameOf, until } from './words.ts'

/** A later end for a grant that there is; the reminders start anew. Never an earlier one. */
export async function extendGrant(
  ground: RowGround,
  transaction: Transaction<Schema>,
  request: AccessRequest,
): Promise<Shown> {
  const { terms, tenant } = request
  const now = decidedAt(ground, request)
  const grant = await holdGrant(transaction, terms.extends ?? '')
  const title = `${terms.title}: extension`
  const nothing = async (text: string): Promise<Shown> => {
    await auditNothing(ground, transaction, request, text)
    const facts = factsOf(grant ?? { ...terms, approvers: [] })
    const posts = tell(request, [terms.requester], `access-extension:${request.id}`, { title, text, facts })
    return { posts, changes: [] }
  }
  if (grant?.requestId === request.id) return nothingToShow
  if (!grant || grant.tenant !== tenant || grant.person.id !== terms.person.id || grant.group.id !== terms.group?.id)
    return await nothing('What was to be extended is not there any more. Please ask for it anew.')
  if ((await lockdownNow(transaction, tenant)) !== 'open')
    return await nothing(
      'The extension was approved, but IT has closed self-service at the moment. Please ask for it anew later.',
    )
  const why = notToExtend(grant, now)
  if (why !== undefined) return await nothing(`The extension was approved, but ${why} Please ask for it anew.`)
  const asked = endOf(terms.lasts, beginOf(terms.startsAt, now))
  const contract = await contractOf(transaction, tenant, grant.person.id)
  const cut = contract !== undefined && (asked === null || asked > contract.endsAt)
  const endsAt = cut ? contract.endsAt : asked
  if (!isLater(endsAt, grant.endsAt))
    return await nothing(
      cut
        ? `The contract of ${nameOf(grant.person)} ends on ${moment(contract.endsAt)}, so nothing has changed.`
        : `It lasts as long as that already (${until(grant.endsAt)}), so nothing has changed.`,
    )
  const before = ground.policy.access.remindBeforeEnd
  const extended: KeptGrant = {
    ...grant,
    requestId: request.id,
    approvers: [...grant.approvers, ...approversOf(request)],
    reason: terms.reason,
    endsAt,
    reminded: remindersPassed(endsAt, before, now),
    contractId: contract?.id ?? grant.contractId,
  }
  const { requestId, approvers, reason, reminded, contractId } = extended
  const changes = await closedGrantReminders(transaction, grant, `Extended: it lasts ${until(endsAt)}.`)
  const change = { requestId, approvers, reason, endsAt, reminded, contractId, dueAt: nextDue(extended, before) }
  await changeGrant(transaction, grant.id, change)
  const to = [terms.requester, grant.requester, grant.person]
  const posts = tell(request, to, `access-extension:${request.id}`, {
    title: `${grant.title} was extended`,
    text: `It now lasts ${until(endsAt)}.${cut ? ` That is when the contract of ${nameOf(grant.person)} ends.` : ''}`,
    facts: factsOf(extended),
  })
  await ground.audit.appendWithin(transaction, {
    kind: 'event',
    action: 'extend-access',
    tenant,
    actor: terms.requester.id,
    target: grant.person.id,
    correlationId: request.correlationId,
    operationId: `${request.id}:extend`,
    why: terms.reason,
    outcome: 'done',
    detail: {
      grant: grant.id,
      group: grant.group.id,
      'ended-at': grant.endsAt?.toISOString() ?? 'never',
      'ends-at': endsAt?.toISOString() ?? 'never',
      'approved-by': approversOf(request)
        .map(({ id }) => id)
        .join(', '),
    },
  })
  return { posts, changes }
}

function notToExtend(grant: KeptGrant, now: Date): string | undefined {
  const over = grant.state === 'ended' || grant.state === 'failed' || (grant.endsAt !== null && grant.endsAt <= now)
  if (over) return 'the access had ended by then.'
  if (grant.goneAt !== null) return 'somebody had taken the access away by then.'
  return undefined
}

function isLater(one: Date | null, other: Date | null): boolean {
  if (other === null) return false
  return one === null || one > other
}
