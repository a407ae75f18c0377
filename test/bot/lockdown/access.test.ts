import assert from 'node:assert/strict'
import { askForAccess } from '../../../bot/approvals/requests/ask-for-access.ts'
import { type AccessOffice, openAccessOffice } from '../access/access-office.ts'
import { days } from '../identity/people.ts'
import { lift, lockDown } from './in-force.ts'

describe('access under a lockdown', () => {
  let office: AccessOffice

  before(async () => {
    office = await openAccessOffice()
  })
  beforeEach(async () => {
    await office.clear()
    await lift(office.database)
  })
  after(() => office.close())

  for (const mode of ['freeze', 'strict'] as const) {
    it(`${mode}: what was approved waits, and begins when it is lifted`, async () => {
      const request = await office.approve()
      await lockDown(office.database, office.tenant, mode, office.clock.now())
      await office.work()
      await office.forward(days)
      assert.deepEqual([office.isMember(), (await office.grant(request)).state], [false, 'waiting'])
      assert.deepEqual(await office.begun('grant-access'), [])
      await lift(office.database)
      await office.forward(10_000)
      assert.deepEqual([office.isMember(), (await office.grant(request)).state], [true, 'active'])
    })

    it(`${mode}: what there is ends on time`, async () => {
      await office.approve()
      await office.work()
      assert.equal(office.isMember(), true)
      await lockDown(office.database, office.tenant, mode, office.clock.now())
      await office.forward(30 * days)
      assert.equal(office.isMember(), false)
    })

    it(`${mode}: nothing is extended, and whoever asked is told so`, async () => {
      const request = await office.approve()
      await office.work()
      const { endsAt } = await office.grant(request)
      await lockDown(office.database, office.tenant, mode, office.clock.now())
      const extension = { kind: 'extension', extends: `grant:${request.id}`, lasts: { for: 60 * days } } as const
      await office.approve(extension)
      assert.equal((await office.grant(request)).endsAt?.getTime(), endsAt?.getTime())
      assert.match(await office.told(office.ada), /IT has closed self-service at the moment/)
    })
  }

  it('is not even asked for', async () => {
    const { terms } = await office.approve()
    await lockDown(office.database, office.tenant, 'strict', office.clock.now())
    const wish = { id: 'another', requester: office.ada, terms, stages: [], correlationId: 'c' }
    const asked = await askForAccess(office.replica(), wish)
    assert.ok(!asked.ok)
    assert.match(asked.sentence, /Self-service is closed at the moment/)
  })
})
