import type { Directory, DirectoryUser } from '../directory/directory.ts'
import type { UserId } from '../identity/person.ts'
import type { Policy } from '../policy/policy.ts'
import { asked } from './on-premises.ts'
import { type Writable, writable } from './writable.ts'

/** What the policy needs to know of a person and of whom it concerns, read from the directory just now. */
export interface Facts {
  readonly user: DirectoryUser
  readonly person: { readonly accountEnabled: boolean | undefined; readonly guest: boolean | undefined }
  readonly target: Writable & {
    readonly privileged: boolean
    readonly protectedBecause: readonly string[]
    readonly sourceOfAuthority: 'entra' | 'on-premises'
    readonly accountEnabled: boolean | undefined
    readonly guest: boolean | undefined
  }
  /** Why the target is privileged: for IT and the audit only. */
  readonly because: readonly string[]
}

/**
 * Reads both, whether the target is privileged, and whether the policy protects it: nested groups included.
 * @throws DirectoryError: unknown is never "no"; OnPremisesUnreachable where the account is mastered there
 */
export async function factsOf(directory: Directory, policy: Policy, actor: UserId, target: UserId): Promise<Facts> {
  const { people, groups } = policy.protected
  const reading = directory.user(target)
  const [user, person, privilege, within] = await asked(
    Promise.all([
      reading,
      actor === target ? undefined : directory.user(actor),
      directory.privilege(target),
      groups.length > 0 ? directory.memberOf(target, groups) : [],
    ]),
    reading,
  )
  const where = await asked(
    writable(user, () => directory.authority(target)),
    reading,
  )
  const protectedBecause = [
    ...(people.includes(target) ? ['the policy protects this person'] : []),
    ...within.map((group) => `the policy protects group ${group}`),
  ]
  return {
    user,
    person: stateOf(person ?? user),
    target: {
      ...stateOf(user),
      privileged: privilege.privileged,
      protectedBecause,
      sourceOfAuthority: user.sourceOfAuthority,
      ...where,
    },
    because: privilege.because,
  }
}

function stateOf(user: DirectoryUser): Facts['person'] {
  return {
    accountEnabled: user.accountEnabled,
    guest: user.userType === undefined ? undefined : user.userType === 'Guest',
  }
}
