import assert from 'node:assert/strict'
import { workOffGrants } from '../../../bot/access/due-grants.ts'
import type { Catalogue, Conflict } from '../../../bot/policy/catalogue/catalogue.ts'
import { days, hours } from '../identity/people.ts'
import { type AccessOffice, openAccessOffice } from './access-office.ts'

const then = 'then'

describe('access that begins weeks after it was approved', () => {
  let office: AccessOffice

  before(async () => {
    office = await openAccessOffice()
  })
  beforeEach(() => office.clear())
  after(() => office.close())

  const inDays = (count: number) => new Date(office.clock.now().getTime() + count * days).toISOString()

  async function withCatalogue(changed: Partial<Catalogue>, work: () => Promise<void>): Promise<void> {
    const { entries, conflicts } = office.ground.catalogue
    Object.assign(office.ground.catalogue, changed)
    try {
      await work()
    } finally {
      Object.assign(office.ground.catalogue, { entries, conflicts })
    }
  }
  function apart(): Partial<Catalogue> {
    const [sales] = office.ground.catalogue.entries
    assert.ok(sales)
    const other = { ...sales, key: 'reports', title: 'Finance reports', group: office.reports }
    const rule: Conflict = {
      between: ['reports', sales.key],
      why: 'Nobody sells and counts',
      [then]: 'refuse' as const,
    }
    return { entries: [...office.ground.catalogue.entries, other], conflicts: [rule] }
  }

  it('does not, where somebody has added the person to what does not go with it', async () => {
    const request = await office.approve({ startsAt: inDays(20) })
    await withCatalogue(apart(), async () => {
      office.company.members.get(office.reports)?.add(office.ada.id)
      await office.forward(21 * days)
    })
    const { state, ending } = await office.grant(request)
    assert.deepEqual([office.isMember(), state], [false, 'ended'])
    assert.equal(
      ending,
      'Ada Lindqvist has Finance reports by now, and that does not go with it: Nobody sells and counts.',
    )
    assert.match(await office.told(office.ada), /does not go with it: Nobody sells and counts/)
    const events = await office.audited('end-access')
    assert.equal(
      events.some(({ detail }) => detail.grant === `grant:${request.id}`),
      true,
    )
    assert.deepEqual(await office.begun('grant-access'), [])
  })

  it('does not while nobody knows whether there is such a thing, and does as soon as there is none', async () => {
    const request = await office.approve()
    await withCatalogue(apart(), async () => {
      office.company.trouble.down = true
      await workOffGrants(office.ground, { limit: 10, atOnce: 1 })
      assert.deepEqual([(await office.grant(request)).state, await office.begun('grant-access')], ['waiting', []])
      office.company.trouble.down = false
      await office.forward(hours)
    })
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [true, 'active'])
  })

  it('does not, where it counts as riskier by now than what was approved', async () => {
    const request = await office.approve({ startsAt: inDays(20) })
    const entries = office.ground.catalogue.entries.map((entry) => ({ ...entry, risk: 'high' as const }))
    await withCatalogue({ entries }, () => office.forward(21 * days))
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [false, 'ended'])
    assert.match(await office.told(office.ada), /It counts as riskier by now. Please ask for it anew/)
  })

  it('does, though it is extended in the very moment in which it begins', async () => {
    const request = await office.approve({ startsAt: inDays(1), lasts: { until: inDays(10) } })
    const { engine } = office.ground
    let extension = ''
    const meanwhile = {
      ...office.ground,
      engine: {
        ...engine,
        run: async (...given: Parameters<typeof engine.run>) => {
          const extended = { kind: 'extension', extends: `grant:${request.id}`, lasts: { until: inDays(20) } } as const
          if (extension === '') extension = (await office.approve(extended)).id
          return await engine.run(...given)
        },
      },
    }
    office.clock.forward(2 * days)
    await office.work(meanwhile)
    const { state, requestId, endsAt } = await office.grant(request)
    assert.deepEqual([state, requestId, office.isMember()], ['active', extension, true])
    assert.ok(endsAt && endsAt.getTime() > office.clock.now().getTime() + 15 * days)
  })
})
