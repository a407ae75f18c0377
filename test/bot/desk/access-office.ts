import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { entryIndex } from '../../../bot/access/entry-index.ts'
import { insertGrant } from '../../../bot/access/grants.ts'
import { auditTrail } from '../../../bot/audit/trail.ts'
import type { CardContent, Inbound } from '../../../bot/channels/chat.ts'
import { accessing } from '../../../bot/desk/accessing.ts'
import type { Ground } from '../../../bot/desk/ground.ts'
import { ticketing } from '../../../bot/desk/ticketing.ts'
import type { Desk } from '../../../bot/desk.ts'
import { entraDirectory } from '../../../bot/directory/entra.ts'
import { allPermissions } from '../../../bot/directory/permissions.ts'
import { itMembership } from '../../../bot/identity/it-membership.ts'
import { takeBaseline } from '../../../bot/identity/manager-history.ts'
import { groupId, type Person, tenantId, userId } from '../../../bot/identity/person.ts'
import { handover } from '../../../bot/operations/handover.ts'
import { loadCatalogue } from '../../../bot/policy/catalogue/load.ts'
import { builtInTickets } from '../../../bot/tickets/built-in.ts'
import { firstMemory, runDialog } from '../../../bot/turns/run-dialog.ts'
import type { Dialog } from '../../../dialogs/dialog.ts'
import { practiceCatalogue } from '../../../infra/practice/catalogue.ts'
import { type CastKey, wellKnown, wellKnownGroups } from '../../../infra/practice/company/cast.ts'
import { startTenant } from '../../../infra/practice/tenant/tenant.ts'
import { startTestPostgres } from '../../support/postgres.ts'
import { testCertificates } from '../directory/local-server.ts'
import { newRing } from '../identity/people.ts'
import { defaultPolicy } from '../policy/examples.ts'

const company = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
const clientId = '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43'

