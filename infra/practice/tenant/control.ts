import { randomUUID } from 'node:crypto'
import { including, without } from '../company/company.ts'
import type { CompanyGroup, CompanyUser, RoleAssignment } from '../company/model.ts'
import { findRole } from '../company/roles.ts'
import { editUser, revokeSessions, setPassword } from './acts.ts'
import type { Fault, FaultRequest } from './faults.ts'
import type { Mail } from './mailboxes.ts'
import type { Change, RequestRecord, TenantState } from './state.ts'

/** What the directory holds of a person, without any password. Times are ISO 8601. */
export interface DirectoryState {
  readonly id: string
  readonly displayName: string
  readonly userPrincipalName: string
  readonly accountEnabled: boolean
  readonly userType: 'Member' | 'Guest'
  readonly synced: boolean
  readonly passwordChangedAt: string
  readonly mustChangePassword: boolean
  readonly sessionsRevokedAt: string
  /** Smart lockout is on. */
  readonly locked: boolean
  readonly managerId: string | null
  readonly otherMails: readonly string[]
  readonly administrator: boolean
  /** Direct memberships. */
  readonly groupIds: readonly string[]
}

/** Asked for somebody or something that is not there. */
export class ControlError extends Error {}

/** The hand of whoever runs the practice company: what an administrator, an HR system or bad luck would do. */
export interface Control {
  readonly faults: {
    set(fault: FaultRequest): Fault
    list(): readonly Fault[]
    clear(id?: string): void
  }
  /** @throws ControlError for an unknown id or user principal name, as all of these */
  user(idOrName: string): DirectoryState
  editUser(idOrName: string, edit: Partial<Omit<CompanyUser, 'id'>>): void
  /** Sets a password whatever the policy says. */
  setPassword(idOrName: string, password: string, options?: { readonly mustChange?: boolean }): Promise<void>
  revokeSessions(idOrName: string): void
  /** Adds a user or a group. */
  addMember(groupId: string, memberId: string): void
  removeMember(groupId: string, memberId: string): void
  addOwner(groupId: string, userId: string): void
  /** Gives a role (name or template id) to a user, group or application; `eligible`: to be activated through PIM. */
  assignRole(principalId: string, role: string, state?: RoleAssignment['state']): RoleAssignment
  removeRole(principalId: string, role: string): void
  mailbox(address: string): readonly Mail[]
  /** The last requests, oldest first. */
  requests(count?: number): readonly RequestRecord[]
  permissions(clientId: string): readonly string[]
  /** Takes effect at once, for tokens that are out as well. */
  setPermission(clientId: string, permission: string, granted: boolean): void
  /** Milliseconds until reads see what was written from now on. */
  setReplicationDelay(milliseconds: number): void
  /** Hears of every change until the returned function is called. */
  onChange(listener: (change: Change) => void): () => void
}

/** @see Control */
export function makeControl(state: TenantState, listeners: Set<(change: Change) => void>): Control {
  const { company, faults } = state
  const by = 'control'
  const found = (idOrName: string): CompanyUser => {
    const user = company.user(idOrName, 'latest')
    if (user === undefined) throw new ControlError(`nobody is ${idOrName}`)
    return user
  }
  const group = (id: string): CompanyGroup => {
    const one = company.group(id, 'latest')
    if (one === undefined) throw new ControlError(`no group is ${id}`)
    return one
  }
  const app = (clientId: string) => {
    const one = state.apps.get(clientId.toLowerCase())
    if (one === undefined) throw new ControlError(`no application is ${clientId}`)
    return one
  }
  const role = (name: string) => {
    const one = findRole(name)
    if (one === undefined) throw new ControlError(`no role is ${name}`)
    return one
  }
  const regroup = (one: CompanyGroup, edit: Partial<CompanyGroup>, what: readonly string[]) => {
    company.putGroup({ ...one, ...edit })
    state.announce({ kind: 'group', id: one.id, what, by })
  }
  return {
    faults: {
      set(request) {
        const fault = faults.set(request)
        state.announce({ kind: 'fault', id: fault.id, what: ['on', fault.class, fault.kind], by })
        return fault
      },
      list: () => faults.list(),
      clear(id) {
        faults.clear(id)
        state.announce({ kind: 'fault', id: id ?? 'all', what: ['off'], by })
      },
    },
    user: (idOrName) => directoryState(state, found(idOrName)),
    editUser: (idOrName, edit) => editUser(state, found(idOrName), edit, by),
    setPassword: (idOrName, password, options = {}) =>
      setPassword(state, found(idOrName), password, options.mustChange ?? false, by),
    revokeSessions: (idOrName) => revokeSessions(state, found(idOrName), by),
    addMember(groupId, memberId) {
      const member = company.user(memberId, 'latest') ?? group(memberId)
      const one = group(groupId)
      regroup(one, { members: including(one.members, member.id) }, ['member added', member.id])
    },
    removeMember(groupId, memberId) {
      const one = group(groupId)
      regroup(one, { members: without(one.members, memberId) }, ['member removed', memberId])
    },
    addOwner(groupId, userId) {
      const one = group(groupId)
      regroup(one, { owners: including(one.owners, found(userId).id) }, ['owner added', userId])
    },
    assignRole(principalId, name, roleState = 'active') {
      const { roleTemplateId, displayName } = role(name)
      const assignment = { id: randomUUID(), state: roleState, principalId, roleDefinitionId: roleTemplateId }
      company.putAssignment(assignment)
      state.announce({ kind: 'role', id: principalId, what: [roleState, displayName], by })
      return assignment
    },
    removeRole(principalId, name) {
      const { roleTemplateId, displayName } = role(name)
      for (const one of company.assignmentsOf(new Set([principalId]), 'latest')) {
        if (one.roleDefinitionId === roleTemplateId) company.removeAssignment(one.id)
      }
      state.announce({ kind: 'role', id: principalId, what: ['removed', displayName], by })
    },
    mailbox: (address) => state.mailboxes.of(address),
    requests: (count) => state.requests.last(count),
    permissions: (clientId) => [...app(clientId).permissions],
    setPermission(clientId, permission, granted) {
      const { permissions } = app(clientId)
      if (granted) permissions.add(permission)
      else permissions.delete(permission)
      state.announce({ kind: 'permission', id: clientId, what: [granted ? 'granted' : 'taken away', permission], by })
    },
    setReplicationDelay(milliseconds) {
      company.replicationDelay = milliseconds
    },
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

function directoryState(state: TenantState, user: CompanyUser): DirectoryState {
  const { company } = state
  return {
    id: user.id,
    displayName: user.displayName,
    userPrincipalName: user.userPrincipalName,
    accountEnabled: user.accountEnabled,
    userType: user.userType,
    synced: user.onPremisesSyncEnabled === true,
    passwordChangedAt: user.lastPasswordChangeDateTime.toISOString(),
    mustChangePassword: user.mustChangePassword,
    sessionsRevokedAt: user.signInSessionsValidFromDateTime.toISOString(),
    locked: state.signIns.isLocked(user.id),
    managerId: user.managerId,
    otherMails: user.otherMails,
    administrator: company.isAdministrator(user.id),
    groupIds: company.directGroups(user.id, 'latest').map((group) => group.id),
  }
}
