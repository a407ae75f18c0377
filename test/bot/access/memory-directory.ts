import type { Directory, DirectoryUser, GroupFacts } from '../../../bot/directory/directory.ts'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import type { GroupId, Person, UserId } from '../../../bot/identity/person.ts'

/** A directory in memory: people, groups, who is in which, and what was asked of it. */
export function memoryDirectory() {
  const users = new Map<UserId, DirectoryUser>()
  const managers = new Map<UserId, UserId>()
  const groups = new Map<GroupId, GroupFacts>()
  const members = new Map<GroupId, Set<UserId>>()
  /** Memberships as they were taken away, in order. */
  const removed: string[] = []
  /** `loses`: the next membership is made, and then nothing answers any more. */
  const trouble = { down: false, loses: false, revoked: 0 }
  let atOnce = 0
  const most = { atOnce: 0 }

  const within = (group: GroupId): Set<UserId> => {
    const set = members.get(group)
    if (!set) throw notFound()
    return set
  }
  /** As slow as a network, so that whoever else is about to do the same does so now. */
  async function asked<T>(answer: () => T): Promise<T> {
    if (trouble.down) throw new DirectoryError('unreachable', { sentence: 'It does not answer.', detail: 'timeout' })
    await new Promise((resolve) => setImmediate(resolve))
    return answer()
  }
  async function written<T>(answer: () => T): Promise<T> {
    most.atOnce = Math.max(most.atOnce, ++atOnce)
    try {
      return await asked(answer)
    } finally {
      atOnce--
    }
  }
  const user = (id: UserId): DirectoryUser => {
    const found = users.get(id)
    if (!found) throw notFound()
    return found
  }
  const known = (id: GroupId): GroupFacts => {
    const found = groups.get(id)
    if (!found) throw notFound()
    return found
  }
  const answers: Partial<Directory> = {
    user: (id) => asked(() => user(id)),
    manager: (id) =>
      asked(() => {
        user(id)
        const manager = managers.get(id)
        return manager && users.get(manager)
      }),
    privilege: () => asked(() => ({ privileged: false, because: [] })),
    groupPrivilege: () => asked(() => ({ privileged: false, because: [] })),
    memberOf: (id, of) => asked(() => of.filter((group) => members.get(group)?.has(id))),
    group: (id) => asked(() => known(id)),
    groups: (ids) => asked(() => ids.flatMap((id) => groups.get(id) ?? [])),
    owners: () => asked(() => ({ people: [], more: false })),
    isMember: (group, id) => asked(() => within(group).has(id)),
    directGroups: (id) =>
      asked(() => ({ groups: [...groups.values()].filter((group) => members.get(group.id)?.has(id)), more: false })),
    groupsOf: () => asked(() => ({ groups: [], more: false })),
    findPeople: async () => [],
    presence: async () => 'here',
    photo: async () => undefined,
    addMember: (group, id) =>
      written(() => {
        const changed = !within(group).has(id)
        within(group).add(id)
        if (trouble.loses) {
          trouble.loses = false
          trouble.down = true
          throw new DirectoryError('unreachable', { sentence: 'Lost.', detail: 'timeout', maybeDone: true })
        }
        return { requestId: 'r', changed }
      }),
    removeMember: (group, id) =>
      written(() => {
        const changed = within(group).delete(id)
        if (changed) removed.push(`${group}:${id}`)
        return { requestId: 'r', changed }
      }),
    setAccountEnabled: (id, accountEnabled) =>
      written(() => {
        users.set(id, { ...user(id), accountEnabled })
        return { requestId: 'r' }
      }),
    revokeSessions: (id) =>
      written(() => {
        user(id)
        trouble.revoked++
        return { requestId: 'r' }
      }),
  }

  return {
    directory: answers as Directory,
    users,
    managers,
    groups,
    members,
    removed,
    trouble,
    most,
    addPerson({ id, name }: Person, changed: Partial<DirectoryUser> = {}) {
      users.set(id, { ...somebodyCalled(id, name), ...changed })
    },
    addGroup(id: GroupId, displayName: string, changed: Partial<GroupFacts> = {}) {
      groups.set(id, { ...securityGroup(id, displayName), ...changed })
      members.set(id, new Set())
    },
  }
}

function notFound(): DirectoryError {
  return new DirectoryError('not-found', { sentence: 'Not there.', detail: 'Request_ResourceNotFound' })
}

function somebodyCalled(id: UserId, displayName: string): DirectoryUser {
  return {
    id,
    displayName,
    givenName: undefined,
    userPrincipalName: `${id}@company.example`,
    mail: undefined,
    otherMails: [],
    department: undefined,
    jobTitle: undefined,
    accountEnabled: true,
    userType: 'Member',
    sourceOfAuthority: 'entra',
    passwordChangedAt: undefined,
    createdAt: undefined,
  }
}

function securityGroup(id: GroupId, displayName: string): GroupFacts {
  return {
    id,
    displayName,
    mailNickname: undefined,
    mail: undefined,
    roleAssignable: false,
    dynamic: false,
    unified: false,
    mailEnabled: false,
    securityEnabled: true,
    sourceOfAuthority: 'entra',
  }
}
