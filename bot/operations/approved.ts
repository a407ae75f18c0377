import { carriesNot } from '../approvals/requests/carries.ts'
import type { AccessRequest } from '../approvals/requests/request.ts'
import { beginOf, endOf } from '../approvals/requests/terms.ts'
import { approversOf, whoCannotSpeak } from '../approvals/requests/who-cannot-speak.ts'
import { plain } from '../channels/text.ts'
import type { Directory } from '../directory/directory.ts'
import type { GroupId, TenantId, UserId } from '../identity/person.ts'

/** What an approved request is to carry. */
export interface ToCarry {
  readonly tenant: TenantId
  readonly person: UserId
  /** null = an account. */
  readonly group: GroupId | null
  /** When it would end; null = never. */
  readonly endsAt: Date | null
}

/**
 * Why a request does not carry a change of access at this moment, in words for IT; undefined when it does. Those who approved
 * it must still be people who may say something here: asked of the directory now.
 * @throws DirectoryError: unknown is never "yes"
 */
export async function approvalFails(
  directory: Pick<Directory, 'user'>,
  request: AccessRequest | undefined,
  what: ToCarry,
): Promise<string | undefined> {
  if (!request || request.tenant !== what.tenant) return 'there is no such request'
  const { terms } = request
  if (terms.person.id !== what.person) return 'the request is for somebody else'
  if ((terms.group?.id ?? null) !== what.group) return 'the request is for something else'
  const why = carriesNot(request)
  if (why !== undefined) return why
  if (endsTooLate(request, what.endsAt)) return 'it would last longer than was approved'
  const gone = await whoCannotSpeak(directory, approversOf(request))
  return gone === undefined ? undefined : `${plain(gone.name, 100)}, who approved it, is no enabled member any more`
}

/** A contract may have got a new sponsor with an end that was approved before. */
function endsTooLate({ terms, decidedAt }: AccessRequest, endsAt: Date | null): boolean {
  if (terms.kind === 'contract-extension') return false
  const approved = decidedAt === null ? undefined : endOf(terms.lasts, beginOf(terms.startsAt, new Date(decidedAt)))
  if (approved === null) return false
  return approved === undefined || endsAt === null || !(endsAt.getTime() <= approved.getTime())
}
