import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { insertContract, type KeptContract } from '../../bot/access/contracts.ts'
import { insertGrant, type KeptGrant } from '../../bot/access/grants.ts'
import type { AccessRequest, Terms } from '../../bot/approvals/requests/request.ts'
import { insertRequest } from '../../bot/approvals/requests/requests.ts'
import type { Directory, DirectoryGroup } from '../../bot/directory/directory.ts'
import { DirectoryError } from '../../bot/directory/directory-error.ts'
import { homePage } from '../../bot/home.ts'
import { groupId, type Person } from '../../bot/identity/person.ts'
import { builtInTickets } from '../../bot/tickets/built-in.ts'
import { renderHome } from '../../cards/slack.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { as, asked, go, monday, people } from './approvals/requests/step-examples.ts'
import { somebody } from './identity/people.ts'
import { defaultPolicy } from './policy/examples.ts'

const line = z.object({ name: z.string(), detail: z.string() })
const shown = z.object({
  access: z.array(line),
  moreAccess: z.string().optional(),
  note: z.string().optional(),
  contracts: z.array(line),
  requests: z.array(z.object({ number: z.string(), title: z.string(), detail: z.string() })),
})

const april = new Date('2027-04-30T16:00:00.000Z')

describe('the home page', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  it('says of what HelpBot granted until when and who approved it, and lists the other groups after it', async () => {
    const home = await openHome()
    const dashboardGroup = await home.grant('Sales dashboard: read', { endsAt: april })
    await home.grant('Warehouse map', { endsAt: null, approvers: [] })
    await home.grant('Old files', { state: 'ended', endedAt: monday })
    home.groups.push(dashboardGroup, {
      id: groupId.parse(randomUUID()),
      displayName: 'Everybody',
      description: 'All of us',
    })
    assert.deepEqual((await home.look()).access, [
      {
        name: 'Sales dashboard: read',
        detail: 'until 30 April 2027, approved by Maya Okonkwo and Hugo Ferreira',
      },
      { name: 'Warehouse map', detail: 'without an end' },
      { name: 'Everybody', detail: 'All of us' },
    ])
  })

  it('says when it begins, and that somebody took it away', async () => {
    const home = await openHome()
    const many = ['A', 'B', 'C', 'D', 'E'].map((name) => ({
      ...people.maya,
      name,
      as: 'owner',
      at: monday.toISOString(),
    }))
    await home.grant('Later', { state: 'waiting', startsAt: april, grantedAt: null, approvers: many, endsAt: null })
    const gone = await home.grant('Gone', { endsAt: april, goneAt: monday, approvers: many.slice(0, 4) })
    home.groups.push({ ...gone, displayName: 'Gone by another way' })
    assert.deepEqual((await home.look()).access, [
      { name: 'Gone', detail: 'until 30 April 2027, approved by A, B, C and one other, somebody took it away' },
      { name: 'Later', detail: 'from 30 April 2027, without an end, approved by A, B, C and 2 others' },
      { name: 'Gone by another way', detail: '' },
    ])
  })

  it('says of open requests for access whom they wait for', async () => {
    const home = await openHome()
    const request = await home.ask()
    await home.tickets.open({ id: 'other', person: home.person, kind: 'request', title: 'Reset', correlationId: 'c' })
    const { requests } = await home.look()
    assert.deepEqual(
      requests.map(({ title, detail }) => ({ title, detail })),
      [
        { title: 'Reset', detail: 'open since 2026-11-23' },
        {
          title: request.terms.title,
          detail: 'open since 2026-11-23. It waits for Maya Okonkwo (manager) since 23 November.',
        },
      ],
    )
  })

  it('says of open requests that somebody else made for them who did, and nothing of those that are over', async () => {
    const home = await openHome()
    const { id } = await home.ask({ requester: people.hugo })
    await home.ask({ requester: people.benoit }, { state: 'denied' })
    const { number } = await home.tickets.open({
      id,
      person: { ...home.person, ...people.hugo },
      kind: 'request',
      title: 'For somebody else',
      correlationId: 'c',
    })
    assert.deepEqual((await home.look()).requests, [
      {
        number: String(number),
        title: 'Sales dashboard: read',
        detail:
          'asked for by Hugo Ferreira, open since 2026-11-23. It waits for Maya Okonkwo (manager of Ada Lindqvist) since 23 November.',
      },
    ])
  })

  it('lists the contracts that somebody answers for or works under, twenty at most and none that is over', async () => {
    const home = await openHome()
    assert.deepEqual((await home.look()).contracts, [])
    const sponsor = { id: home.person.id, name: home.person.name }
    await home.contract({ sponsor, person: people.tom, project: 'Packaging line' })
    await home.contract({
      sponsor,
      person: people.helen,
      project: 'Cold store',
      state: 'waiting',
      startsAt: april,
      endsAt: new Date('2027-06-30T16:00:00.000Z'),
    })
    await home.contract({ sponsor, person: people.hugo, project: 'Roof', state: 'ended', endedAt: monday })
    await home.contract({ sponsor: people.maya, person: sponsor, project: 'Own' })
    assert.deepEqual((await home.look()).contracts, [
      { name: 'Own', detail: 'your account, until 30 April 2027, Maya Okonkwo answers for it' },
      { name: 'Packaging line', detail: 'Tom Novak, until 30 April 2027, you answer for it' },
      { name: 'Cold store', detail: 'Helen Okafor, from 30 April 2027 until 30 June 2027, you answer for it' },
    ])
    for (let number = 0; number < 25; number++)
      await home.contract({ sponsor, person: somebody(), project: `Project ${number}` })
    assert.equal((await home.look()).contracts.length, 20)
  })

  it('shows what it knows itself when the directory does not answer', async () => {
    const home = await openHome()
    await home.grant('Sales dashboard: read', { endsAt: april })
    home.breakDirectory()
    const { access, note } = await home.look()
    assert.deepEqual(
      access.map(({ name }) => name),
      ['Sales dashboard: read'],
    )
    assert.match(note ?? '', /cannot read the directory right now/)
  })

  it('shows no more than twenty, and says that there are more', async () => {
    const home = await openHome()
    for (let number = 0; number < 15; number++) await home.grant(`Grant ${number}`, { endsAt: april })
    for (let number = 0; number < 15; number++)
      home.groups.push({ id: groupId.parse(randomUUID()), displayName: `Group ${number}` })
    const { access, moreAccess } = await home.look()
    assert.equal(access.length, 20)
    assert.equal(moreAccess, 'and more')
  })

  it('keeps names that try to be markup as text in Slack', async () => {
    const home = await openHome()
    const approvers = [{ ...people.maya, name: '<!channel> *Maya*', as: 'manager', at: monday.toISOString() }]
    await home.grant('*Sales* <https://evil.example|here>', { endsAt: april, approvers })
    const drawn = JSON.stringify(renderHome(await home.content()))
    assert.doesNotMatch(drawn, /mrkdwn|"link"|"user"|"broadcast"/)
    assert.match(drawn, /\{"type":"text","text":" until 30 April 2027, approved by <!channel> \*Maya\*"\}/)
  })

  /** Somebody's home page: their rows are real, the directory stands still. */
  async function openHome() {
    const { database } = postgres
    const person = somebody('Ada Lindqvist')
    const groups: DirectoryGroup[] = []
    let broken = false
    const directory: Pick<Directory, 'groupsOf'> = {
      async groupsOf(_id, limit) {
        if (broken) throw new DirectoryError('unreachable', { sentence: 'Not now.', detail: 'cut' })
        return { groups: groups.slice(0, limit), more: groups.length > limit }
      },
    }
    const tickets = builtInTickets(database, () => monday)
    const page = homePage({ database, directory, tickets, dialogs: [], policy: defaultPolicy })
    return {
      person,
      groups,
      tickets,
      content: () => page(person),
      async look() {
        return shown.parse((await page(person)).data)
      },
      breakDirectory() {
        broken = true
      },
      async grant(title: string, change: Partial<KeptGrant>): Promise<DirectoryGroup> {
        const grant = grantOf(person, title, change)
        assert.equal(await database.transaction().execute((transaction) => insertGrant(transaction, grant)), true)
        return { id: grant.group.id, displayName: title }
      },
      /** What the person asks for, or somebody else for them; of one's own there is a ticket. */
      async ask(terms: Partial<Terms> = {}, change: Partial<AccessRequest> = {}): Promise<AccessRequest> {
        const named = { id: person.id, name: person.name }
        const wish = { requester: named, person: named, entry: randomUUID(), ...terms }
        const begun = { ...asked(wish), id: randomUUID(), tenant: person.tenant }
        const approver = as(people.maya, `manager of ${person.name}`)
        const { request } = go(begun, { kind: 'found', panels: [{ approvers: [approver], lacking: undefined }] })
        await database.transaction().execute((transaction) => insertRequest(transaction, { ...request, ...change }))
        const { id, correlationId } = request
        if (wish.requester.id === person.id)
          await tickets.open({ id, person, kind: 'request', title: request.terms.title, correlationId })
        return request
      },
      async contract(change: Partial<KeptContract>): Promise<void> {
        const contract = contractOf(person, change)
        assert.equal(await database.transaction().execute((transaction) => insertContract(transaction, contract)), true)
      },
    }
  }
})

