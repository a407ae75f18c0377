import assert from 'node:assert/strict'
import { settleAccess } from '../../../bot/access/settle.ts'
import type { AccessRequest, Ask, Terms } from '../../../bot/approvals/requests/request.ts'
import { termsHash } from '../../../bot/approvals/requests/terms.ts'
import { auditTrail } from '../../../bot/audit/trail.ts'
import type { Directory } from '../../../bot/directory/directory.ts'
import { itMembership } from '../../../bot/identity/it-membership.ts'
import { type GroupId, groupId, tenantId, type UserId, userId } from '../../../bot/identity/person.ts'
import { newProof, record } from '../../../bot/identity/proofs.ts'
import { disableAccount } from '../../../bot/operations/disable-account.ts'
import { enableAccount } from '../../../bot/operations/enable-account.ts'
import { grantAccess } from '../../../bot/operations/grant-access.ts'
import type { OperationRequest, OperationResult } from '../../../bot/operations/operation.ts'
import { revokeAccess } from '../../../bot/operations/revoke-access.ts'
import { type Ended, operationSteps, type Steps } from '../../../bot/operations/run-operation.ts'
import type { Catalogue } from '../../../bot/policy/catalogue/catalogue.ts'
import type { Policy } from '../../../bot/policy/policy.ts'
import { type CastKey, wellKnown, wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import { startTestPostgres } from '../../support/postgres.ts'
import { openTenantDirectory } from '../directory/tenant-directory.ts'
import { defaultPolicy } from '../policy/examples.ts'

export const company = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
export const of = (key: CastKey): UserId => userId.parse(wellKnown[key].id)
export type GroupKey = keyof typeof wellKnownGroups
export const group = (key: GroupKey): GroupId => groupId.parse(wellKnownGroups[key])
export const day = 86_400_000

/** What stands in the tables about one membership or one contract, in order unless something is said. */
export interface Case {
  readonly id?: string
  readonly person?: CastKey
  readonly requester?: CastKey
  readonly group?: GroupKey
  readonly approvers?: readonly CastKey[]
  readonly terms?: Partial<Terms>
  /** What somebody wrote into the document, over what is right. */
  readonly document?: (right: AccessRequest) => AccessRequest
  readonly state?: 'waiting' | 'active' | 'ended' | 'failed'
  readonly startsAt?: Date
  readonly endsAt?: Date | null
  readonly contract?: string
  readonly hadBefore?: boolean | null
}

export type AccessOffice = Awaited<ReturnType<typeof openAccessOffice>>

/** A practice tenant, a database, and the real steps of the operations on them; with a clock of its own. */
export async function openAccessOffice() {
  const { tenant, directory, close } = await openTenantDirectory({ people: 60 })
  const postgres = await startTestPostgres()
  const { database } = postgres
  const time = { now: new Date('2026-11-23T09:00:00.000Z') }
  const clock = () => new Date(time.now)
  const ended: Ended[] = []
  const settled: { readonly id: string; readonly detail: Readonly<Record<string, string>> }[] = []
  const audit = auditTrail(database, clock)
  const isIt = itMembership(directory, group('itHelpDesk'))
  let made = 0

  function stepsWith(
    parts: { readonly policy?: Policy; readonly catalogue?: Catalogue; readonly directory?: Partial<Directory> } = {},
  ): Steps {
    const policy = parts.policy ?? defaultPolicy
    const none = { entries: [], conflicts: [], contracts: undefined, version: '000000000000' }
    const real = settleAccess({ clock, policy, catalogue: none, audit })
    return operationSteps({
      database,
      audit,
      directoryFor: () => ({ ...directory, ...parts.directory }),
      groupWithin: (one, groups) => directory.groupWithin(one, groups),
      policy,
      catalogue: parts.catalogue ?? none,
      clock,
      isIt,
      mayChange: async () => true,
      operations: [grantAccess, revokeAccess, disableAccount, enableAccount],
      notices: async () => [],
      settleAccess: async (transaction, request, result, detail) => {
        settled.push({ id: request.id, detail })
        return await real(transaction, request, result, detail)
      },
      afterwards: async (one) => void ended.push(one),
      pause: async () => undefined,
    })
  }

  /** All steps of an operation, one after the other as the engine takes them. */
  async function run(request: OperationRequest, parts: Parameters<typeof stepsWith>[0] = {}): Promise<OperationResult> {
    const steps = stepsWith(parts)
    const prepared = await steps.prepare(request)
    if (prepared.verdict === 'stop') return prepared.result
    const changed = await steps.change(request, prepared.before)
    return await steps.conclude(request, prepared, changed, await steps.readBack(request, prepared.before))
  }

  function approvedRequest(id: string, given: Case, ofContract: boolean): AccessRequest {
    const person = given.person ?? 'ada'
    const requester = given.requester ?? person
    const key = given.group ?? 'financeReports'
    const named = (one: CastKey) => ({ id: of(one), name: wellKnown[one].name })
    const terms: Terms = {
      kind: ofContract ? 'contract' : 'access',
      requester: named(requester),
      person: named(person),
      entry: ofContract ? null : 'entry',
      title: ofContract ? 'Packaging line' : 'Finance reports: read',
      opens: 'See the figures.',
      group: ofContract ? null : { id: group(key), name: key },
      risk: 'low',
      reason: 'The quarter ends.',
      startsAt: null,
      lasts: { for: 30 * day },
      conflicts: [],
      extends: null,
      ...given.terms,
    }
    const at = new Date(time.now.getTime() - 60_000).toISOString()
    const asks = (given.approvers ?? ['maya']).map(
      (approver, index): Ask => ({
        id: `${id}:${index}`,
        stage: 0,
        panel: 0,
        approver: named(approver),
        as: 'manager',
        state: 'approved',
        insteadOf: null,
        hash: termsHash(terms),
        askedAt: at,
        remindAt: null,
        reminders: 0,
        handOverAt: null,
        decidedAt: at,
        reason: null,
        proof: terms.risk === 'high' ? { method: 'totp', at } : null,
      }),
    )
    return {
      id,
      tenant: company,
      state: 'approved',
      terms,
      earlier: [],
      stages: [[{ from: 'manager', need: asks.length }]],
      stage: 0,
      asks,
      questions: [],
      askedAt: at,
      expiresAt: new Date(time.now.getTime() + 7 * day).toISOString(),
      decidedAt: at,
      ending: null,
      correlationId: `correlation-${id}`,
    }
  }

  async function writeRequest(id: string, given: Case, ofContract: boolean): Promise<AccessRequest> {
    const right = approvedRequest(id, given, ofContract)
    const document = given.document?.(right) ?? right
    await database
      .insertInto('access_requests')
      .values({
        id,
        tenant_id: company,
        requester_id: right.terms.requester.id,
        person_id: right.terms.person.id,
        kind: right.terms.kind,
        entry: right.terms.entry,
        extends: null,
        state: document.state,
        document: JSON.stringify(document),
        correlation_id: right.correlationId,
        asked_at: new Date(right.askedAt),
        decided_at: right.decidedAt === null ? null : new Date(right.decidedAt),
        due_at: null,
      })
      .execute()
    return right
  }

  const moments = (given: Case) => {
    const startsAt = given.startsAt ?? new Date(time.now.getTime() - 60_000)
    return {
      starts: startsAt,
      ends: given.endsAt === undefined ? new Date(startsAt.getTime() + 30 * day) : given.endsAt,
    }
  }

  /** An approved request and its grant. @returns the grant's id; the request's is `request-<number>` of the same number */
  async function granted(given: Case = {}): Promise<{ readonly grant: string; readonly request: string }> {
    const number = ++made
    const ids = { grant: given.id ?? `grant-${number}`, request: `request-${number}` }
    const { terms, correlationId } = await writeRequest(ids.request, given, false)
    const { starts, ends } = moments(given)
    assert.ok(terms.group)
    await database
      .insertInto('access_grants')
      .values({
        id: ids.grant,
        tenant_id: company,
        person_id: terms.person.id,
        person_name: terms.person.name,
        group_id: terms.group.id,
        group_name: terms.group.name,
        entry: 'entry',
        title: terms.title,
        requester_id: terms.requester.id,
        requester_name: terms.requester.name,
        request_id: ids.request,
        approvers: JSON.stringify([]),
        reason: terms.reason,
        contract_id: given.contract ?? null,
        state: given.state ?? 'waiting',
        starts_at: starts,
        ends_at: ends,
        granted_at: given.state === 'active' ? starts : null,
        ended_at: null,
        ending: null,
        had_before: given.hadBefore ?? (given.state === 'active' ? false : null),
        gone_at: null,
        look_at: null,
        due_at: starts,
        correlation_id: correlationId,
      })
      .execute()
    return ids
  }

  /** An approved request for a contract, and the contract. */
  async function contracted(given: Case = {}): Promise<{ readonly contract: string; readonly request: string }> {
    const number = ++made
    const ids = { contract: `contract-${number}`, request: `request-${number}` }
    const whose: Case = { person: 'gil', requester: 'operationsHead', approvers: ['chief'], ...given }
    const { terms, correlationId } = await writeRequest(ids.request, whose, true)
    const { starts, ends } = moments(given)
    assert.ok(ends)
    await database
      .insertInto('contracts')
      .values({
        id: ids.contract,
        tenant_id: company,
        person_id: terms.person.id,
        person_name: terms.person.name,
        sponsor_id: terms.requester.id,
        sponsor_name: terms.requester.name,
        project: terms.title,
        request_id: ids.request,
        state: given.state ?? 'waiting',
        starts_at: starts,
        ends_at: ends,
        ended_at: null,
        ending: null,
        sponsor_gone_at: null,
        look_at: null,
        due_at: starts,
        correlation_id: correlationId,
      })
      .execute()
    return ids
  }

  async function operation(id: string) {
    return await database.selectFrom('operations').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  }

  type Event = Readonly<Record<string, unknown>> & { readonly detail?: Readonly<Record<string, string>> }
  async function auditOf(id: string, kind: 'intent' | 'outcome'): Promise<Event | undefined> {
    const rows = await database.selectFrom('audit').select('event').execute()
    return rows.map(({ event }) => event as Event).find((event) => event.operationId === id && event.kind === kind)
  }

  return {
    tenant,
    directory,
    database,
    time,
    clock,
    ended,
    settled,
    isIt,
    audit,
    stepsWith,
    run,
    granted,
    contracted,
    operation,
    auditOf,
    /** Somebody gives a code in a dialog. */
    prove: (who: CastKey, dialogId: string) =>
      record(
        database,
        newProof({ person: { tenant: company, id: of(who) }, method: 'totp', dialogId, at: clock(), counts: true }),
      ),
    isMember: (key: GroupKey, person: CastKey) => directory.isMember(group(key), of(person)),
    /** Forgets every row, and takes everybody out whom a test may have let in. */
    async clear() {
      for (const table of ['operations', 'access_grants', 'access_requests', 'contracts', 'posts', 'proofs'] as const)
        await database.deleteFrom(table).execute()
      ended.length = 0
      settled.length = 0
      tenant.control.faults.clear()
      for (const key of ['financeReports', 'productLaunch'] as const)
        for (const person of ['maya', 'gil', 'noor', 'ravi'] as const)
          tenant.control.removeMember(group(key), of(person))
      tenant.control.removeMember(group('financeReports'), of('ada'))
      for (const person of ['gil', 'ada', 'maya'] as const)
        tenant.control.editUser(of(person), { accountEnabled: true })
    },
    async close() {
      await postgres.close()
      await close()
    },
  }
}

/** A request for an operation about Ada and Finance Reports, as the job would make it, unless said otherwise. */
export function asking(id: string, parts: Partial<OperationRequest>): OperationRequest {
  return {
    id,
    name: 'grant-access',
    tenant: company,
    actor: 'helpbot',
    target: of('ada'),
    dialogId: null,
    ticketId: id,
    correlationId: `correlation-${id}`,
    why: 'a test',
    ...parts,
  }
}

export function about(
  warrant: NonNullable<OperationRequest['access']>['warrant'],
  key: GroupKey | null = 'financeReports',
) {
  return {
    access: { group: key === null ? null : { id: group(key), name: key }, title: 'Finance reports: read', warrant },
  }
}
