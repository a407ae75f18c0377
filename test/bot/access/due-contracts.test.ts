import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { accessEndButtons } from '../../../bot/access/buttons.ts'
import type { Terms } from '../../../bot/approvals/requests/request.ts'
import type { Person } from '../../../bot/identity/person.ts'
import { days, hours } from '../identity/people.ts'
import { type AccessOffice, openAccessOffice } from './access-office.ts'

describe('the contract of a contractor', () => {
  let office: AccessOffice
  const until = (time: number) => ({ until: new Date(office.clock.now().getTime() + time).toISOString() })
  const named = ({ id, name }: Person) => ({ id, name })
  const contractFor = (lasts: Terms['lasts'], changed: Partial<Terms> = {}): Partial<Terms> => ({
    kind: 'contract',
    requester: named(office.maya),
    person: named(office.gil),
    entry: null,
    title: 'Warehouse move',
    opens: 'An account that works until a date',
    group: null,
    lasts,
    ...changed,
  })
  const forGil = (): Partial<Terms> => ({ requester: named(office.maya), person: named(office.gil) })
  const account = () => office.company.users.get(office.gil.id)

  before(async () => {
    office = await openAccessOffice()
  })
  beforeEach(async () => {
    await office.clear()
    office.company.addPerson(office.gil, { userType: 'Guest' })
    office.company.addPerson(office.maya)
  })
  after(() => office.close())

  it('opens the account, ends what was granted with it on the day, and tells the sponsor what became of it', async () => {
    office.company.addPerson(office.gil, { userType: 'Guest', accountEnabled: false })
    const request = await office.approve(contractFor(until(40 * days)), office.benoit)
    await office.work()
    assert.equal(account()?.accountEnabled, true)
    assert.equal((await office.contract(request)).state, 'active')

    // Asked for without an end, it ends with the contract.
    const granted = await office.approve({ ...forGil(), lasts: 'permanent' }, office.benoit)
    await office.work()
    const grant = await office.grant(granted)
    assert.equal(grant.endsAt?.getTime(), (await office.contract(request)).endsAt.getTime())
    assert.match(await office.told(office.maya), /it ends with the contract/)
    office.company.members.get(office.reports)?.add(office.gil.id)
    office.company.members.get(office.everybody)?.add(office.gil.id)
    const open = randomUUID()
    await office.ground.ticketsIn(office.database).open({
      id: open,
      person: office.maya,
      kind: 'request',
      title: 'Access',
      correlationId: 'c',
    })
    await office.database
      .insertInto('access_requests')
      .values({
        id: open,
        tenant_id: office.tenant,
        requester_id: office.maya.id,
        person_id: office.gil.id,
        kind: 'access',
        entry: 'sales-dashboard',
        extends: null,
        state: 'open',
        document: JSON.stringify(openRequest(office, open)),
        correlation_id: 'c',
        asked_at: office.clock.now(),
      })
      .execute()

    await office.forward(37 * days)
    assert.equal((await office.cards(office.maya, 'contract-ends')).length, 1)
    await office.forward(3 * days - 1)
    assert.equal(account()?.accountEnabled, true)
    await office.forward(1)
    await office.forward(10_000)
    assert.equal(account()?.accountEnabled, false)
    assert.ok(office.company.trouble.revoked > 0)
    assert.deepEqual(
      [office.sales, office.reports, office.everybody].map((group) => office.isMember(group, office.gil)),
      [false, false, true],
    )
    assert.equal((await office.contract(request)).state, 'ended')
    const told = await office.told(office.maya)
    assert.match(told, /Sign-in of Gil Santos is blocked. Sessions are being ended .* 2 memberships were taken away/)
    assert.match(told, /1 could not be: All Employees. IT has been told/)
    assert.deepEqual(
      office.toldIt.map(({ title }) => title),
      ['A contract has ended, and memberships are left'],
    )
    const row = await office.database
      .selectFrom('access_requests')
      .select('state')
      .where('id', '=', open)
      .executeTakeFirst()
    assert.equal(row?.state, 'void')
  })

  it('needs no change of an account that works already, and the audit says that it began', async () => {
    const request = await office.approve(contractFor(until(40 * days)), office.benoit)
    await office.work()
    assert.equal((await office.contract(request)).state, 'active')
    assert.deepEqual(await office.begun('enable-account'), [])
    assert.equal((await office.audited('begin-contract')).length, 1)
  })

  it('cuts what the person had before it, and is made once for one person', async () => {
    const granted = await office.approve({ ...forGil(), lasts: { for: 90 * days } }, office.benoit)
    await office.work()
    const request = await office.approve(contractFor(until(20 * days)), office.benoit)
    const { endsAt } = await office.contract(request)
    assert.equal((await office.grant(granted)).endsAt?.getTime(), endsAt.getTime())
    await office.approve(contractFor(until(50 * days)), office.benoit)
    assert.match(await office.told(office.maya), /has a contract already/)
    await office.forward(20 * days)
    await office.forward(10_000)
    assert.deepEqual([office.isMember(office.sales, office.gil), account()?.accountEnabled], [false, false])
  })

  it('lasts longer after an extension', async () => {
    const request = await office.approve(contractFor(until(20 * days)), office.benoit)
    await office.work()
    await office.forward(18 * days)
    const { id } = await office.contract(request)
    const longer = { kind: 'contract-extension', extends: id } as const
    await office.approve(contractFor(until(30 * days), longer), office.benoit)
    await office.forward(10 * days)
    assert.equal(account()?.accountEnabled, true)
    await office.forward(20 * days)
    await office.forward(10_000)
    assert.equal(account()?.accountEnabled, false)
  })

  it('is tried again while the account cannot be disabled, and IT hears of it', async () => {
    await office.approve(contractFor(until(20 * days)), office.benoit)
    await office.work()
    office.clock.forward(20 * days)
    office.company.trouble.down = true
    await office.work()
    for (const wait of [60, 120, 240, 480]) await office.forward(wait * 1_000)
    assert.deepEqual(
      office.toldIt.map(({ title }) => title),
      ['The account of a contractor could not be disabled'],
    )
    office.company.trouble.down = false
    await office.forward(6 * hours)
    await office.forward(10_000)
    assert.equal(account()?.accountEnabled, false)
  })

  describe('without its sponsor', () => {
    async function orphaned() {
      const request = await office.approve(contractFor(until(40 * days)), office.benoit)
      await office.work()
      office.company.addPerson(office.maya, { accountEnabled: false })
      await office.forward(days)
      return request
    }

    it('ends soon, IT is told, and whoever the sponsor reported to is asked', async () => {
      const request = await orphaned()
      const contract = await office.contract(request)
      assert.equal(contract.endsAt.getTime(), office.clock.now().getTime() + 3 * days)
      assert.deepEqual(
        office.toldIt.map(({ title }) => title),
        ['A contractor has no sponsor any more'],
      )
      assert.equal((await office.cards(office.benoit, 'contract-sponsor')).length, 1)
      await office.forward(3 * days)
      await office.forward(10_000)
      assert.equal(account()?.accountEnabled, false)
    })

    it('goes to the new sponsor with its old end, but only when that was approved', async () => {
      const request = await orphaned()
      const agreed = office.clock.now().getTime() - days + 40 * days
      const [card] = await office.cards(office.benoit, 'contract-sponsor')
      assert.ok(card)
      const press = {
        person: office.benoit,
        post: await office.post(card.key),
        values: {},
        correlationId: 'c',
        submitted: false,
      }
      const { reply } = await (accessEndButtons(office.ground)['contract-take-over']?.(press) ?? assert.fail())
      assert.ok(reply.kind === 'note')
      assert.match(reply.text, /your manager decides/)
      const contract = await office.contract(request)
      assert.equal(contract.sponsor.id, office.maya.id)
      const extension = contractFor(
        { until: new Date(agreed).toISOString() },
        { kind: 'contract-extension', extends: contract.id, requester: named(office.benoit) },
      )
      await office.approve(extension, office.ada)
      const taken = await office.contract(request)
      assert.deepEqual([taken.sponsor.id, taken.endsAt.getTime()], [office.benoit.id, agreed])
      await office.forward(5 * days)
      assert.equal(account()?.accountEnabled, true)
    })
  })
})

function openRequest(office: AccessOffice, id: string): object {
  const at = office.clock.now().toISOString()
  return {
    id,
    tenant: office.tenant,
    state: 'open',
    terms: {
      kind: 'access',
      requester: { id: office.maya.id, name: office.maya.name },
      person: { id: office.gil.id, name: office.gil.name },
      entry: 'sales-dashboard',
      title: 'Sales dashboard (read)',
      opens: 'See the figures',
      group: { id: office.sales, name: 'Sales Dashboard' },
      risk: 'low',
      reason: 'For the move',
      startsAt: null,
      lasts: { for: days },
      conflicts: [],
      extends: null,
    },
    earlier: [],
    stages: [[{ from: 'manager', need: 1 }]],
    stage: 0,
    asks: [],
    questions: [],
    askedAt: at,
    expiresAt: new Date(office.clock.now().getTime() + 60 * days).toISOString(),
    decidedAt: null,
    ending: null,
    correlationId: 'c',
  }
}
