import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import pino from 'pino'
import { accessRequestButtons } from '../../../../bot/approvals/requests/buttons.ts'
import type { RequestGround } from '../../../../bot/approvals/requests/ground.ts'
import type { AccessRequest, Terms } from '../../../../bot/approvals/requests/request.ts'
import { askPost } from '../../../../bot/approvals/requests/request.ts'
import { insertRequest, readRequest } from '../../../../bot/approvals/requests/requests.ts'
import { beginRequest } from '../../../../bot/approvals/requests/steps.ts'
import { takeStep } from '../../../../bot/approvals/requests/take-step.ts'
import { accessRequestWindows } from '../../../../bot/approvals/requests/windows.ts'
import { auditTrail } from '../../../../bot/audit/trail.ts'
import type { Arrival, CardContent, ChannelName, Inbound, Reply } from '../../../../bot/channels/chat.ts'
import type { Directory, DirectoryUser } from '../../../../bot/directory/directory.ts'
import { DirectoryError } from '../../../../bot/directory/directory-error.ts'
import type { ThreadDraft } from '../../../../bot/escalation/escalation.ts'
import { groupId, type Person, type UserId } from '../../../../bot/identity/person.ts'
import { codeAt, stepAt } from '../../../../bot/identity/totp-code.ts'
import type { Stage } from '../../../../bot/policy/catalogue/catalogue.ts'
import { loadPolicy } from '../../../../bot/policy/policy.ts'
import { defaultPolicyFile } from '../../../../bot/policy/read-policy.ts'
import { builtInTickets } from '../../../../bot/tickets/built-in.ts'
import type { Conduct } from '../../../../bot/turns/conduct.ts'
import { markSent, readPost } from '../../../../bot/turns/outbox.ts'
import { pressButton } from '../../../../bot/turns/press-button.ts'
import { startTestPostgres } from '../../../support/postgres.ts'
import { enrolled } from '../../identity/enrolled.ts'
import { days, newRing, somebody, startClock } from '../../identity/people.ts'

const group = groupId.parse(randomUUID())
export const owners: Stage = [{ from: 'owners', need: 1 }]
export const bothOwners: Stage = [{ from: 'owners', need: 2 }]

