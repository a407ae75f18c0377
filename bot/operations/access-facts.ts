import { type Kysely, sql } from 'kysely'
import type { Directory, DirectoryUser, GroupFacts } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { GroupId } from '../identity/person.ts'
import { lockdownNow } from '../lockdown/in-force.ts'
import type { AccessFacts, AccessGroup, AccessPerson } from '../policy/access-decision.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'
import type { AccessChangeRequest } from './steps.ts'
import type { Warranted } from './warranted.ts'
import { writable } from './writable.ts'

export interface AccessFactsGround {
  readonly database: Kysely<Schema>
  readonly directory: Directory
  readonly policy: Policy
  /** Which of these groups the group is in, nested included. @throws DirectoryError */
  readonly groupWithin: (group: GroupId, groups: readonly GroupId[]) => Promise<readonly GroupId[]>
}

/** What the decision rests on, and what stood before the change. */
export interface AccessFound {
  readonly facts: AccessFacts
  readonly user: DirectoryUser | undefined
  /** Whether the person is a member, by other ways than the change that is being made; null where no group is concerned. */
  readonly member: boolean | null
}

/** Reads live what a change of access rests on. @throws DirectoryError: unknown is never "no" */
export async function accessFactsOf(
  ground: AccessFactsGround,
  request: AccessChangeRequest,
  { unwarranted, rows }: Pick<Warranted, 'unwarranted' | 'rows'>,
): Promise<AccessFound> {
  const { directory } = ground
  const { name: change, target, access } = request
  const granted = rows.grant !== undefined && rows.grant.hadBefore !== true
  const [user, group] = await Promise.all([
    unlessGone(directory.user(target)),
    access.group ? unlessGone(directory.group(access.group.id)) : null,
  ])
  const [person, concerned, member] = await Promise.all([
    user ? personOf(ground, request, user, granted) : ('gone' as const),
    group === null ? null : group === undefined ? ('gone' as const) : groupOf(ground, group),
    user && group ? memberBefore(ground, request, group.id) : null,
  ])
  const names = {
    person: user?.displayName ?? rows.grant?.person.name ?? rows.contract?.person.name ?? 'The person',
    group: group?.displayName ?? access.group?.name ?? 'a group',
  }
  // Last, so that what two of IT have just put in force is in force for this one.
  const lockdown = await lockdownNow(ground.database, request.tenant)
  const proved = access.warrant.by === 'undo'
  return { facts: { change, unwarranted, granted, names, person, group: concerned, lockdown, proved }, user, member }
}

async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof DirectoryError && error.code === 'not-found') return undefined
    throw error
  }
}

async function personOf(
  { directory, policy }: AccessFactsGround,
  request: AccessChangeRequest,
  user: DirectoryUser,
  granted: boolean,
): Promise<AccessPerson> {
  const { id, accountEnabled, sourceOfAuthority } = user
  // Where the account can be written matters only to changes of the account: those of a group may not depend on it.
  const where = request.access.group ? {} : await writable(user, () => directory.authority(id))
  const known = { id, accountEnabled, sourceOfAuthority, ...where }
  // Taking back what we gave does not depend on who it is, and must not depend on answers that it does not need.
  if (request.name === 'revoke-access' && granted)
    return { ...known, privileged: 'unknown', protectedBecause: undefined, because: [] }
  const { groups } = policy.protected
  const [privilege, within] = await Promise.all([
    directory.privilege(id),
    groups.length > 0 ? directory.memberOf(id, groups) : [],
  ])
  const protectedBecause = within.map((group) => `the policy protects group ${group}`)
  return { ...known, privileged: privilege.privileged, because: privilege.because, protectedBecause }
}

async function groupOf({ directory, policy, groupWithin }: AccessFactsGround, facts: GroupFacts): Promise<AccessGroup> {
  const { id, roleAssignable, dynamic, unified, mailEnabled, securityEnabled, sourceOfAuthority } = facts
  const { groups } = policy.protected
  const [privilege, within] = await Promise.all([
    directory.groupPrivilege(id),
    groups.length > 0 ? groupWithin(id, groups) : [],
  ])
  const { privileged, because } = privilege
  const where = await writable(facts, () => directory.groupAuthority(id))
  const kind = { roleAssignable, dynamic, unified, mailEnabled, securityEnabled, sourceOfAuthority, ...where }
  return { id, ...kind, privileged, within, because }
}

/** Before a grant, a membership that is there only because of us counts as none: it is ours to end. */
async function memberBefore(ground: AccessFactsGround, request: AccessChangeRequest, group: GroupId): Promise<boolean> {
  if (!(await ground.directory.isMember(group, request.target))) return false
  return request.name !== 'grant-access' || !(await isOurs(ground.database, request, group))
}

/** An earlier attempt at the same grant, for the same reason, found no membership and may have made one; or another grant did. */
async function isOurs(database: Kysely<Schema>, request: AccessChangeRequest, group: GroupId): Promise<boolean> {
  const { tenant, target, access } = request
  const { warrant } = access
  const undone = warrant.by === 'undo' ? warrant.operation : null
  const attempt = await database
    .selectFrom('operations')
    .select('id')
    .where('tenant_id', '=', tenant)
    .where('target_id', '=', target)
    .where('name', '=', 'grant-access')
    .where('id', '!=', request.id)
    .where('state', 'in', ['running', 'done', 'unclear'])
    .where(sql<boolean>`about -> 'warrant' ->> 'by' = ${warrant.by}`)
    .where(sql<boolean>`about -> 'warrant' ->> 'grant' = ${warrant.grant}`)
    .where(sql<boolean>`about -> 'warrant' ->> 'operation' is not distinct from ${undone}`)
    .where(sql<boolean>`before ->> 'member' = 'false'`)
    .limit(1)
    .executeTakeFirst()
  if (attempt) return true
  const other = await database
    .selectFrom('access_grants')
    .select('id')
    .where('tenant_id', '=', tenant)
    .where('person_id', '=', target)
    .where('group_id', '=', group)
    .where('state', '=', 'active')
    .where('had_before', '=', false)
    .where('id', 'is distinct from', warrant.grant)
    .limit(1)
    .executeTakeFirst()
  return other !== undefined
}
