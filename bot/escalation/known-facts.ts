import type { Kysely } from 'kysely'
import type { Directory, DirectoryUser } from '../directory/directory.ts'
import type { UserId } from '../identity/person.ts'
import { listOfDialog } from '../identity/proofs.ts'
import { operationTitle } from '../operations/titles.ts'
import type { Schema } from '../store/schema.ts'
import type { Fact, ThreadDraft } from './escalation.ts'
import { clockTime, nameOf, proofTitles } from './words.ts'

/** Names and titles are no reason to keep IT waiting. */
const patience = 1_500

/** Somebody's entry in the directory, if it comes at once. */
export async function lookUp(directory: Pick<Directory, 'user'>, id: UserId): Promise<DirectoryUser | undefined> {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => late.resolve(undefined), patience)
  const found = directory.user(id).catch(() => undefined)
  return await Promise.race([found, late.promise]).finally(() => clearTimeout(timer))
}

/** Who it is about: name, job and department, as far as they are known. */
export function whoFact(draft: Pick<ThreadDraft, 'person'>, user: DirectoryUser | undefined): Fact {
  const name = nameOf({ name: draft.person.name || user?.displayName || 'Name not known' })
  return { title: 'Who', value: [name, user?.jobTitle, user?.department].filter(Boolean).join(', ') }
}

/** What our own tables know of the conversation: what it was for, how the person proved themselves, what was tried. */
export async function factsOfDialog(
  database: Kysely<Schema>,
  draft: ThreadDraft,
  now: Date,
): Promise<{ readonly askedFor: readonly Fact[]; readonly tried: readonly Fact[] }> {
  const { dialogId, person } = draft
  if (dialogId === undefined)
    return { askedFor: [], tried: draft.reason === 'undelivered' ? [] : [{ title: 'Verified', value: 'not verified' }] }
  const [ticket, proofs, wrong, asked, operations] = await Promise.all([
    database.selectFrom('tickets').select('title').where('id', '=', dialogId).executeTakeFirst(),
    listOfDialog(database, dialogId, person),
    database
      .selectFrom('throttles')
      .select(['method', 'failures_in_row', 'locked_until', 'locked_for_good'])
      .where('tenant_id', '=', person.tenant)
      .where('user_id', '=', person.id)
      .where('method', 'in', ['totp', 'questions'])
      .where('failures_in_row', '>', 0)
      .orderBy('method', 'desc')
      .execute(),
    database
      .selectFrom('confirmations')
      .select('state')
      .where('dialog_id', '=', dialogId)
      .where('state', 'in', ['denied', 'expired'])
      .limit(5)
      .execute(),
    database
      .selectFrom('operations')
      .select(['name', 'state', 'started_at'])
      .where('dialog_id', '=', dialogId)
      .orderBy('started_at', 'desc')
      .limit(5)
      .execute(),
  ])
  const verified = proofs
    .slice(0, 5)
    .map(
      ({ method, at, counts }) => `${proofTitles[method]} at ${clockTime(at)}${counts ? '' : ' (does not count yet)'}`,
    )
  const tried = [
    ...wrong.map((counters) => wrongTries(counters, now)),
    ...asked.map(({ state }) =>
      state === 'denied'
        ? 'whoever was asked to confirm did not'
        : 'whoever was asked to confirm did not answer in time',
    ),
    ...operations.map(
      ({ name, state, started_at }) => `${operationTitle(name)} at ${clockTime(started_at)}: ${operationStates[state]}`,
    ),
  ]
  return {
    askedFor: ticket ? [{ title: 'Asked for', value: ticket.title }] : [],
    tried: [
      { title: 'Verified', value: verified.length > 0 ? verified.join('; ') : 'not verified' },
      ...(tried.length > 0 ? [{ title: 'Tried', value: tried.join('; ') }] : []),
    ],
  }
}

function wrongTries(
  of: { method: string; failures_in_row: number; locked_until: Date | null; locked_for_good: boolean },
  now: Date,
): string {
  const what = of.method === 'totp' ? 'code' : 'answer'
  const count = `${of.failures_in_row} wrong ${what}${of.failures_in_row === 1 ? '' : 's'} in a row`
  if (of.locked_for_good) return `${count}, locked for good`
  return of.locked_until && of.locked_until > now ? `${count}, locked until ${clockTime(of.locked_until)}` : count
}

const operationStates = {
  running: 'under way',
  done: 'done',
  refused: 'refused',
  failed: 'failed',
  unclear: 'not known whether it happened',
} as const