/** Approvers, a requester and their cards: all is real but the directory, IT and the two chat services. */
export async function openApproverOffice() {
  const postgres = await startTestPostgres()
  const { database } = postgres
  const clock = startClock()
  const ring = newRing()
  const tenant = somebody().tenant
  const person = (name: string): Person => ({ ...somebody(name), tenant })
  const ada = person('Ada Lindqvist')
  const hugo = person('Hugo Ferreira')
  const meera = person('Meera Iyer')
  const zoe = person('Zoë Adler')
  const users = new Map<UserId, DirectoryUser>()
  for (const one of [ada, hugo, meera, zoe]) users.set(one.id, userOf(one))
  const ownerIds = new Set<UserId>([hugo.id, meera.id])
  const toldIt: ThreadDraft[] = []
  /** Where being signed in counts for as much as in the directory. */
  const strong = new Set<ChannelName>(['teams'])

  const read = async (id: UserId): Promise<DirectoryUser> => {
    const user = users.get(id)
    if (!user) throw new DirectoryError('not-found', { sentence: 'Nobody.', detail: 'nobody' })
    return user
  }
  const asked: Partial<Directory> = {
    user: read,
    manager: async (id) => {
      await read(id)
      return undefined
    },
    findPeople: async (text, limit) =>
      [...users.values()].filter(({ displayName }) => displayName.startsWith(text)).slice(0, limit),
    owners: async () => ({ people: await Promise.all([...ownerIds].map(read)), more: false }),
    presence: async () => 'here',
    groupsOf: async () => ({ groups: [{ id: group, displayName: 'All Employees' }], more: false }),
    photo: async () => undefined,
  }
  const ground: RequestGround = {
    database,
    clock: clock.now,
    directory: asked as Directory,
    policy: loadPolicy(readFileSync(defaultPolicyFile, 'utf8'), 'default.yaml'),
    catalogue: {
      entries: [
        {
          key: 'finance-reports',
          system: 'Finance reports',
          title: 'Finance reports (read)',
          opens: 'Read the monthly reports of Finance',
          group,
          keywords: [],
          risk: 'medium',
          approvals: [owners],
          longest: 90 * days,
          presets: [3 * days, 7 * days],
          visibleTo: 'everybody',
        },
      ],
      conflicts: [],
      contracts: undefined,
      version: '000000000000',
    },
    audit: auditTrail(database, clock.now),
    ticketsIn: (connection) => builtInTickets(connection, clock.now),
    escalation: {
      async open(draft) {
        toldIt.push(draft)
        return { number: 1, posts: [] }
      },
    },
    ring,
    hasItChannel: true,
    channelIsStrong: (channel) => channel !== undefined && strong.has(channel),
    isIt: async () => false,
    approved: async () => ({ posts: [], changes: [] }),
    log: pino({ level: 'silent' }),
  }
  const buttons = accessRequestButtons(ground)
  const windows = accessRequestWindows(ground)
  const conduct = { bringOut: () => undefined } as unknown as Conduct

  /** Presses, opens or sends off, as a chat service would bring it in. */
  async function does(
    who: Person,
    channel: ChannelName,
    inbound: Exclude<Inbound, { kind: 'text' | 'hello' | 'start' }>,
  ) {
    const arrival: Arrival = {
      id: randomUUID(),
      sender: who,
      address: { channel, conversation: `chat:${who.id}`, serviceUrl: '' },
      place: undefined,
      correlationId: randomUUID(),
      inbound,
    }
    const reply = await pressButton(
      { database, conduct, buttons, windows, wake: () => undefined },
      arrival,
      who,
      inbound,
    )
    return { reply, says: saidBy(reply) }
  }

  return {
    database,
    clock,
    ground,
    ada,
    hugo,
    meera,
    zoe,
    users,
    ownerIds,
    toldIt,
    strong,
    /** Links somebody's Slack account: since then, where that matters. */
    async linked({ tenant, id }: Person, since: Date | null) {
      const link = { tenant_id: tenant, user_id: id, email: `${id}@company.example`, new_since: since }
      await database
        .insertInto('slack_people')
        .values({ team_id: 'T1', slack_user_id: `U${id}`, ...link, bound_at: clock.now(), checked_at: clock.now() })
        .onConflict((conflict) => conflict.columns(['team_id', 'slack_user_id']).doUpdateSet({ new_since: since }))
        .execute()
    },
    /** A request whose first approvers have been asked. */
    async request(changed: Partial<Terms> = {}, stages: readonly Stage[] = [owners], channel: ChannelName = 'teams') {
      const terms: Terms = {
        kind: 'access',
        requester: { id: ada.id, name: ada.name },
        person: { id: ada.id, name: ada.name },
        entry: 'finance-reports',
        title: 'Finance reports (read)',
        opens: 'Read the monthly reports of Finance',
        group: { id: group, name: 'Finance Reports' },
        risk: 'medium',
        reason: 'For the quarterly report',
        startsAt: null,
        lasts: { for: 30 * days },
        conflicts: [],
        extends: null,
        ...changed,
      }
      const id = randomUUID()
      const correlationId = randomUUID()
      const askedAt = clock.now()
      const expiresAt = new Date(askedAt.getTime() + 7 * days)
      // One open request for the same thing: whatever an earlier test left is over.
      await database.updateTable('access_requests').set({ state: 'void' }).where('state', '=', 'open').execute()
      await builtInTickets(database, clock.now).open({
        id,
        person: ada,
        kind: 'request',
        title: 'Access',
        correlationId,
      })
      const begun = beginRequest({ id, tenant, terms, stages, askedAt, expiresAt, correlationId })
      await database.transaction().execute((transaction) => insertRequest(transaction, begun))
      const approvers = [hugo, meera].map(({ id, name }) => ({ id, name, as: 'owner of Finance Reports' }))
      const taken = await takeStep(
        ground,
        id,
        { kind: 'found', panels: [{ approvers, lacking: undefined }] },
        'helpbot',
      )
      assert.ok('posts' in taken, JSON.stringify(taken))
      await this.bring(taken.posts, channel)
      return id
    },
    /** The request as it stands now. */
    async now(id: string): Promise<AccessRequest> {
      const request = await readRequest(database, id)
      assert.ok(request)
      return request
    },
    /** Puts posts into somebody's chat in one product. */
    async bring(keys: readonly string[], channel: ChannelName = 'teams') {
      for (const key of keys) {
        const post = await readPost(database, key)
        if (post && !post.place)
          await markSent(database, [
            { post, place: { channel, conversation: `chat:${post.person}`, message: key, serviceUrl: '' } },
          ])
      }
    },
    /** The key of the card of somebody who was asked. */
    async cardOf(id: string, who: Person): Promise<string> {
      const ask = (await this.now(id)).asks.find(({ approver }) => approver.id === who.id)
      assert.ok(ask, `${who.name} was not asked`)
      return askPost(ask.id)
    },
    async content(key: string): Promise<CardContent> {
      const post = await readPost(database, key)
      assert.ok(post && 'card' in post.content, `no card stands under ${key}`)
      return post.content
    },
    /** Everything that somebody was told, as text. */
    async told(who: Person): Promise<string> {
      const rows = await database.selectFrom('posts').select('content').where('user_id', '=', who.id).execute()
      return rows.map(({ content }) => JSON.stringify(content)).join('\n')
    },
    press: (
      who: Person,
      key: string,
      verb: string,
      values: Record<string, string> = {},
      channel: ChannelName = 'teams',
    ) => does(who, channel, { kind: 'press', verb, post: key, values }),
    open: (who: Person, key: string, window: string, channel: ChannelName = 'teams') =>
      does(who, channel, { kind: 'open', post: key, values: { window } }),
    submit: (who: Person, key: string, values: Record<string, string>, channel: ChannelName = 'teams') =>
      does(who, channel, { kind: 'submit', post: key, values }),
    /** Gives somebody an authenticator; answers the code of any moment. */
    async authenticator(who: Person, coolingOff = 0): Promise<() => string> {
      const by = coolingOff > 0 ? 'chat' : 'manager'
      const seed = await enrolled({ database, clock: clock.now, ring }, who, { enrolledBy: by, coolingOff })
      clock.forward(30_000)
      return () => codeAt(seed, stepAt(clock.now()))
    },
    async audited(action: string) {
      const rows = await database.selectFrom('audit').select('event').orderBy('seq').execute()
      const events = rows.map(
        ({ event }) => event as { action: string; outcome: string; detail: Record<string, string> },
      )
      return events.filter((event) => event.action === action)
    },
    close: () => postgres.close(),
  }
}

function saidBy(reply: Reply): string {
  if (reply.kind === 'note') return reply.text
  if (reply.kind === 'close-window') return reply.text ?? ''
  return reply.kind === 'nothing' ? '' : JSON.stringify(reply.content)
}

function userOf({ id, name }: Person): DirectoryUser {
  return {
    id,
    displayName: name,
    givenName: undefined,
    userPrincipalName: `${id}@company.example`,
    mail: undefined,
    otherMails: [],
    department: 'Finance',
    jobTitle: 'Accountant',
    accountEnabled: true,
    userType: 'Member',
    sourceOfAuthority: 'entra',
    passwordChangedAt: undefined,
    createdAt: undefined,
  }
}

export type ApproverOffice = Awaited<ReturnType<typeof openApproverOffice>>
