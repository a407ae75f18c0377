import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Selectable } from 'kysely'
import type { AccessRequest } from '../../bot/approvals/requests/request.ts'
import { termsHash } from '../../bot/approvals/requests/terms.ts'
import type { UserId } from '../../bot/identity/person.ts'
import type { Schema } from '../../bot/store/schema.ts'
import { practice } from '../../infra/practice/company.ts'
import type { TestCompany } from './company.ts'

const minute = 60_000

/** Somebody, as the tables name them. */
interface Named {
  readonly id: string
  readonly name: string
}

/** A request that was approved and the grant it led to: more are made like them. */
export interface Example {
  readonly request: Selectable<Schema['access_requests']>
  readonly grant: Selectable<Schema['access_grants']>
}

/** The last request and grant there are. */
export async function exampleOf({ database }: Pick<TestCompany, 'database'>): Promise<Example> {
  return {
    request: await database.selectFrom('access_requests').selectAll().executeTakeFirstOrThrow(),
    grant: await database.selectFrom('access_grants').selectAll().executeTakeFirstOrThrow(),
  }
}

/** A grant of somebody that is due now: to begin, or to end. */
export async function insertGrant(
  { database, now: clock }: Pick<TestCompany, 'database' | 'now'>,
  example: Example,
  { id: personId, name }: Named,
  state: 'waiting' | 'active',
): Promise<void> {
  const now = clock()
  const id = randomUUID()
  const named = { id: personId as UserId, name }
  if (state === 'waiting') {
    const document = example.request.document as AccessRequest
    const terms = { ...document.terms, requester: named, person: named, lasts: 'permanent' as const }
    const asks = document.asks.map((ask) => ({ ...ask, id: `${id}:1`, hash: termsHash(terms) }))
    const request = { ...document, id, terms, asks }
    await database
      .insertInto('access_requests')
      .values({
        ...example.request,
        id,
        requester_id: personId,
        person_id: personId,
        document: JSON.stringify(request),
      })
      .execute()
  }
  await database
    .insertInto('access_grants')
    .values({
      ...example.grant,
      id: `grant:${id}`,
      person_id: personId,
      person_name: name,
      requester_id: personId,
      requester_name: name,
      request_id: id,
      approvers: JSON.stringify(example.grant.approvers),
      state,
      starts_at: new Date(now.getTime() - minute),
      ends_at: state === 'waiting' ? null : now,
      granted_at: state === 'waiting' ? null : new Date(now.getTime() - minute),
      had_before: state === 'waiting' ? null : false,
      look_at: null,
      attempts: 0,
      reminded: 2,
      due_at: now,
      correlation_id: randomUUID(),
    })
    .execute()
}

/** Nobody waits for a grant any more, and none is looked after. */
export async function endAllGrants({ database }: Pick<TestCompany, 'database'>): Promise<void> {
  await database
    .updateTable('access_grants')
    .set({ state: 'ended', due_at: null })
    .where('state', 'in', ['waiting', 'active'])
    .execute()
}

/** The right to say "this wasn't me" that stands in a mail. @returns its token */
export async function insertRecourse(
  { database, now: clock }: Pick<TestCompany, 'database' | 'now'>,
  { id }: Named,
): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const now = clock()
  await database
    .insertInto('recourses')
    .values({
      id: `test:${randomUUID()}`,
      tenant_id: practice.tenantId,
      user_id: id,
      about: 'operation:test',
      token_hash: createHash('sha256').update(token).digest('hex'),
      correlation_id: randomUUID(),
      created_at: now,
      expires_at: new Date(now.getTime() + 60 * minute),
      used_at: null,
      used_by: null,
    })
    .execute()
  return token
}
