import type { Sender as ChatSender } from './channels/chat.ts'
import type { Clock } from './clock.ts'
import type { Directory, DirectoryUser } from './directory/directory.ts'
import { DirectoryError } from './directory/directory-error.ts'
import { checkSender } from './identity/channel.ts'
import type { Person, TenantId } from './identity/person.ts'

/** What the directory says of somebody is good for a chat this long; every change asks it anew. */
const fresh = 60_000
const mostKept = 50_000

/** Finds out who wrote: ids from a validated token, looked up in the directory. Unknown is refused. */
export function recogniser(options: {
  readonly directory: Directory
  readonly tenants: readonly TenantId[]
  readonly clock: Clock
}): (sender: ChatSender) => Promise<{ readonly person: Person } | { readonly refusal: string }> {
  const known = new Map<string, { user: Promise<DirectoryUser | undefined>; at: number }>()

  function look(sender: ChatSender): Promise<DirectoryUser | undefined> {
    const now = options.clock().getTime()
    const already = known.get(sender.id)
    if (already && now - already.at < fresh) return already.user
    const user = options.directory.user(sender.id).catch((error: unknown) => {
      if (error instanceof DirectoryError && error.code === 'not-found') return undefined
      known.delete(sender.id)
      throw error
    })
    known.delete(sender.id)
    known.set(sender.id, { user, at: now })
    const [oldest] = known.keys()
    if (known.size > mostKept && oldest !== undefined) known.delete(oldest)
    return user
  }

  return async (sender) => {
    // Nobody of another tenant is looked up: their ids are none of ours.
    const ours = options.tenants.includes(sender.tenant)
    const checked = checkSender({
      claimedTenant: sender.tenant,
      aadObjectId: sender.id,
      expectedTenants: options.tenants,
      directoryUser: ours ? await look(sender) : undefined,
    })
    return checked.ok ? { person: checked.person } : { refusal: checked.sentence }
  }
}
