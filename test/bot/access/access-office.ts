import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { type Kysely, sql } from 'kysely'
import pino from 'pino'
import { readContract } from '../../../bot/access/contracts.ts'
import { workOffContracts } from '../../../bot/access/due-contracts.ts'
import { workOffGrants } from '../../../bot/access/due-grants.ts'
import { readGrant } from '../../../bot/access/grants.ts'
import type { AccessGround } from '../../../bot/access/ground.ts'
import { approvedAccess } from '../../../bot/access/make-grant.ts'
import { settleAccess } from '../../../bot/access/settle.ts'
import type { AccessRequest, Terms } from '../../../bot/approvals/requests/request.ts'
import { termsHash } from '../../../bot/approvals/requests/terms.ts'
import { auditTrail } from '../../../bot/audit/trail.ts'
import type { CardContent } from '../../../bot/channels/chat.ts'
import type { ThreadDraft } from '../../../bot/escalation/escalation.ts'
import { groupId, type Person } from '../../../bot/identity/person.ts'
import { disableAccount } from '../../../bot/operations/disable-account.ts'
import { enableAccount } from '../../../bot/operations/enable-account.ts'
import { grantAccess } from '../../../bot/operations/grant-access.ts'
import type { OperationResult } from '../../../bot/operations/operation.ts'
import { revokeAccess } from '../../../bot/operations/revoke-access.ts'
import { operationSteps, type Steps } from '../../../bot/operations/run-operation.ts'
import type { Stage } from '../../../bot/policy/catalogue/catalogue.ts'
import { loadPolicy } from '../../../bot/policy/policy.ts'
import { defaultPolicyFile } from '../../../bot/policy/read-policy.ts'
import type { Schema } from '../../../bot/store/schema.ts'
import { builtInTickets } from '../../../bot/tickets/built-in.ts'
import { changePosts, readPost, writePosts } from '../../../bot/turns/outbox.ts'
import { startTestPostgres } from '../../support/postgres.ts'
import { days, newRing, somebody, startClock } from '../identity/people.ts'
import { inlineEngine } from './inline-engine.ts'
import { memoryDirectory } from './memory-directory.ts'

export const byManager: readonly Stage[] = [[{ from: 'manager', need: 1 }]]

