import type { Kysely, Transaction } from 'kysely'
import type { TenantId, UserId } from '../../identity/person.ts'
import type { Schema } from '../../store/schema.ts'
import type { AccessRequest, RequestKind } from './request.ts'
import { parseRequest } from './request-document.ts'
import { nextDue } from './steps.ts'

type Connection = Kysely<Schema> | Transaction<Schema>

const mostListed = 50

/** Reads a request and keeps its row until the transaction ends, so that what happens to it happens one after the other. */
export async function holdRequest(transaction: Transaction<Schema>, id: string): Promise<AccessRequest | undefined> {
  const row = await transaction
    .selectFrom('access_requests')
    .select('document')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  return row && parseRequest(row.document)
}

export async function readRequest(database: Connection, id: string): Promise<AccessRequest | undefined> {
  const row = await database.selectFrom('access_requests').select('document').where('id', '=', id).executeTakeFirst()
  return row && parseRequest(row.document)
}

/**
 * Writes a request that was just begun; it is due as soon as its approvers must be looked for.
 * @returns there-already: one of this id stands, and is left as it is. asked-already: an open one for the same thing and the
 *   same person stands. Neither ends the transaction.
 */
export async function insertRequest(
  transaction: Transaction<Schema>,
  request: AccessRequest,
): Promise<'written' | 'there-already' | 'asked-already'> {
  const { terms } = request
  const written = await transaction
    .insertInto('access_requests')
    .values({
      id: request.id,
      tenant_id: request.tenant,
      requester_id: terms.requester.id,
      person_id: terms.person.id,
      kind: terms.kind,
      entry: terms.entry,
      extends: terms.extends,
      correlation_id: request.correlationId,
      asked_at: new Date(request.askedAt),
      ...changing(request),
    })
    // Of either index: the same id, or the same thing asked for (one_open_request). Waits for whoever is just writing it.
    .onConflict((conflict) => conflict.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (written) return 'written'
  return (await readRequest(transaction, request.id)) ? 'there-already' : 'asked-already'
}

/** Writes what became of a request whose row is held. */
export async function writeRequest(transaction: Transaction<Schema>, request: AccessRequest): Promise<void> {
  await transaction.updateTable('access_requests').set(changing(request)).where('id', '=', request.id).execute()
}

/** Lets a request whose row is held be due again later, with nothing else changed. */
export async function restRequest(transaction: Transaction<Schema>, id: string, until: Date): Promise<void> {
  await transaction.updateTable('access_requests').set({ due_at: until }).where('id', '=', id).execute()
}

function changing(request: AccessRequest) {
  return {
    state: request.state,
    document: JSON.stringify(request),
    decided_at: request.decidedAt === null ? null : new Date(request.decidedAt),
    due_at: request.state === 'open' ? nextDue(request) : null,
  }
}

/** What makes two open requests for one person the same. */
export interface AskedFor {
  readonly kind: RequestKind
  readonly entry: string | null
  readonly extends: string | null
}

/** The open request by which the person would get this. There is at most one. */
export async function openRequestOf(
  database: Connection,
  tenant: TenantId,
  person: UserId,
  what: AskedFor,
): Promise<AccessRequest | undefined> {
  const row = await database
    .selectFrom('access_requests')
    .select('document')
    .where('tenant_id', '=', tenant)
    .where('person_id', '=', person)
    .where('kind', '=', what.kind)
    .where('entry', 'is not distinct from', what.entry)
    .where('extends', 'is not distinct from', what.extends)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return row && parseRequest(row.document)
}

/** What somebody has asked for, for themselves or for others, newest first; at most `limit`, and never more than 50. */
export async function requestsOf(
  database: Connection,
  tenant: TenantId,
  requester: UserId,
  limit: number,
): Promise<readonly AccessRequest[]> {
  const rows = await database
    .selectFrom('access_requests')
    .select('document')
    .where('tenant_id', '=', tenant)
    .where('requester_id', '=', requester)
    .orderBy('asked_at', 'desc')
    .orderBy('id')
    .limit(Math.min(Math.max(Math.trunc(limit), 1), mostListed))
    .execute()
  return rows.map(({ document }) => parseRequest(document))
}

/** What others have asked for somebody and what is still open, newest first; at most `limit`, and never more than 50. */
export async function openRequestsFor(
  database: Connection,
  tenant: TenantId,
  person: UserId,
  limit: number,
): Promise<readonly AccessRequest[]> {
  const rows = await database
    .selectFrom('access_requests')
    .select('document')
    .where('tenant_id', '=', tenant)
    .where('person_id', '=', person)
    .where('requester_id', '!=', person)
    .where('state', '=', 'open')
    .orderBy('asked_at', 'desc')
    .orderBy('id')
    .limit(Math.min(Math.max(Math.trunc(limit), 1), mostListed))
    .execute()
  return rows.map(({ document }) => parseRequest(document))
}

/** How many requests somebody has made since. */
export async function requestsSince(
  database: Connection,
  tenant: TenantId,
  requester: UserId,
  since: Date,
): Promise<number> {
  const { count } = await database
    .selectFrom('access_requests')
    .select(({ fn }) => fn.countAll<string>().as('count'))
    .where('tenant_id', '=', tenant)
    .where('requester_id', '=', requester)
    .where('asked_at', '>', since)
    .executeTakeFirstOrThrow()
  return Number(count)
}
