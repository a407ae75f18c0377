import { createHmac, randomBytes } from 'node:crypto'
import type { Clock } from '../../../bot/clock.ts'
import { stableId } from './ids.ts'
import type { CompanyGroup, CompanyUser, DeletedUser, PersonCard, RoleAssignment } from './model.ts'
import { Replicated, type View } from './replicated.ts'

/** How long a deleted user can be restored (learn.microsoft.com/graph/api/resources/deleteditems): 30 days. */
const restorable = 30 * 24 * 60 * 60_000

/** The directory of a practice company: users, groups, role assignments, and the questions one asks of them. */
export class Company {
  readonly name: string
  readonly domain: string
  readonly tenantId: string
  /** Made anew at every start; initial passwords come from it. */
  readonly salt: Buffer = randomBytes(32)
  readonly users: Replicated<CompanyUser>
  readonly groups: Replicated<CompanyGroup>
  readonly roleAssignments: Replicated<RoleAssignment>
  /** Milliseconds until a write is visible to reads. */
  replicationDelay = 0
  readonly #idByName = new Map<string, string>()
  readonly #groupsByMember = new Map<string, Set<string>>()
  readonly #deleted = new Map<string, DeletedUser>()
  readonly #clock: Clock

  constructor(options: { name: string; domain: string; tenantId: string; clock: Clock }) {
    this.name = options.name
    this.domain = options.domain
    this.tenantId = options.tenantId
    this.#clock = options.clock
    const now = () => options.clock().getTime()
    const delay = () => this.replicationDelay
    this.users = new Replicated(now, delay)
    this.groups = new Replicated(now, delay)
    this.roleAssignments = new Replicated(now, delay)
  }

  putUser(user: CompanyUser): void {
    const before = this.users.get(user.id, 'latest')
    if (before !== undefined) this.#idByName.delete(before.userPrincipalName.toLowerCase())
    this.#idByName.set(user.userPrincipalName.toLowerCase(), user.id)
    this.users.write(user.id, user)
  }

  /**
   * Deletes a user, and with it the memberships, ownerships, roles and reports that name it. It stays among the deleted ones for a
   * while, with its id before its user principal name, so that the name is free.
   */
  removeUser(id: string): void {
    const user = this.users.get(id, 'latest')
    if (user === undefined) return
    for (const group of this.directGroups(id, 'latest'))
      this.putGroup({ ...group, members: without(group.members, id) })
    for (const group of this.ownedGroups(id, 'latest')) this.putGroup({ ...group, owners: without(group.owners, id) })
    for (const assignment of this.assignmentsOf(new Set([id]), 'latest')) this.removeAssignment(assignment.id)
    for (const report of this.users.values('latest')) {
      if (report.managerId === id) this.putUser({ ...report, managerId: null })
    }
    this.#idByName.delete(user.userPrincipalName.toLowerCase())
    this.users.write(id, undefined)
    const userPrincipalName = `${id.replaceAll('-', '')}${user.userPrincipalName}`
    this.#deleted.set(id, { user: { ...user, userPrincipalName }, deletedDateTime: this.#clock() })
  }

