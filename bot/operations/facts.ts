import type { Directory, DirectoryUser } from '../directory/directory.ts'
import type { UserId } from '../identity/person.ts'

/** What the policy needs to know of a person and of whom it concerns, read from the directory just now. */
export interface Facts {
  readonly user: DirectoryUser
  readonly person: { readonly accountEnabled: boolean | undefined; readonly guest: boolean | undefined }
  readonly target: {
    readonly privileged: boolean
    readonly sourceOfAuthority: 'entra' | 'on-premises'
    readonly accountEnabled: boolean | undefined
    readonly guest: boolean | undefined
    readonly groups: readonly string[]
  }
  /** Why the target is privileged: for IT and the audit only. */
  readonly because: readonly string[]
}

/** Reads both, and whether the target is privileged, nested groups included. @throws DirectoryError: unknown is never "no" */
export async function factsOf(directory: Directory, actor: UserId, target: UserId): Promise<Facts> {
  const [user, person, privilege] = await Promise.all([
    directory.user(target),
    actor === target ? undefined : directory.user(actor),
    directory.privilege(target),
  ])
  return {
    user,
    person: standingOf(person ?? user),
    target: {
      ...standingOf(user),
      privileged: privilege.privileged,
      sourceOfAuthority: user.sourceOfAuthority,
      groups: [],
    },
    because: privilege.because,
  }
}

function standingOf(user: DirectoryUser): Facts['person'] {
  return {
    accountEnabled: user.accountEnabled,
    guest: user.userType === undefined ? undefined : user.userType === 'Guest',
  }
}
