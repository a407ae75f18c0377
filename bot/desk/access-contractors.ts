import type { Named } from '../approvals/requests/request.ts'
import type { DirectoryUser } from '../directory/directory.ts'
import type { UserId } from '../identity/person.ts'
import type { ContractRules } from '../policy/catalogue/catalogue.ts'
import { isGone } from './access-gone.ts'
import type { Ground, Sitting } from './ground.ts'

/**
 * Whether somebody may be a contractor here: a guest, where those may, or a member of the groups for it; nobody with rights of an
 * administrator, nobody of IT, and never the sponsor. A disabled account may: the contract opens it.
 */
export async function mayBeContractor(
  ground: Ground,
  { person: sponsor }: Sitting,
  rules: ContractRules,
  { id, userType }: DirectoryUser,
): Promise<boolean> {
  if (id === sponsor.id) return false
  const guest = userType === 'Guest' && rules.guests
  if (!guest && (await ground.directory.memberOf(id, rules.groups)).length === 0) return false
  const [{ privileged }, isIt] = await Promise.all([
    ground.directory.privilege(id),
    ground.isIt({ tenant: sponsor.tenant, id }),
  ])
  return !privileged && !isIt
}

/** The same, asked of the directory now; undefined for whoever may not, and for nobody at all. */
export async function contractorNow(
  ground: Ground,
  sitting: Sitting,
  rules: ContractRules,
  about: UserId,
): Promise<Named | undefined> {
  const user = await ground.directory.user(about).catch(isGone)
  if (!user || !(await mayBeContractor(ground, sitting, rules, user))) return undefined
  return { id: about, name: user.displayName }
}