function contractOf(person: Person, change: Partial<KeptContract>): KeptContract {
  return {
    id: randomUUID(),
    tenant: person.tenant,
    person: people.tom,
    sponsor: people.maya,
    project: 'Project',
    requestId: randomUUID(),
    state: 'active',
    startsAt: monday,
    endsAt: april,
    endedAt: null,
    ending: null,
    sponsorGoneAt: null,
    lookAt: null,
    reminded: 0,
    attempts: 0,
    dueAt: null,
    correlationId: 'correlation-1',
    ...change,
  }
}

function grantOf(person: Person, title: string, change: Partial<KeptGrant>): KeptGrant {
  const at = monday.toISOString()
  return {
    id: randomUUID(),
    tenant: person.tenant,
    person,
    group: { id: groupId.parse(randomUUID()), name: title },
    entry: 'entry',
    title,
    requester: person,
    requestId: randomUUID(),
    approvers: [
      { ...people.maya, as: 'manager', at },
      { ...people.hugo, as: 'owner', at },
    ],
    reason: 'The quarter ends.',
    contractId: null,
    state: 'active',
    startsAt: monday,
    endsAt: april,
    grantedAt: monday,
    endedAt: null,
    ending: null,
    hadBefore: false,
    goneAt: null,
    lookAt: null,
    reminded: 0,
    attempts: 0,
    dueAt: null,
    correlationId: 'correlation-1',
    ...change,
  }
}