/** Grants, contracts and their operations on a real database; the directory, IT and the chats alone are stand-ins. */
export async function openAccessOffice() {
  const postgres = await startTestPostgres()
  const { database } = postgres
  const clock = startClock()
  const tenant = somebody().tenant
  const person = (name: string): Person => ({ ...somebody(name), tenant })
  const [ada, maya, benoit, gil] = ['Ada Lindqvist', 'Maya Okonkwo', 'Benoît Lacroix', 'Gil Santos'].map(person)
  assert.ok(ada && maya && benoit && gil)
  const sales = groupId.parse(randomUUID())
  const reports = groupId.parse(randomUUID())
  const everybody = groupId.parse(randomUUID())
  const company = memoryDirectory()
  for (const one of [ada, maya, benoit]) company.addPerson(one)
  company.addPerson(gil, { userType: 'Guest' })
  company.managers.set(ada.id, maya.id)
  company.managers.set(maya.id, benoit.id)
  company.addGroup(sales, 'Sales Dashboard')
  company.addGroup(reports, 'Finance Reports')
  company.addGroup(everybody, 'All Employees', { dynamic: true })
  const toldIt: ThreadDraft[] = []
  const policy = loadPolicy(readFileSync(defaultPolicyFile, 'utf8'), 'default.yaml')
  const audit = auditTrail(database, clock.now)
  /** What the durable engine of all replicas has begun. */
  const running = new Map<string, Promise<OperationResult>>()

  function stepsOf(): Steps {
    return operationSteps({
      database,
      audit,
      directoryFor: () => company.directory,
      groupWithin: async () => [],
      policy,
      catalogue,
      clock: clock.now,
      isIt: async () => false,
      mayChange: async () => true,
      operations: [grantAccess, revokeAccess, disableAccount, enableAccount],
      notices: async () => [],
      settleAccess: settleAccess({ clock: clock.now, policy, catalogue, audit }),
      afterwards: async () => undefined,
      pause: async () => undefined,
    })
  }

  function ground(): AccessGround {
    const rows = { clock: clock.now, policy, catalogue, audit }
    return {
      ...rows,
      database,
      directory: company.directory,
      ticketsIn: (connection) => builtInTickets(connection, clock.now),
      escalation: {
        async open(draft) {
          if (!toldIt.some(({ id }) => id === draft.id)) toldIt.push(draft)
          return { number: 1, posts: [] }
        },
      },
      ring: newRing(),
      hasItChannel: true,
      channelIsStrong: (channel) => channel === 'teams',
      isIt: async () => false,
      approved: approvedAccess(rows),
      engine: inlineEngine(database, stepsOf(), running),
      log: pino({ level: 'silent' }),
    }
  }
  const catalogue: AccessGround['catalogue'] = {
    entries: [
      {
        key: 'sales-dashboard',
        system: 'Sales dashboard',
        title: 'Sales dashboard (read)',
        opens: 'See the figures of the sales team',
        group: sales,
        keywords: [],
        risk: 'low',
        approvals: byManager,
        longest: 90 * days,
        presets: [7 * days, 30 * days, 90 * days],
        visibleTo: 'everybody',
      },
      {
        key: 'all-employees',
        system: 'All employees',
        title: 'All employees',
        opens: 'Read what concerns everybody',
        group: everybody,
        keywords: [],
        risk: 'low',
        approvals: byManager,
        longest: undefined,
        presets: [],
        visibleTo: 'everybody',
      },
    ],
    conflicts: [],
    contracts: { groups: [], guests: true, longest: 180 * days, approvals: byManager, withoutSponsor: 3 * days },
    version: '000000000000',
  }
  const first = ground()

  const office = {
    database,
    clock,
    tenant,
    ada,
    maya,
    benoit,
    gil,
    sales,
    reports,
    everybody,
    company,
    toldIt,
    ground: first,
    /** Another process on the same database. */
    replica: ground,
    /** The steps of operations, one by one. */
    stepsOf,
    isMember: (group = sales, who = ada) => company.members.get(group)?.has(who.id) === true,
    /** Somebody approves at once: what is asked for is as it would be after all approvals. */
    async approve(changed: Partial<Terms> = {}, approver: Person = maya): Promise<AccessRequest> {
      const terms: Terms = {
        kind: 'access',
        requester: { id: ada.id, name: ada.name },
        person: { id: ada.id, name: ada.name },
        entry: 'sales-dashboard',
        title: 'Sales dashboard (read)',
        opens: 'See the figures of the sales team',
        group: { id: sales, name: 'Sales Dashboard' },
        risk: 'low',
        reason: 'For the quarterly report',
        startsAt: null,
        lasts: { for: 30 * days },
        conflicts: [],
        extends: null,
        ...changed,
      }
      const at = clock.now().toISOString()
      const id = randomUUID()
      const request: AccessRequest = {
        id,
        tenant,
        state: 'approved',
        terms,
        earlier: [],
        stages: byManager,
        stage: 0,
        asks: [
          {
            id: `${id}:1`,
            stage: 0,
            panel: 0,
            approver: { id: approver.id, name: approver.name },
            as: `manager of ${terms.person.name}`,
            state: 'approved',
            insteadOf: null,
            hash: termsHash(terms),
            askedAt: at,
            remindAt: null,
            reminders: 0,
            handOverAt: null,
            decidedAt: at,
            reason: null,
            proof: null,
          },
        ],
        questions: [],
        askedAt: at,
        expiresAt: new Date(clock.now().getTime() + 7 * days).toISOString(),
        decidedAt: at,
        ending: 'It was approved.',
        correlationId: randomUUID(),
      }
      await office.settleApproved(request)
      return request
    },
    /** Writes an approved request and what it makes, as the last step of a request does. */
    async settleApproved(request: AccessRequest) {
      const { id, terms, correlationId } = request
      await database.transaction().execute(async (transaction) => {
        await transaction
          .insertInto('access_requests')
          .values({
            id,
            tenant_id: tenant,
            requester_id: terms.requester.id,
            person_id: terms.person.id,
            kind: terms.kind,
            entry: terms.entry,
            extends: terms.extends,
            state: 'approved',
            document: JSON.stringify(request),
            correlation_id: correlationId,
            asked_at: new Date(request.askedAt),
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
        const shown = await first.approved(transaction, request)
        await writePosts(transaction, shown.posts, clock.now)
        await changePosts(transaction, shown.changes, clock.now)
      })
    },
    /** What is due, until nothing is any more. */
    async work(on = first) {
      for (let turn = 0; turn < 30; turn++) {
        await workOffContracts(on, { limit: 100, atOnce: 8 })
        await workOffGrants(on, { limit: 1_000, atOnce: 8 })
        if ((await due(database, clock.now())) === 0) return
      }
      assert.fail('something is due for ever')
    },
    async forward(milliseconds: number) {
      clock.forward(milliseconds)
      await office.work()
    },
    async grant(request: Pick<AccessRequest, 'id'>) {
      const grant = await readGrant(database, `grant:${request.id}`)
      assert.ok(grant)
      return grant
    },
    async contract(request: Pick<AccessRequest, 'id'>) {
      const contract = await readContract(database, `contract:${request.id}`)
      assert.ok(contract)
      return contract
    },
    /** The cards somebody was shown, oldest first. */
    async cards(who: Person, card?: string) {
      const rows = await database
        .selectFrom('posts')
        .select(['key', 'content'])
        .where('user_id', '=', who.id)
        .orderBy('created_at')
        .execute()
      const all = rows.map(({ key, content }) => ({ key, content: content as CardContent }))
      return all.filter(({ content }) => card === undefined || content.card === card)
    },
    /** Everything that somebody was told, as text. */
    async told(who: Person): Promise<string> {
      return (await office.cards(who)).map(({ content }) => JSON.stringify(content)).join('\n')
    },
    async post(key: string) {
      const post = await readPost(database, key)
      assert.ok(post, `no post ${key}`)
      return post
    },
    async audited(action: string) {
      const rows = await database.selectFrom('audit').select('event').orderBy('seq').execute()
      const events = rows.map(({ event }) => event as { action: string; kind: string; detail: Record<string, string> })
      return events.filter((event) => event.action === action)
    },
    /** The operations of a kind that were begun. */
    async begun(name: string) {
      return await database.selectFrom('operations').selectAll().where('name', '=', name).orderBy('id').execute()
    },
    /** Forgets what other tests have left. */
    async clear() {
      for (const table of ['access_grants', 'contracts', 'access_requests', 'posts', 'operations'] as const)
        await database.deleteFrom(table).execute()
      for (const set of company.members.values()) set.clear()
      company.removed.length = 0
      company.trouble.down = false
      toldIt.length = 0
    },
    close: () => postgres.close(),
  }
  return office
}

async function due(database: Kysely<Schema>, now: Date): Promise<number> {
  const { rows } = await sql<{ count: string }>`
    select (select count(*) from access_grants where due_at <= ${now})
         + (select count(*) from contracts where due_at <= ${now}) as count`.execute(database)
  return Number(rows[0]?.count)
}

export type AccessOffice = Awaited<ReturnType<typeof openAccessOffice>>
