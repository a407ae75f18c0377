import type { DirectoryUser } from '../directory/directory.ts'
import { type Person, type TenantId, tenantId, userId } from './person.ts'
import type { Proof } from './proof.ts'
import { newProof } from './proofs.ts'
import type { Who } from './who.ts'

/** What is known of whoever wrote: the claims of a validated activity, and what the directory holds. */
export interface Sender {
  /** `channelData.tenant.id` of an activity whose token was validated. */
  readonly claimedTenant: unknown
  /** `from.aadObjectId` of the same activity. */
  readonly aadObjectId: unknown
  /** The tenants this installation serves. */
  readonly expectedTenants: readonly TenantId[]
  /** What the directory says of that object id; undefined when it has no such user. */
  readonly directoryUser: Pick<DirectoryUser, 'id' | 'displayName' | 'userType' | 'accountEnabled'> | undefined
}

/** `sentence` is for the person and says what to do next. */
export type SenderCheck =
  | { readonly ok: true; readonly person: Person }
  | { readonly ok: false; readonly code: SenderRefusal; readonly sentence: string }

export type SenderRefusal = 'other-tenant' | 'unknown' | 'guest' | 'disabled' | 'unverifiable'

const sentences: Readonly<Record<SenderRefusal, string>> = {
  'other-tenant': 'I can only help people of this organisation. Please write to your own organisation’s IT help desk.',
  unknown: 'I cannot find your account in our directory. Please ask your manager or the IT help desk to check it.',
  guest: 'I can only help employees, not guests. Please ask the IT help desk of your home organisation.',
  disabled: 'Your account is blocked, so I cannot help you here. Please call the IT help desk or ask your manager to.',
  unverifiable: 'I cannot tell for certain who you are, so I cannot help you here. Please call the IT help desk.',
}

/**
 * Decides who wrote. Pure; whatever is unknown or left out counts against. Bound to ids, never to a name or an address.
 * The activity's own token must have been validated before.
 */
export function checkSender(sender: Sender): SenderCheck {
  // 1. The activity must carry a tenant and an object id, both well formed.
  const tenant = tenantId.safeParse(sender.claimedTenant)
  const id = userId.safeParse(sender.aadObjectId)
  if (!tenant.success || !id.success) return refuse('unverifiable')

  // 2. The tenant must be one that we serve.
  if (!sender.expectedTenants.includes(tenant.data)) return refuse('other-tenant')

  // 3. The directory must know that very object.
  const user = sender.directoryUser
  if (!user) return refuse('unknown')
  if (user.id !== id.data) return refuse('unverifiable')

  // 4. A member, said outright: no guest, and no account whose kind the directory leaves open.
  if (user.userType === 'Guest') return refuse('guest')
  if (user.userType !== 'Member') return refuse('unverifiable')

  // 5. An account that may sign in, said outright.
  if (user.accountEnabled === false) return refuse('disabled')
  if (user.accountEnabled !== true) return refuse('unverifiable')

  return { ok: true, person: { tenant: tenant.data, id: id.data, name: user.displayName } }
}

/**
 * The authenticated chat as a proof of its own; whether that is enough for anything is for the policy to say.
 * @param counts false where the chat product does not make sure who sits there
 */
export function channelProof(person: Who, dialogId: string, at: Date, counts: boolean): Proof {
  return newProof({ person, method: 'channel', dialogId, at, counts })
}

/**
 * A number matched in the person's own chat, at the request of somebody who helps them: the chat is theirs as it would be if
 * they wrote themselves. The id makes one confirmation one proof.
 * @param confirmation the number matching it comes from
 * @param counts whether the channel in which it was matched is strong enough
 */
export function matchedNumberProof(
  person: Who,
  dialogId: string,
  at: Date,
  confirmation: { readonly id: string; readonly counts: boolean },
): Proof {
  return newProof({
    id: `matched:${confirmation.id}`,
    person,
    method: 'channel',
    dialogId,
    at,
    counts: confirmation.counts,
  })
}

function refuse(code: SenderRefusal): SenderCheck {
  return { ok: false, code, sentence: sentences[code] }
}
