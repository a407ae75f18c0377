import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Directory, DirectoryUser } from '../directory/directory.ts'
import { managerHistory, observe, standsSince } from '../identity/manager-history.ts'
import type { Who } from '../identity/who.ts'
import type { Policy } from '../policy/policy.ts'
import type { Schema } from '../store/schema.ts'

export interface ManagerGround {
  readonly database: Kysely<Schema>
  readonly clock: Clock
  readonly directory: Directory
  readonly policy: Policy
}

const day = 86_400_000

/** Why nobody may act as somebody's manager; `unavailable` says it to the person themselves. */
export interface NoManager {
  readonly unavailable: string
  readonly why: 'not-known-yet' | 'none' | 'cannot-act' | 'too-new'
}

/** The manager who may confirm somebody: named by the directory just now, long enough there, and able to answer. */
export async function managerOf(
  ground: ManagerGround,
  person: Who,
): Promise<{ readonly manager: DirectoryUser } | NoManager> {
  const { database, clock, directory, policy } = ground
  const now = clock()
  const { hasBaseline, seen } = await managerHistory(database, person)
  if (!hasBaseline)
    return {
      unavailable: 'I am still finding out who reports to whom. Please try again in a few minutes.',
      why: 'not-known-yet',
    }
  const manager = await directory.manager(person.id)
  const isAsSeen = seen !== undefined && seen.manager === manager?.id
  if (!isAsSeen) await observe(database, person.tenant, { person: person.id, manager: manager?.id }, now)
  if (!manager || manager.id === person.id)
    return { unavailable: 'The directory names no manager for you.', why: 'none' }
  if (manager.accountEnabled !== true || manager.userType !== 'Member')
    return { unavailable: 'Your manager cannot confirm anything at the moment.', why: 'cannot-act' }
  const period = { days: policy.managerMustStandFor / day, now }
  const standing = standsSince(isAsSeen ? seen : (await managerHistory(database, person)).seen, manager.id, period)
  if (!standing.stands)
    return { unavailable: 'Your manager has changed too recently to confirm that it is you.', why: 'too-new' }
  return { manager }
}
