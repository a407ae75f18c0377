import type { Clock } from '../../bot/clock.ts'
import type { Directory, DirectoryUser, GroupFacts } from '../../bot/directory/directory.ts'
import { DirectoryError, type DirectoryErrorCode } from '../../bot/directory/directory-error.ts'
import { type GroupId, groupId, type Person, type TenantId, type UserId, userId } from '../../bot/identity/person.ts'
import type { Chance } from './chance.ts'
import { type Life, madeHere } from './life.ts'

/** Whose doing a membership is. */
export type Made = 'us' | 'administrator'

/** A replica of the directory that has not heard of a change yet. */
interface Lag {
  readonly member: boolean
  readonly until: number
  left: number
}

/** How often a call goes wrong: from 0 to 1. */
export interface Mood {
  down: boolean
  fails: number
  losesAnswers: number
  lags: number
}

/**
 * A directory in memory that fails, loses answers, lags behind and is changed by an administrator. `members` is the truth,
 * whatever it answers.
 */
export function openCompany(clock: Clock, chance: Chance, tenant: TenantId) {
  const users = new Map<UserId, DirectoryUser>()
  const managers = new Map<UserId, UserId>()
  const groups = new Map<GroupId, GroupFacts & { readonly owners: readonly UserId[] }>()
  const members = new Map<GroupId, Map<UserId, Made>>()
  const lags = new Map<string, Lag>()
  const away = new Set<UserId>()
  const mood: Mood = { down: false, fails: 0, losesAnswers: 0, lags: 0 }
  /** When a call about somebody last went wrong, or lagged for longer than anybody looks. */
  const troubles = new Map<string, Date>()
  const touched = new Set<string>()
  /** Since when somebody is gone. */
  const left = new Map<UserId, number>()
  const counts = { failed: 0, lost: 0, lagged: 0, added: 0, removed: 0 }
  const watch: {
    adding: (group: GroupId, person: UserId) => Promise<void>
    removing: (group: GroupId, person: UserId) => Promise<void>
    tell: (person: UserId, text: string) => void
  } = {
    adding: async () => undefined,
    removing: async () => undefined,
    tell: () => undefined,
  }
  let outage: Date | undefined

  const error = (code: DirectoryErrorCode, maybeDone = false) =>
    new DirectoryError(code, { sentence: 'The directory does not say.', detail: `${code}, ${madeHere}`, maybeDone })
  const user = (id: UserId): DirectoryUser => users.get(id) ?? fail('not-found')
  const group = (id: GroupId) => groups.get(id) ?? fail('not-found')
  const within = (id: GroupId) => members.get(id) ?? fail('not-found')
  const key = (id: GroupId, person: UserId) => `${id} ${person}`
  function fail(code: DirectoryErrorCode): never {
    throw error(code)
  }
  function mayFail(person: UserId | undefined): void {
    if (mood.down) {
      outage = clock()
      throw error('unreachable')
    }
    if (person === undefined || !chance.happens(mood.fails)) return
    troubles.set(person, clock())
    counts.failed++
    watch.tell(person, 'the directory does not answer')
    throw error(chance.pick(['unreachable', 'throttled', 'unreachable'] as const))
  }
  async function write(id: GroupId, person: UserId, member: boolean): Promise<{ requestId: string; changed: boolean }> {
    mayFail(person)
    const set = within(id)
    user(person)
    const lost = chance.happens(mood.losesAnswers)
    if (lost) {
      troubles.set(person, clock())
      counts.lost++
    }
    const happens = !lost || chance.happens(0.6)
    const changed = set.has(person) !== member
    watch.tell(
      person,
      `${member ? 'add' : 'remove'}${changed ? '' : ' (as it is)'}${lost ? `, answer lost${happens ? '' : ', not done'}` : ''}`,
    )
    if (happens && changed) {
      if (member) await watch.adding(id, person)
      else if (set.get(person) === 'us') await watch.removing(id, person)
      if (member) set.set(person, 'us')
      else set.delete(person)
      counts[member ? 'added' : 'removed']++
      if (chance.happens(mood.lags)) {
        const left = chance.happens(0.2) ? 30 : 1 + chance.below(4)
        if (left > 8) troubles.set(person, clock())
        lags.set(key(id, person), { member: !member, until: clock().getTime() + 15_000, left })
        counts.lagged++
      }
    }
    if (lost) throw error('unreachable', true)
    return { requestId: 'r', changed }
  }

  return {
    users,
    managers,
    groups,
    members,
    away,
    mood,
    troubles,
    touched,
    left,
    counts,
    watch,
    outage: () => outage,
    /** The directory as one process has it. */
    of(life: Life): Directory {
      async function asked<T>(person: UserId | undefined, answer: () => T | Promise<T>): Promise<T> {
        life.point('directory')
        mayFail(person)
        await Promise.resolve()
        const value = await answer()
        life.point('directory')
        return value
      }
      const people = (ids: readonly UserId[]) => ({ people: ids.map(user), more: false })
      const answers: Partial<Directory> = {
        user: (id) => asked(id, () => user(id)),
        manager: (id) =>
          asked(id, () => {
            user(id)
            const manager = managers.get(id)
            return manager && users.get(manager)
          }),
        privilege: (id) => asked(id, () => ({ privileged: false, because: [] })),
        groupPrivilege: () => asked(undefined, () => ({ privileged: false, because: [] })),
        memberOf: (id, of) => asked(id, () => of.filter((one) => members.get(one)?.has(id))),
        groupsOf: (id) => asked(id, () => ({ groups: [], more: false })),
        group: (id) => asked(undefined, () => group(id)),
        owners: (id) => asked(undefined, () => people(group(id).owners)),
        members: (id) => asked(undefined, () => people([...within(id).keys()])),
        isMember: (id, person) =>
          asked(person, () => {
            const member = within(id).has(person)
            const lag = lags.get(key(id, person))
            if (!lag || lag.left === 0 || lag.until < clock().getTime()) return member
            lag.left--
            return lag.member
          }),
        presence: (id) => asked(undefined, () => (away.has(id) ? 'away' : 'here')),
        photo: async () => undefined,
        addMember: (id, person) => asked(undefined, () => write(id, person, true)),
        removeMember: (id, person) => asked(undefined, () => write(id, person, false)),
      }
      // What is left out nobody may ask for here.
      return answers as Directory
    },
    hire(name: string, manager?: Person): Person {
      const id = userId.parse(uuid(chance))
      if (manager) managers.set(id, manager.id)
      users.set(id, {
        ...{ id, displayName: name, givenName: undefined, userPrincipalName: `${id}@company.example` },
        ...{ mail: undefined, otherMails: [], department: undefined, jobTitle: undefined },
        ...{ accountEnabled: true, userType: 'Member', sourceOfAuthority: 'entra' },
        ...{ passwordChangedAt: undefined, createdAt: undefined },
      })
      return { tenant, id, name }
    },
    found(
      displayName: string,
      who: { readonly owners?: readonly Person[]; readonly members?: readonly Person[] } = {},
    ): GroupId {
      const id = groupId.parse(uuid(chance))
      groups.set(id, {
        ...{ id, displayName, mailNickname: undefined, mail: undefined, roleAssignable: false, dynamic: false },
        ...{ unified: false, mailEnabled: false, securityEnabled: true, sourceOfAuthority: 'entra' },
        owners: (who.owners ?? []).map((person) => person.id),
      })
      members.set(id, new Map((who.members ?? []).map((person) => [person.id, 'administrator' as const])))
      return id
    },
    enable(id: UserId, accountEnabled: boolean): void {
      if (accountEnabled) left.delete(id)
      else left.set(id, left.get(id) ?? clock().getTime())
      users.set(id, { ...user(id), accountEnabled })
    },
    /** Somebody changes it by hand. @returns whether that changed anything */
    administrate(id: GroupId, person: UserId, member: boolean): boolean {
      const set = within(id)
      if (set.has(person) === member) return false
      if (member) set.set(person, 'administrator')
      else set.delete(person)
      lags.delete(key(id, person))
      touched.add(key(id, person))
      watch.tell(person, `an administrator ${member ? 'adds' : 'removes'} them`)
      return true
    },
    wasTouched: (id: GroupId, person: UserId) => touched.has(key(id, person)),
    lastTrouble: (person: string) => troubles.get(person),
  }
}

function uuid(chance: Chance): string {
  const digits = (count: number) => Array.from({ length: count }, () => chance.below(16).toString(16)).join('')
  return `${digits(8)}-${digits(4)}-4${digits(3)}-8${digits(3)}-${digits(12)}`
}

export type Company = ReturnType<typeof openCompany>