  /** Users that were deleted and can be restored. */
  deletedUsers(): readonly DeletedUser[] {
    const since = this.#clock().getTime() - restorable
    for (const [id, { deletedDateTime }] of this.#deleted)
      if (deletedDateTime.getTime() < since) this.#deleted.delete(id)
    return [...this.#deleted.values()]
  }

  /** Deletes a deleted user for ever. */
  purgeUser(id: string): void {
    this.#deleted.delete(id)
  }

  putGroup(group: CompanyGroup): void {
    const before = this.groups.get(group.id, 'latest')
    for (const member of before?.members ?? []) {
      if (!group.members.has(member)) this.#groupsByMember.get(member)?.delete(group.id)
    }
    for (const member of group.members) {
      if (before?.members.has(member) === true) continue
      const groups = this.#groupsByMember.get(member) ?? new Set()
      this.#groupsByMember.set(member, groups.add(group.id))
    }
    this.groups.write(group.id, group)
  }

  /** Deletes a group, and with it its memberships in others and the roles that name it. */
  removeGroup(id: string): void {
    const group = this.groups.get(id, 'latest')
    if (group === undefined) return
    for (const parent of this.directGroups(id, 'latest'))
      this.putGroup({ ...parent, members: without(parent.members, id) })
    for (const assignment of this.assignmentsOf(new Set([id]), 'latest')) this.removeAssignment(assignment.id)
    for (const member of group.members) this.#groupsByMember.get(member)?.delete(id)
    this.groups.write(id, undefined)
  }

  putAssignment(assignment: RoleAssignment): void {
    this.roleAssignments.write(assignment.id, assignment)
  }

  removeAssignment(id: string): void {
    this.roleAssignments.write(id, undefined)
  }

  /** By object id or user principal name, in any case of letters. */
  user(idOrName: string, view: View): CompanyUser | undefined {
    const wanted = idOrName.toLowerCase()
    return this.users.get(this.#idByName.get(wanted) ?? wanted, view)
  }

  /** Somebody by object id, as Teams knows people; undefined when there is nobody. */
  person(id: string): PersonCard | undefined {
    const user = this.users.get(id.toLowerCase(), 'latest')
    if (user === undefined) return undefined
    const guest = user.userType === 'Guest'
    return {
      id: user.id,
      name: user.displayName,
      userPrincipalName: user.userPrincipalName,
      tenantId: guest ? stableId(`tenant: ${user.mail?.split('@')[1]}`) : this.tenantId,
      ...(user.givenName === null ? {} : { givenName: user.givenName }),
      ...(user.mail === null ? {} : { email: user.mail }),
      ...(guest ? { guest } : {}),
    }
  }

  /** People whose name, address, title or department holds `words`, in order of creation, at most `limit`. */
  search(words: string, limit: number): CompanyUser[] {
    const wanted = words.trim().toLowerCase()
    const found: CompanyUser[] = []
    for (const user of this.users.values('latest')) {
      if (found.length >= limit) break
      const { displayName, userPrincipalName, jobTitle, department } = user
      const text = [displayName, userPrincipalName, jobTitle, department].join(' ').toLowerCase()
      if (text.includes(wanted)) found.push(user)
    }
    return found
  }

  group(id: string, view: View): CompanyGroup | undefined {
    return this.groups.get(id.toLowerCase(), view)
  }

  directGroups(memberId: string, view: View): CompanyGroup[] {
    const candidates = new Set(this.#groupsByMember.get(memberId))
    if (view === 'visible') for (const id of this.groups.unsettled()) candidates.add(id)
    return present([...candidates].map((id) => this.groups.get(id, view))).filter((group) =>
      group.members.has(memberId),
    )
  }

  /** Every group the member is in, however deeply nested; nearest first, none twice. */
  transitiveGroups(memberId: string, view: View): CompanyGroup[] {
    const found = new Map<string, CompanyGroup>()
    const open = [memberId]
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      for (const group of this.directGroups(next, view)) {
        if (found.has(group.id)) continue
        found.set(group.id, group)
        open.push(group.id)
      }
    }
    return [...found.values()]
  }

  ownedGroups(ownerId: string, view: View): CompanyGroup[] {
    return [...this.groups.values(view)].filter((group) => group.owners.has(ownerId))
  }

  /** Ids of users and groups in the group, however deeply nested. */
  transitiveMembers(groupId: string, view: View): string[] {
    const found = new Set<string>()
    const open = [groupId]
    for (let next = open.shift(); next !== undefined; next = open.shift()) {
      for (const member of this.group(next, view)?.members ?? []) {
        if (found.has(member)) continue
        found.add(member)
        open.push(member)
      }
    }
    return [...found]
  }

  assignmentsOf(principals: ReadonlySet<string>, view: View): RoleAssignment[] {
    return [...this.roleAssignments.values(view)].filter((assignment) => principals.has(assignment.principalId))
  }

  /** The assignments in force that reach a principal: its own and those of the groups it is in. */
  transitiveAssignments(principalId: string, view: View): RoleAssignment[] {
    const principals = new Set([principalId, ...this.transitiveGroups(principalId, view).map((group) => group.id)])
    return this.assignmentsOf(principals, view).filter((assignment) => assignment.state === 'active')
  }

  /**
   * Whether Entra ID counts the user among the administrators: a role, direct or through a group, or member or owner of a
   * role-assignable group (learn.microsoft.com/graph/api/resources/users, "who can reset passwords").
   */
  isAdministrator(userId: string): boolean {
    return (
      this.transitiveAssignments(userId, 'latest').length > 0 ||
      [...this.transitiveGroups(userId, 'latest'), ...this.ownedGroups(userId, 'latest')].some(
        (group) => group.isAssignableToRole === true,
      )
    )
  }
}

/**
 * The password a person of the company starts with. Test data: it differs at every start, because the salt does.
 * It meets the tenant's policy.
 */
export function initialPassword(company: Company, userId: string): string {
  const digest = createHmac('sha256', company.salt).update(userId).digest('base64url')
  return `${digest.slice(0, 20)}-aA7`
}

/** A set with one id less. */
export function without(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const rest = new Set(ids)
  rest.delete(id)
  return rest
}

/** A set with one id more. */
export function including(ids: ReadonlySet<string>, id: string): ReadonlySet<string> {
  return new Set(ids).add(id)
}

/** The list without its holes. */
export function present<T>(values: readonly (T | undefined)[]): T[] {
  return values.filter((value) => value !== undefined)
}
