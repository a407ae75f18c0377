import { randomUUID } from 'node:crypto'
import { including, without } from '../company/company.ts'
import type { CompanyGroup, CompanyUser, RoleAssignment } from '../company/model.ts'
import { findRole } from '../company/roles.ts'
import type { AccessPassPolicy } from './access-passes.ts'
import { deleteUser, editUser, revokeSessions, setPassword } from './acts.ts'
import type { Fault, FaultRequest } from './faults.ts'
import { type GroupState, groupState } from './group-state.ts'
import type { Mail } from './mailboxes.ts'
import {
  type AccessPassRecord,
  accessPassRecord,
  type DirectoryState,
  directoryState,
  withPrimaryAddress,
} from './person-state.ts'
import type { Change, RequestRecord, TenantState } from './state.ts'

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
  /**
   * Changes properties. A new mail becomes the primary address and the old one is given up, unless `proxyAddresses` are
   * given too. @throws RangeError when somebody else has the user principal name
   */
  editUser(idOrName: string, edit: Partial<Omit<CompanyUser, 'id'>>): void
  /** Sets a password whatever the policy says. */
  setPassword(idOrName: string, password: string, options?: { readonly mustChange?: boolean }): Promise<void>
  /** A synced person's password is checked where it is kept, as pass-through authentication does; `knows` is asked at every sign-in. */
  authenticateElsewhere(idOrName: string, knows: (password: string) => Promise<boolean>): void
  revokeSessions(idOrName: string): void
  /** Signs in with a Temporary Access Pass: whether it was let in. One that works once works once. */
  useAccessPass(idOrName: string, pass: string): boolean
  /** The person's Temporary Access Pass, without its value. */
  accessPass(idOrName: string): AccessPassRecord | undefined
  setAccessPassPolicy(policy: Partial<AccessPassPolicy>): void
  /** Adds a user or a group. */
  addMember(groupId: string, memberId: string): void
  removeMember(groupId: string, memberId: string): void
  addOwner(groupId: string, userId: string): void
  removeOwner(groupId: string, userId: string): void
  /** The group as it is now, whatever readers see yet. */
  group(id: string): GroupState
  /** Changes properties, and members and owners too where they are given. */
  editGroup(id: string, edit: Partial<Omit<CompanyGroup, 'id'>>): void
  deleteGroup(id: string): void
  /** Deletes as Graph does: for 30 days it is among the deleted ones. */
  deleteUser(idOrName: string): void
  /** Object ids of people who were deleted and can be restored. */
  deletedUsers(): readonly string[]
  /** Deletes a deleted user for ever. */
  purgeUser(id: string): void
  /** Turns automatic replies on or off, or on for a time. */
  setAutomaticReplies(idOrName: string, on: boolean | { readonly from: Date; readonly until: Date }): void
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
    editUser(idOrName, edit) {
      const user = found(idOrName)
      const holder = edit.userPrincipalName === undefined ? undefined : company.user(edit.userPrincipalName, 'latest')
      if (holder !== undefined && holder.id !== user.id) throw new RangeError(`${holder.userPrincipalName} is taken`)
      editUser(state, user, { ...withPrimaryAddress(user, edit), ...edit }, by)
    },
    setPassword: (idOrName, password, options = {}) =>
      setPassword(state, found(idOrName), password, options.mustChange ?? false, by),
    authenticateElsewhere: (idOrName, knows) => state.passwords.askElsewhere(found(idOrName).id, knows),
    revokeSessions: (idOrName) => revokeSessions(state, found(idOrName), by),
    useAccessPass(idOrName, pass) {
      const user = found(idOrName)
      const letIn = user.accountEnabled && state.accessPasses.use(user.id, pass)
      if (letIn) state.announce({ kind: 'access-pass', id: user.id, what: ['used'], by: 'sign-in' })
      return letIn
    },
    accessPass: (idOrName) => accessPassRecord(state, found(idOrName).id),
    setAccessPassPolicy(policy) {
      state.accessPasses.policy = { ...state.accessPasses.policy, ...policy }
    },
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
    removeOwner(groupId, userId) {
      const one = group(groupId)
      regroup(one, { owners: without(one.owners, found(userId).id) }, ['owner removed', userId])
    },
    group: (id) => groupState(group(id)),
    editGroup: (id, edit) => regroup(group(id), edit, Object.keys(edit)),
    deleteGroup(id) {
      const one = group(id)
      company.removeGroup(one.id)
      state.announce({ kind: 'group', id: one.id, what: ['deleted'], by })
    },
    deleteUser: (idOrName) => deleteUser(state, found(idOrName), by),
    deletedUsers: () => company.deletedUsers().map(({ user }) => user.id),
    purgeUser: (id) => company.purgeUser(id),
    setAutomaticReplies(idOrName, on) {
      const { id } = found(idOrName)
      const status = on === false ? 'disabled' : on === true ? 'alwaysEnabled' : 'scheduled'
      state.mailboxes.setReplies(id, { status, ...(typeof on === 'boolean' ? {} : on) })
      state.announce({ kind: 'user', id, what: ['automatic replies', status], by })
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
