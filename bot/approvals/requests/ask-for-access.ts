import { sql } from 'kysely'
import type { Person } from '../../identity/person.ts'
import { accessClosed } from '../../lockdown/access-closed.ts'
import { plainText } from '../../plain-text.ts'
import type { Stage } from '../../policy/catalogue/catalogue.ts'
import { durations } from '../../policy/duration.ts'
import { subjectOf } from './ask-card.ts'
import { auditOfBeginning } from './audit-step.ts'
import { clashes } from './conflict-now.ts'
import type { RequestGround } from './ground.ts'
import type { AccessRequest, Terms } from './request.ts'
import { insertRequest, openRequestOf, readRequest, requestsSince } from './requests.ts'
import { beginRequest, needsApprovers } from './steps.ts'
import { lookForApprovers } from './take-step.ts'
import { whoItWaitsFor } from './waiting-words.ts'

export interface AccessWish {
  /** Also the ticket's id; the same id is the same request, however often it is asked. */
  readonly id: string
  readonly requester: Person
  readonly terms: Terms
  readonly stages: readonly Stage[]
  readonly correlationId: string
}

/** A request that stands, with its ticket's number and the posts to be brought out; or why there is none, as a sentence. */
export type AskedForAccess =
  | { readonly ok: true; readonly request: AccessRequest; readonly number: number; readonly posts: readonly string[] }
  | { readonly ok: false; readonly sentence: string }

/**
 * Writes a request down with its ticket and its line in the audit, and asks its first approvers. Where the directory does not say
 * who they are, the request stands all the same and a job goes on.
 * @throws the database's errors; asking again with the same id is harmless
 */
export async function askForAccess(ground: RequestGround, wish: AccessWish): Promise<AskedForAccess> {
  const { requester, terms } = wish
  if (terms.requester.id !== requester.id) throw new Error(`request ${wish.id} names another requester`)
  const closed = await accessClosed(ground, requester.tenant)
  if (closed !== undefined && !(await readRequest(ground.database, wish.id))) return { ok: false, sentence: closed }
  const begun = await begin(ground, wish)
  if (typeof begun === 'string') return { ok: false, sentence: begun }
  const { request, number } = begun
  if (!needsApprovers(request)) return { ok: true, request, number, posts: [] }
  try {
    return { ok: true, number, ...(await lookForApprovers(ground, request)) }
  } catch (error) {
    // What is written is asked for: it is due, and nobody has to ask twice.
    const why = error instanceof Error ? error.message : String(error)
    ground.log.warn({ request: request.id, error: why }, 'the first approvers could not be looked for; a job goes on')
    return { ok: true, request, number, posts: [] }
  }
}

type Begun = { readonly request: AccessRequest; readonly number: number } | string

async function begin(ground: RequestGround, wish: AccessWish): Promise<Begun> {
  const { id, requester, terms, stages, correlationId } = wish
  const { perPersonPerDay } = ground.policy.access.limits
  return await ground.database.transaction().execute(async (transaction) => {
    // Who asks for two things at the same moment is counted twice.
    const lock = `access-requests:${requester.tenant}:${requester.id}`
    await sql`select pg_advisory_xact_lock(hashtextextended(${lock}, 0))`.execute(transaction)
    const tickets = ground.ticketsIn(transaction)
    const title = plainText(subjectOf(terms), 200)
    const ticket = { id, person: requester, kind: 'request' as const, title, correlationId }
    const standing = await readRequest(transaction, id)
    if (standing) {
      const theirs = standing.tenant === requester.tenant && standing.terms.requester.id === requester.id
      return theirs ? { request: standing, number: (await tickets.open(ticket)).number } : anotherOnes
    }
    const askedAt = ground.clock()
    const since = new Date(askedAt.getTime() - durations.day)
    const before = await requestsSince(transaction, requester.tenant, requester.id, since)
    if (before >= perPersonPerDay) return tooOften(before)
    // Nor does anybody else ask for the same person meanwhile: two things that do not go together would not see each other.
    const person = `access-for:${requester.tenant}:${terms.person.id}`
    await sql`select pg_advisory_xact_lock(hashtextextended(${person}, 0))`.execute(transaction)
    if (await clashes(transaction, ground.catalogue, requester.tenant, wish)) return justAsked
    const request = beginRequest({
      id,
      tenant: requester.tenant,
      terms,
      stages,
      askedAt,
      expiresAt: new Date(askedAt.getTime() + ground.policy.access.expiresAfter),
      correlationId,
    })
    const written = await insertRequest(transaction, request)
    if (written === 'there-already') return anotherOnes
    if (written === 'asked-already') {
      const open = await openRequestOf(transaction, requester.tenant, terms.person.id, terms)
      return open ? askedAlready(open, requester) : justEnded
    }
    const { number } = await tickets.open(ticket)
    await ground.audit.appendWithin(transaction, auditOfBeginning(request, ground))
    return { request, number }
  })
}

const anotherOnes = 'That could not be asked for. Please start again.'
const justAsked =
  'Something that does not go with it has been asked for or given meanwhile. Please write to me to ask again.'
const justEnded = 'The same has been asked for, and was decided this very moment. Please ask again if you need to.'

function tooOften(count: number): string {
  const times = count === 1 ? 'once' : `${count} times`
  return `You have asked for access ${times} in the last 24 hours, and more I may not pass on. Please try again tomorrow, or ask IT.`
}

function askedAlready(open: AccessRequest, { id }: Person): string {
  const { requester } = open.terms
  const who = requester.id === id ? 'You have' : `${plainText(requester.name, 100)} has`
  return `${who} asked for that already. ${whoItWaitsFor(open)}`
}
