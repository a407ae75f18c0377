import { termsHash } from '../approvals/requests/terms.ts'
import type { AccessRows } from './access-rows.ts'
import type { AccessChangeRequest } from './steps.ts'

/** So many approvers, with id and time, go into one detail of 500 characters; so many details of them there are at most. */
const approversInOne = 5
const mostOfApprovers = 2

/** What an auditor asks of a change of access: what it is about, who asked, who said yes and when, why, until when. */
export function accessForAudit(request: AccessChangeRequest, rows: AccessRows): Readonly<Record<string, string>> {
  const { group, title, warrant } = request.access
  const { grant, contract, request: approved } = rows
  const known = {
    warrant: warrant.by,
    title,
    group: group?.id,
    'group-name': group?.name,
    grant: warrant.grant ?? undefined,
    contract: contract?.id ?? warrant.contract ?? undefined,
    request: approved?.id ?? (warrant.by === 'approval' ? warrant.request : undefined),
    requester: approved && `${approved.terms.requester.id} ${approved.terms.requester.name}`,
    ...approversFor(rows),
    reason: approved?.terms.reason,
    'ends-at': grant ? (grant.endsAt?.toISOString() ?? 'never') : contract?.endsAt.toISOString(),
    'terms-hash': approved && termsHash(approved.terms),
    undoes: warrant.by === 'undo' ? warrant.operation : undefined,
  }
  return Object.fromEntries(Object.entries(known).flatMap(([name, value]) => (value ? [[name, value]] : [])))
}

function approversFor({ request }: AccessRows): Readonly<Record<string, string>> {
  const said = (request?.asks ?? []).filter(({ state }) => state === 'approved')
  const words = said.map(({ approver, decidedAt, proof }) => {
    const name = approver.name.slice(0, 30)
    return `${approver.id} ${name} at ${decidedAt ?? 'unknown'}${proof ? ' by totp' : ''}`
  })
  const parts = Array.from({ length: Math.min(mostOfApprovers, Math.ceil(words.length / approversInOne)) }, (_, part) =>
    words.slice(part * approversInOne, (part + 1) * approversInOne).join('; '),
  )
  return Object.fromEntries(parts.map((text, part) => [part === 0 ? 'approvers' : `approvers-${part + 1}`, text]))
}