/** Desks of people of the practice company: the directory, the catalogue and the database are real, the chats are not there. */
export async function openAccessOffice() {
  const clock = () => new Date()
  const { server, app } = await testCertificates()
  const folder = mkdtempSync(join(tmpdir(), 'tenant-'))
  writeFileSync(join(folder, 'app.pem'), `${app.key}${app.cert}`)
  const tenant = await startTenant({
    tls: server,
    tenantId: company,
    apps: [{ clientId, certificate: app.cert, permissions: allPermissions }],
    people: 200,
    clock,
  })
  const settings = {
    tenantId: company,
    clientId,
    authority: tenant.url,
    endpoint: tenant.url,
    certificate: join(folder, 'app.pem'),
    mailFrom: undefined,
  }
  const directory = entraDirectory({ settings, clock, random: () => 0, sleep: async () => undefined })
  const postgres = await startTestPostgres()
  const { database } = postgres
  await takeBaseline(database, company, directory.managers(), clock())
  const catalogue = loadCatalogue(practiceCatalogue(), 'catalogue.yaml')
  const shared = {
    database,
    clock,
    directory,
    policy: defaultPolicy,
    audit: auditTrail(database, clock),
    ring: newRing(),
    hasItChannel: false,
    channelIsStrong: () => true,
    isIt: itMembership(directory, groupId.parse(wellKnownGroups.itHelpDesk)),
    escalation: { open: async () => ({ number: 1, posts: [] }), list: async () => undefined },
    log: pino({ level: 'silent' }),
  }
  const refused = async (): Promise<never> => assert.fail('nothing is changed here')
  const entries = entryIndex({ directory, catalogue, clock })
  await entries.refresh()
  const ground: Ground = {
    ...shared,
    tickets: builtInTickets(database, clock),
    engine: { run: refused, stop: async () => undefined },
    handover: handover(),
    issuer: 'HelpBot',
    bringOut: async () => undefined,
    canMail: false,
    entries,
    access: {
      ...shared,
      catalogue,
      ticketsIn: (connection) => builtInTickets(connection, clock),
      approved: async () => ({ posts: [], changes: [] }),
      engine: { run: refused, stop: async () => undefined },
    },
  }
  const person = (key: CastKey): Person => ({
    tenant: company,
    id: userId.parse(wellKnown[key].id),
    name: wellKnown[key].name,
  })
  const deskOf = (key: CastKey, dialogId: string = randomUUID()) => {
    const sitting = { person: person(key), dialogId, correlationId: 'test', channel: 'teams' as const }
    return { ...accessing(ground, sitting), ...ticketing(ground, sitting), now: clock } as Desk
  }

  /** One conversation: what the person says and presses, and what stands in the chat last. */
  function converse(dialog: Dialog, key: CastKey, topic?: string) {
    const id = randomUUID()
    const desk = deskOf(key, id)
    let memory = firstMemory({ topic })
    let asked: string | undefined
    let shown: CardContent | undefined
    async function turn(inbound: Inbound | undefined): Promise<CardContent> {
      const row = { id, correlationId: 'test', memory, asked, waitsFor: undefined }
      const run = await runDialog(dialog, row, person(key), inbound, desk)
      assert.ok(run.understood, `not understood: ${JSON.stringify(inbound)}`)
      memory = JSON.parse(JSON.stringify(run.memory))
      asked = run.asked
      const last = run.posts.at(-1)?.content ?? run.changes.at(-1)?.content
      assert.ok(last && 'card' in last, `no card after ${JSON.stringify(inbound)}`)
      shown = last
      return last
    }
    return {
      begin: () => turn(undefined),
      say: (text: string) => turn({ kind: 'text', text }),
      press(title: string, values: Readonly<Record<string, string>> = {}) {
        const choices = (shown?.data.choices ?? []) as { title: string; ids: Record<string, string> }[]
        const choice = choices.find((one) => one.title.startsWith(title))
        assert.ok(choice || Object.keys(values).length > 0, `no button ${title} on ${JSON.stringify(shown)}`)
        const given = { ...choice?.ids, ...values }
        return turn({ kind: 'press', verb: 'answer', post: `${id}/${asked}`, values: given })
      },
    }
  }

  return {
    ground,
    catalogue,
    tenant,
    database,
    person,
    deskOf,
    converse,
    /** Makes somebody a member behind everybody's back, as long as the work takes. */
    async within(entry: string, key: CastKey, work: () => Promise<void>): Promise<void> {
      const group = catalogue.entries.find((one) => one.key === entry)?.group
      assert.ok(group)
      await directory.addMember(group, person(key).id)
      try {
        await work()
      } finally {
        await directory.removeMember(group, person(key).id)
      }
    },
    /** What somebody was given ten days ago, until then and then. */
    async given(key: CastKey, entryKey: string, endsAt: Date | null): Promise<string> {
      const entry = catalogue.entries.find((one) => one.key === entryKey)
      assert.ok(entry)
      const now = clock()
      const id = `grant:${randomUUID()}`
      const { tenant: inTenant, id: personId, name } = person(key)
      const grant = {
        id,
        tenant: inTenant,
        person: { id: personId, name },
        group: { id: entry.group, name: entry.title },
        entry: entry.key,
        title: entry.title,
        requester: { id: personId, name },
        requestId: randomUUID(),
        approvers: [{ ...person('maya'), as: 'manager', at: now.toISOString() }].map(({ tenant: _, ...one }) => one),
        reason: 'Quarter end figures',
        contractId: null,
        state: 'active' as const,
        startsAt: new Date(now.getTime() - 10 * 86_400_000),
        endsAt,
        grantedAt: now,
        endedAt: null,
        ending: null,
        hadBefore: false,
        goneAt: null,
        lookAt: null,
        reminded: 0,
        attempts: 1,
        dueAt: null,
        correlationId: 'test',
      }
      await database.transaction().execute((transaction) => insertGrant(transaction, grant))
      return id
    },
    async forgetRequests(): Promise<void> {
      await database.deleteFrom('access_requests').execute()
      await database.deleteFrom('access_grants').execute()
    },
    async close() {
      await postgres.close()
      await tenant.close()
      rmSync(folder, { recursive: true })
    },
  }
}
