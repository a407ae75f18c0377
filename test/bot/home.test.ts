import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type GrantChange, insertGrant, type KeptGrant } from '../../bot/access/grants.ts'
import type { AccessRequest } from '../../bot/approvals/requests/request.ts'
import { insertRequest } from '../../bot/approvals/requests/requests.ts'
import { step } from '../../bot/approvals/requests/steps.ts'
import type { Directory, DirectoryGroup } from '../../bot/directory/directory.ts'
import { DirectoryError } from '../../bot/directory/directory-error.ts'
import { homePage } from '../../bot/home.ts'
import { groupId, type Person } from '../../bot/identity/person.ts'
import { builtInTickets } from '../../bot/tickets/built-in.ts'
import { renderHome } from '../../cards/slack.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { asked, dashboard, later, monday, people, rules } from './approvals/requests/step-examples.ts'
import { somebody } from './identity/people.ts'

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
    home.groups.push(dashboardGroup, { id: groupId.parse(randomUUID()), displayName: 'Everybody', description: 'All of us' })
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
    const many = ['A', 'B', 'C', 'D', 'E'].map((name) => ({ ...people.maya, name, as: 'owner', at: monday.toISOString() }))
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
    assert.deepEqual(requests, [
      { number: String(home.numbers.get('other') ?? requests[0]?.number), title: 'Reset', detail: 'open since 2026-11-23' },
      {
        number: requests[1]?.number,
        title: request.terms.title,
        detail: 'open since 2026-11-23. It waits for Maya Okonkwo (manager) since 23 November.',
      },
    ])
  })

  it('shows what it knows itself when the directory does not answer', async () => {
    const home = await openHome()
    await home.grant('Sales dashboard: read', { endsAt: april })
    home.breakDirectory()
    const { access, note } = await home.look()
    assert.deepEqual(access.map(({ name }) => name), ['Sales dashboard: read'])
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
    assert.doesNotMatch(drawn, /<!channel>|<https:/)
    assert.match(drawn, /&lt;!channel&gt;/)
  })
})
