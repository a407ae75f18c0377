import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pino from 'pino'
import { type AskedForAccess, askForAccess } from '../../../../bot/approvals/requests/ask-for-access.ts'
import { workOffRequests } from '../../../../bot/approvals/requests/due-requests.ts'
import type { RequestGround } from '../../../../bot/approvals/requests/ground.ts'
import type { Happened } from '../../../../bot/approvals/requests/happened.ts'
import type { AccessRequest, Ask, Terms } from '../../../../bot/approvals/requests/request.ts'
import { readRequest } from '../../../../bot/approvals/requests/requests.ts'
import { type Taken, takeStep } from '../../../../bot/approvals/requests/take-step.ts'
import { termsHash } from '../../../../bot/approvals/requests/terms.ts'
import { auditTrail } from '../../../../bot/audit/trail.ts'
import type { Directory, DirectoryUser, Presence } from '../../../../bot/directory/directory.ts'
import { DirectoryError, type DirectoryErrorCode } from '../../../../bot/directory/directory-error.ts'
import { itThreads } from '../../../../bot/escalation/it-threads.ts'
import { observe, takeBaseline } from '../../../../bot/identity/manager-history.ts'
import { type GroupId, groupId, type Person, type UserId } from '../../../../bot/identity/person.ts'
import type { Catalogue, Entry, Stage } from '../../../../bot/policy/catalogue/catalogue.ts'
import { loadPolicy } from '../../../../bot/policy/policy.ts'
import { defaultPolicyFile } from '../../../../bot/policy/read-policy.ts'
import { builtInTickets } from '../../../../bot/tickets/built-in.ts'
import { startTestPostgres } from '../../../support/postgres.ts'
import { days, hours, minutes, newRing, somebody, startClock } from '../../identity/people.ts'

/** Monday, in the middle of the morning. */
const monday = '2026-03-02T09:00:10.000Z'

/** People, groups and who reports to whom, as a directory in memory says it; `trouble` makes it fail. */
export function officeDirectory() {
  const users = new Map<UserId, DirectoryUser>()
  const managers = new Map<UserId, UserId>()
  const groups = new Map<GroupId, { name: string; owners: Set<UserId>; members: Set<UserId> }>()
  const away = new Set<UserId>()
  const trouble: { code: DirectoryErrorCode | undefined; only: string | undefined } = {
    code: undefined,
    only: undefined,
  }
  const calls: string[] = []

  function fail(code: DirectoryErrorCode): never {
    throw new DirectoryError(code, { sentence: 'The directory does not say.', detail: code })
  }
  /** Every call answers later, as a network does. */
  async function called(name: string): Promise<void> {
    calls.push(name)
    await new Promise((resolve) => setImmediate(resolve))
    if (trouble.code && (trouble.only === undefined || trouble.only === name)) fail(trouble.code)
  }
  const user = (id: UserId) => users.get(id) ?? fail('not-found')
  const group = (id: GroupId) => groups.get(id) ?? fail('not-found')
  const people = (ids: ReadonlySet<UserId>, limit: number) => {
    const all = [...ids].flatMap((id) => users.get(id) ?? [])
    return { people: all.slice(0, limit), more: all.length > limit }
  }

  const answers: Partial<Directory> = {
    async user(id) {
      await called('user')
      return user(id)
    },
    async manager(id) {
      await called('manager')
      user(id)
      const manager = managers.get(id)
      return manager === undefined ? undefined : users.get(manager)
    },
    async group(id) {
      await called('group')
      const facts = { mailNickname: undefined, mail: undefined, roleAssignable: false, dynamic: false, unified: false }
      const rest = { mailEnabled: false, securityEnabled: true, sourceOfAuthority: 'entra' as const }
      return { id, displayName: group(id).name, ...facts, ...rest }
    },
    async owners(id, limit) {
      await called('owners')
      return people(group(id).owners, limit)
    },
    async members(id, limit) {
      await called('members')
      return people(group(id).members, limit)
    },
    async isMember(id, person) {
      await called('isMember')
      return group(id).members.has(person)
    },
    async presence(id): Promise<Presence> {
      await called('presence')
      return away.has(id) ? 'away' : 'unknown'
    },
    async photo() {
      return undefined
    },
    async groupsOf() {
      return { groups: [], more: false }
    },
  }
  return {
    directory: answers as Directory,
    users,
    managers,
    groups,
    away,
    trouble,
    calls,
    hire(person: Person, manager?: Person, changed: Partial<DirectoryUser> = {}) {
      if (manager) managers.set(person.id, manager.id)
      users.set(person.id, {
        id: person.id,
        displayName: person.name,
        givenName: undefined,
        userPrincipalName: `${person.id}@contoso.example`,
        mail: undefined,
        otherMails: [],
        department: undefined,
        jobTitle: undefined,
        accountEnabled: true,
        userType: 'Member',
        sourceOfAuthority: 'entra',
        passwordChangedAt: undefined,
        createdAt: undefined,
        ...changed,
      })
    },
    change(person: Person, changed: Partial<DirectoryUser>) {
      users.set(person.id, { ...user(person.id), ...changed })
    },
    group(name: string, who: { owners?: readonly Person[]; members?: readonly Person[] }): GroupId {
      const id = groupId.parse(randomUUID())
      const ids = (list: readonly Person[] = []) => new Set(list.map((person) => person.id))
      groups.set(id, { name, owners: ids(who.owners), members: ids(who.members) })
      return id
    },
  }
}

