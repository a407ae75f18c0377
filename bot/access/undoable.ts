import { type Kysely, sql } from 'kysely'
import type { Directory } from '../directory/directory.ts'
import { DirectoryError } from '../directory/directory-error.ts'
import type { GroupId } from '../identity/person.ts'
import type { Who } from '../identity/who.ts'
import { type AccessOperation, accessOperations } from '../operations/operation.ts'
import { asMadeChange, cannotUndo, type MadeChange, type UndoingGround } from '../operations/undoing.ts'
import type { Schema } from '../store/schema.ts'
import type { Undoable } from './access-desk.ts'
import { nameOf } from './words.ts'

export interface UndoGround extends UndoingGround {
  readonly directory: Pick<Directory, 'user' | 'memberOf' | 'isMember'>
}

const mostListed = 50
const mostConflicts = 5

/**
 * What was done to somebody's access and could be undone, newest first; at most `limit`, and never more than 50. What has changed
 * since is looked up in the directory now.
 * @throws DirectoryError
 */
export async function undoableOf(ground: UndoGround, person: Who, limit: number): Promise<readonly Undoable[]> {
  const made = await madeFor(ground, person, Math.min(Math.max(Math.trunc(limit), 1), mostListed))
  if (made.length === 0) return []
  const user = await unlessGone(ground.directory.user(person.id))
  const listed: Undoable[] = []
  // One after the other: each asks the directory, and there are few.
  for (const one of made) listed.push(await describe(ground, one, user))
  return listed
}

async function madeFor({ database, clock, policy }: UndoGround, person: Who, limit: number) {
  const rows = await database
    .selectFrom('operations')
    .selectAll()
    .where('tenant_id', '=', person.tenant)
    .where('target_id', '=', person.id)
    .where('before', 'is not', null)
    .where('name', 'in', [...accessOperations])
    .where('state', 'in', ['done', 'unclear'])
    .where('finished_at', '>', new Date(clock().getTime() - policy.access.undoFor))
    .where('undone_by', 'is', null)
    .where(
      // What found everything as it was to be has changed nothing.
      sql<boolean>`case name
        when 'grant-access' then before ->> 'member' = 'false'
        when 'revoke-access' then before ->> 'member' = 'true'
        when 'disable-account' then before ->> 'accountEnabled' = 'true'
        else before ->> 'accountEnabled' = 'false' end`,
    )
    .orderBy('finished_at', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.flatMap((row) => asMadeChange(row) ?? [])
}

async function describe(
  ground: UndoGround,
  made: MadeChange,
  user: Awaited<ReturnType<Directory['user']>> | undefined,
): Promise<Undoable> {
  const day = dayIn(ground.policy.access.timeZone)
  const who = user ? nameOf({ name: user.displayName }) : 'Somebody who is not in the directory any more'
  const group = made.about.group && nameOf(made.about.group)
  const line = {
    operation: made.id,
    sentence: `${who} ${done[made.name](group ?? 'a group')} on ${day(made.finishedAt)}${
      made.state === 'unclear' ? ', as far as I know' : ''
    }`,
    undo: undoWords[made.name](who, group ?? 'the group'),
  }
  if (!user) return { ...line, conflicts: ['The account is not in the directory any more.'], possible: false }
  const [impossible, asBefore, later] = await Promise.all([
    cannotUndo(ground, made),
    asItWas(ground, made, user.accountEnabled),
    laterChanges(ground.database, made),
  ])
  const since = later.map(
    ({ name, finishedAt }) => `Later on, ${who} ${done[name](group ?? 'a group')} on ${day(finishedAt)}.`,
  )
  return {
    ...line,
    conflicts: [...(impossible === undefined ? [] : [impossible]), ...(asBefore ? [asBefore] : []), ...since],
    possible: impossible === undefined && asBefore === undefined,
  }
}

/** Why an undo would change nothing: somebody was faster. */
async function asItWas(
  { directory }: UndoGround,
  { name, target, about, before }: MadeChange,
  accountEnabled: boolean | undefined,
): Promise<string | undefined> {
  const { group } = about
  if (group) {
    const member = await memberNow(directory, group.id, target)
    if (member === undefined) return 'The group is not in the directory any more.'
    if (member !== before.member) return undefined
    return name === 'grant-access' ? 'The membership is gone already.' : 'The membership is there again already.'
  }
  if (accountEnabled !== before.accountEnabled) return undefined
  return name === 'disable-account' ? 'Sign-in is allowed again already.' : 'Sign-in is blocked again already.'
}

async function memberNow(directory: UndoGround['directory'], group: GroupId, person: MadeChange['target']) {
  return await unlessGone(directory.isMember(group, person))
}

async function unlessGone<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof DirectoryError && error.code === 'not-found') return undefined
    throw error
  }
}

/** What was done later with the same group, or with the same account. */
async function laterChanges(database: Kysely<Schema>, made: MadeChange): Promise<readonly MadeChange[]> {
  const group = made.about.group?.id ?? null
  const rows = await database
    .selectFrom('operations')
    .selectAll()
    .where('tenant_id', '=', made.tenant)
    .where('target_id', '=', made.target)
    .where('before', 'is not', null)
    .where('name', 'in', [...accessOperations])
    .where('state', 'in', ['done', 'unclear'])
    .where('started_at', '>', made.startedAt)
    .where('id', '!=', made.id)
    .where(sql<boolean>`(about -> 'group' ->> 'id') is not distinct from ${group}`)
    .orderBy('started_at')
    .limit(mostConflicts)
    .execute()
  return rows.flatMap((row) => asMadeChange(row) ?? [])
}

const done: Readonly<Record<AccessOperation, (group: string) => string>> = {
  'grant-access': (group) => `was added to ${group}`,
  'revoke-access': (group) => `was removed from ${group}`,
  'disable-account': () => 'was blocked from signing in',
  'enable-account': () => 'was allowed to sign in',
}

const undoWords: Readonly<Record<AccessOperation, (who: string, group: string) => string>> = {
  'grant-access': (who, group) => `Remove ${who} from ${group}`,
  'revoke-access': (who, group) => `Add ${who} to ${group} again, until the end that was approved`,
  'disable-account': (who) => `Allow ${who} to sign in again`,
  'enable-account': (who) => `Block sign-in of ${who} and end all sessions`,
}

function dayIn(timeZone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone })
  return (at) => format.format(at)
}
