import { AgentError } from '../agent-error.ts'
import type { Controller } from '../ldap/domain.ts'
import { isAtOrBelow, isBelow } from '../ldap/names.ts'
import { privilegeOf } from '../ldap/privilege.ts'
import { demandAccount, demandGroup, demandOfPeople, demandUnit, refusal } from './kinds.ts'
import { groupNamed, holdsNested, look, ownToken, type Seen, tokenOf } from './look.ts'
import type { PolicedOperation } from './policy.ts'

/** What the rules are applied with. */
export interface Law {
  readonly controller: Controller
  readonly domainSid: string
  readonly readable: readonly string[]
  readonly writable: readonly string[]
  /** DNs and SIDs of groups. */
  readonly neverTouch: readonly string[]
}

/** What an object is to an operation. What would alarm IT most is looked for first, wherever the object lies. */
type Role = (law: Law, seen: Seen) => Promise<void>

const isOneOf = (dn: string, bases: readonly string[], within: typeof isBelow) => bases.some((base) => within(dn, base))
const outside = (seen: Seen, words: string) => new AgentError('forbidden', `${seen.dn} ${words}`, { alarm: 'outside' })

const account: Role = async (law, seen) => {
  demandAccount(seen)
  await demandUntouchable(law, seen)
  demandOfPeople(seen)
  demandPlace(law, seen)
}

const group: Role = async (law, seen) => {
  demandGroup(seen)
  await demandUntouchable(law, seen)
  demandOfPeople(seen)
  demandPlace(law, seen)
}

/** Who is put into a group or taken out. It need not lie where we may write: it is the group that is written. */
const member: Role = async (law, seen) => {
  // What was let in from another forest stands here by its SID alone (MS-ADTS 6.1.1.4.10).
  if (seen.classes.includes('foreignsecurityprincipal'))
    throw refusal(seen, 'is of another domain, which is unsupported')
  demandAccount(seen)
  await demandUntouchable(law, seen)
  demandOfPeople(seen)
}

/** A unit that is a base itself may take accounts: what lies in it lies below the base. */
const unit: Role = async (law, seen) => {
  demandUnit(seen)
  if (!isOneOf(seen.dn, law.writable, isAtOrBelow))
    throw outside(seen, 'is not among the units that policy.write names')
}

/** Is only named by another object: nothing of it changes. */
const manager: Role = async (_law, seen) => {
  if (!seen.classes.includes('user')) throw refusal(seen, 'is not a user, and so nobody’s manager')
}

/** By operation: what the target is, and what else may come with it. */
const roles: Readonly<
  Record<PolicedOperation, { readonly target: Role; readonly more?: Role; readonly needed?: true }>
> = {
  'reset-password': { target: account },
  unlock: { target: account },
  'set-enabled': { target: account },
  'add-member': { target: group, more: member, needed: true },
  'remove-member': { target: group, more: member, needed: true },
  'set-attributes': { target: account, more: manager },
  'create-user': { target: unit, more: manager },
  move: { target: account, more: unit, needed: true },
}

/**
 * Everything that a write concerns, looked at live on the controller that will write.
 * @param more whatever else the operation takes; both by GUID
 * @throws AgentError forbidden, protected or not-found; whatever cannot be found out is an error too
 */
export async function demandAllowed(
  law: Law,
  operation: PolicedOperation,
  target: string,
  more: readonly string[],
): Promise<void> {
  const role = roles[operation]
  if ((role.needed === true && more.length !== 1) || (role.more === undefined && more.length > 0))
    throw new AgentError('internal', `${operation} does not concern ${more.length + 1} objects`)
  await role.target(law, await lookReadable(law, target))
  for (const guid of more) await role.more?.(law, await lookReadable(law, guid))
}

function demandPlace(law: Law, seen: Seen): void {
  if (!isOneOf(seen.dn, law.writable, isBelow)) throw outside(seen, 'lies below no unit that policy.write names')
}

/** What may not be read is not even named to the bot. */
async function lookReadable(law: Law, guid: string): Promise<Seen> {
  const seen = await look(law.controller, guid)
  if (isOneOf(seen.dn, law.readable, isAtOrBelow)) return seen
  throw new AgentError('forbidden', `${guid} lies below no base that policy.read names`, { alarm: 'outside' })
}

/** Neither ourselves, nor what the policy protects, nor what is privileged. */
async function demandUntouchable(law: Law, seen: Seen): Promise<void> {
  // What is built in has a SID that no domain gave out.
  if (seen.sid === undefined || (seen.domainSid ?? law.domainSid) !== law.domainSid)
    throw refusal(seen, 'is of another domain, which is unsupported')
  await demandNotOurselves(law, seen, seen.sid)
  await demandNotNamed(law, seen, seen.sid)
  const { privileged, because } = await privilegeOf(law.controller, law.domainSid, seen.guid)
  if (privileged)
    throw new AgentError('protected', `${seen.dn} is privileged: ${because.join('; ')}`, { alarm: 'privileged' })
}

/** The bot must not work on the account that restrains it, nor give others a part in its rights. */
async function demandNotOurselves(law: Law, seen: Seen, sid: string): Promise<void> {
  const own = await ownToken(law.controller)
  if (own.size === 0)
    throw new AgentError('internal', 'the controller does not say who the agent is bound as (tokenGroups of rootDSE)')
  if (!own.has(sid)) return
  throw refusal(
    seen,
    seen.group === undefined ? 'is the agent’s own account' : 'is a group of the agent’s own account, with its rights',
  )
}

/** By SIDs, which know primary groups, and by `member`, which knows groups that are not for security. */
async function demandNotNamed(law: Law, seen: Seen, sid: string): Promise<void> {
  if (law.neverTouch.length === 0) return
  const token = await tokenOf(law.controller, seen.guid)
  if (token.size === 0 && seen.group === undefined)
    throw new AgentError('internal', `the groups of ${seen.dn} are not shown to the agent (tokenGroups)`)
  for (const named of law.neverTouch) {
    const protectedGroup = await groupNamed(law.controller, named)
    // A slip of the pen must not leave open what was meant to be closed.
    if (protectedGroup === undefined)
      throw new AgentError(
        'forbidden',
        `policy.neverTouch names ${named}, and there is no such group: mend the policy`,
        {
          alarm: 'forbidden',
        },
      )
    if (sid === protectedGroup.sid) throw refusal(seen, 'is a group of policy.neverTouch')
    if (token.has(protectedGroup.sid) || (await holdsNested(law.controller, protectedGroup.dn, seen.dn)))
      throw refusal(seen, `is in ${protectedGroup.dn}, which policy.neverTouch names`)
  }
}