/**
 * The company of the examples: Ada reports to Maya, Maya to Benoît, he to Astrid. Hugo and Meera own Finance Reports; Dmitri and
 * Zoë are Internal Control. All is real but the directory; `changed` replaces parts of the ground.
 */
export async function openRequestOffice(changed: Partial<RequestGround> = {}) {
  const postgres = await startTestPostgres()
  const { database } = postgres
  const clock = startClock(monday)
  const { tenant } = somebody()
  const named = (name: string): Person => ({ ...somebody(name), tenant })
  const [ada, maya, benoit, astrid] = ['Ada Lindqvist', 'Maya Okonkwo', 'Benoît Marchand', 'Astrid Berg'].map(named)
  const [hugo, meera, dmitri, zoe] = ['Hugo Ferreira', 'Meera Iyer', 'Dmitri Volkov', 'Zoë Adler'].map(named)
  assert.ok(ada && maya && benoit && astrid && hugo && meera && dmitri && zoe)
  const held = officeDirectory()
  held.hire(astrid)
  held.hire(benoit, astrid)
  held.hire(maya, benoit)
  held.hire(ada, maya)
  held.hire(meera, astrid)
  held.hire(hugo, meera)
  held.hire(dmitri, astrid)
  held.hire(zoe, dmitri)
  const group = held.group('Finance Reports', { owners: [hugo, meera] })
  const control = held.group('Internal Control', { members: [dmitri, zoe] })
  const links = [...held.managers].map(([person, manager]) => ({ person, manager }))
  await takeBaseline(
    database,
    tenant,
    (async function* () {
      yield links
    })(),
    clock.now(),
  )

  const ticketsIn: RequestGround['ticketsIn'] = (connection) => builtInTickets(connection, clock.now)
  const audit = auditTrail(database, clock.now)
  const threads = itThreads({
    database,
    clock: clock.now,
    ticketsIn,
    audit,
    directory: held.directory,
    hasItChannel: true,
    isIt: async () => false,
    channelIsStrong: (channel) => channel === 'teams',
    policy: loadPolicy(readFileSync(defaultPolicyFile, 'utf8'), 'default.yaml'),
    freeze: async () => 'still-running',
    reminders: { normal: 60 * minutes, high: 10 * minutes },
    answerWithin: 10 * minutes,
  })
  const approved: AccessRequest[] = []
  /** Whatever is asked for here can be asked for. */
  const entries: Entry[] = []
  const contracts = { groups: [], guests: true, longest: 180 * days, approvals: [], withoutSponsor: 3 * days }
  const catalogue: Catalogue = { entries, conflicts: [], contracts, version: '000000000000' }
  const ground: RequestGround = {
    database,
    clock: clock.now,
    directory: held.directory,
    policy: loadPolicy(readFileSync(defaultPolicyFile, 'utf8'), 'default.yaml'),
    catalogue,
    audit,
    ticketsIn,
    escalation: threads,
    ring: newRing(),
    hasItChannel: true,
    channelIsStrong: (channel) => channel === 'teams',
    isIt: async () => false,
    async approved(_transaction, request) {
      approved.push(request)
      return { posts: [], changes: [] }
    },
    log: pino({ level: 'silent' }),
    ...changed,
  }

  function termsOf(requester: Person, terms: Partial<Terms> = {}): Terms {
    const { id, name } = requester
    const wanted: Terms = {
      kind: 'access',
      requester: { id, name },
      person: { id, name },
      entry: `entry-${randomUUID()}`,
      title: 'Finance reports: read',
      opens: 'The monthly reports of Finance',
      group: { id: group, name: 'Finance Reports' },
      risk: 'medium',
      reason: 'For the quarterly report',
      startsAt: null,
      lasts: { for: 7 * days },
      conflicts: [],
      extends: null,
      ...terms,
    }
    listed(wanted)
    return wanted
  }
  function listed({ entry: key, title, opens, risk, group: given }: Terms): void {
    if (key === null || !given || entries.some((entry) => entry.key === key)) return
    const said = { key, system: title, title, opens, group: given.id, risk }
    entries.push({
      ...said,
      ...{ keywords: [], approvals: [], longest: undefined, presets: [], visibleTo: 'everybody' },
    })
  }
  async function now(id: string): Promise<AccessRequest> {
    const request = await readRequest(database, id)
    assert.ok(request, `there is no request ${id}`)
    return request
  }
  async function askOf(id: string, person: Person): Promise<Ask> {
    const asks = (await now(id)).asks.filter(({ approver }) => approver.id === person.id)
    const ask = asks.find(({ state }) => state === 'asked') ?? asks.at(-1)
    assert.ok(ask, `${person.name} was not asked`)
    return ask
  }

  return {
    ...held,
    postgres,
    database,
    clock,
    tenant,
    named,
    ada,
    maya,
    benoit,
    astrid,
    hugo,
    meera,
    dmitri,
    zoe,
    group,
    control,
    ground,
    entries,
    approved,
    termsOf,
    now,
    askOf,
    /** Somebody reports to somebody else from now on, as the daily look sees it. */
    async reorganise(person: Person, manager: Person, options: { readonly longAgo: boolean }) {
      held.managers.set(person.id, manager.id)
      const since = new Date(clock.now().getTime() - (options.longAgo ? 30 * days : 0))
      await observe(database, tenant, { person: person.id, manager: manager.id }, since)
    },
    async ask(
      requester: Person,
      stages: readonly Stage[],
      terms: Partial<Terms> = {},
      id: string = randomUUID(),
    ): Promise<AskedForAccess> {
      const wished = termsOf(requester, terms)
      return await askForAccess(ground, { id, requester, terms: wished, stages, correlationId: randomUUID() })
    },
    /** The id of a request that was made. */
    async asked(requester: Person, stages: readonly Stage[], terms: Partial<Terms> = {}): Promise<string> {
      const answer = await this.ask(requester, stages, terms)
      assert.ok(answer.ok, JSON.stringify(answer))
      return answer.request.id
    },
    async says(
      id: string,
      person: Person,
      said: 'yes' | { no: string } | { shorter: number },
      on: RequestGround = ground,
    ) {
      const ask = await askOf(id, person)
      const { terms } = await now(id)
      const hash = termsHash(terms)
      const proof = { method: 'totp' as const, at: clock.now().toISOString() }
      const proved = terms.risk === 'high' ? { proof } : {}
      const yes = { kind: 'approved' as const, ask: ask.id, hash, ...proved }
      const happened: Happened =
        said === 'yes'
          ? yes
          : 'no' in said
            ? { kind: 'denied', ask: ask.id, reason: said.no }
            : { ...yes, shorter: { for: said.shorter } }
      return await takeStep(on, id, happened, person.id)
    },
    /** The same, and it must be taken. */
    async decides(id: string, person: Person, said: 'yes' | { no: string } | { shorter: number }): Promise<Taken> {
      const taken = await this.says(id, person, said)
      assert.ok(!('refused' in taken), JSON.stringify(taken))
      return taken
    },
    /** Who is asked now, and in what capacity. */
    async waiting(id: string): Promise<readonly string[]> {
      const { asks } = await now(id)
      return asks.filter(({ state }) => state === 'asked').map(({ approver, as }) => `${approver.name}: ${as}`)
    },
    work: () => workOffRequests(ground, 20),
    async due(id: string): Promise<Date | null> {
      const row = await database.selectFrom('access_requests').select('due_at').where('id', '=', id).executeTakeFirst()
      return row?.due_at ?? null
    },
    async threads() {
      return await database.selectFrom('threads').select(['id', 'title', 'facts']).orderBy('opened_at').execute()
    },
    async ticket(id: string) {
      return await database.selectFrom('tickets').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    },
    /** What the trail says of a request, oldest first. */
    async audited(id: string) {
      const rows = await database.selectFrom('audit').select('event').orderBy('seq').execute()
      return rows
        .map(({ event }) => event as { action: string; actor: string; target: string; detail: Record<string, string> })
        .filter(({ detail }) => detail?.request === id)
    },
    /** Cards to whom, by the key of the post. */
    async cards(id: string): Promise<readonly string[]> {
      const rows = await database
        .selectFrom('posts')
        .select('key')
        .where('key', 'like', `access-ask:${id}:%`)
        .orderBy('key')
        .execute()
      return rows.map(({ key }) => key)
    },
    /** A card could not be brought to whoever it is for. */
    async cannotReach(key: string) {
      await database.updateTable('posts').set({ state: 'failed' }).where('key', '=', key).execute()
    },
    /** Nobody has anything to do with earlier requests any more. */
    async forgetAll() {
      await database.updateTable('access_requests').set({ state: 'void', due_at: null }).execute()
      await database.deleteFrom('posts').execute()
      held.away.clear()
      held.trouble.code = undefined
      held.trouble.only = undefined
    },
    close: () => postgres.close(),
  }
}

export type RequestOffice = Awaited<ReturnType<typeof openRequestOffice>>
export { days, hours, minutes }
