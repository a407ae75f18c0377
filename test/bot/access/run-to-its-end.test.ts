import assert from 'node:assert/strict'
import { workOffGrants } from '../../../bot/access/due-grants.ts'
import type { AccessGround } from '../../../bot/access/ground.ts'
import { grantRequest, revokeRequest } from '../../../bot/access/operation-ids.ts'
import { runToItsEnd } from '../../../bot/access/run-to-its-end.ts'
import { verifyDatabase } from '../../../bot/audit/rows.ts'
import type { OperationEngine } from '../../../bot/operations/operation.ts'
import { days, minutes } from '../identity/people.ts'
import { type AccessOffice, openAccessOffice } from './access-office.ts'

describe('an operation whose process is gone', () => {
  let office: AccessOffice

  before(async () => {
    office = await openAccessOffice()
  })
  beforeEach(() => office.clear())
  after(() => office.close())

  const withEngine = (run: OperationEngine['run']): AccessGround => ({
    ...office.ground,
    engine: { run, stop: async () => undefined },
  })
  const silent = () => withEngine(async () => 'still-running')

  async function outcomesOf(id: string) {
    const rows = await office.database.selectFrom('audit').select('event').orderBy('seq').execute()
    const events = rows.map(({ event }) => event as { kind: string; operationId?: string; outcome?: string })
    return events.flatMap((event) => (event.operationId === id && event.kind === 'outcome' ? [event.outcome] : []))
  }

  for (const [name, ground] of [
    ['is silent', silent],
    [
      'keeps it as broken',
      () =>
        withEngine(async () => {
          throw new Error('it broke for good')
        }),
    ],
  ] as const)
    it(`is given up after a quarter of an hour when the engine ${name}: its end is in the audit, and the next attempt works`, async () => {
      const request = await office.approve()
      const { id } = grantRequest(await office.grant(request))
      const lost = ground()
      // Nothing of it was written down yet when its process died.
      for (let turn = 0; turn < 17; turn++) {
        await workOffGrants(lost, { limit: 10, atOnce: 1 })
        office.clock.forward(minutes)
      }
      assert.deepEqual(await outcomesOf(id), ['unclear'])
      const [operation] = await office.begun('grant-access')
      assert.equal(operation?.state, 'unclear')
      await office.forward(minutes)
      assert.deepEqual([office.isMember(), (await office.grant(request)).state], [true, 'active'])
      assert.equal((await verifyDatabase(office.database)).fault, undefined)
    })

  it('that comes back after it was given up changes nothing, and has one outcome', async () => {
    const request = await office.approve()
    const grant = await office.grant(request)
    const operation = grantRequest(grant)
    const steps = office.stepsOf()
    const prepared = await steps.prepare(operation)
    assert.equal(prepared.verdict, 'go')
    office.clock.forward(16 * minutes)
    const { ended } = await runToItsEnd(silent(), operation)
    assert.equal(typeof ended === 'object' && ended.state, 'unclear')
    await office.forward(minutes)
    assert.equal((await office.grant(request)).state, 'active')
    await office.forward(31 * days)
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [false, 'ended'])

    const changed = await steps.change(operation, prepared.before)
    assert.equal(changed.fate, 'interrupted')
    const read = await steps.readBack(operation, prepared.before)
    const result = await steps.conclude(operation, prepared, changed, read)
    assert.equal(result.state, 'unclear', 'as it was told')
    assert.equal(office.isMember(), false, 'nothing is given whose time is over')
    assert.deepEqual(await outcomesOf(operation.id), ['unclear'])
  })

  it('that had leave before a long outage is not made after its end', async () => {
    const request = await office.approve({ lasts: { for: days } })
    const operation = grantRequest(await office.grant(request))
    const steps = office.stepsOf()
    const prepared = await steps.prepare(operation)
    assert.equal(prepared.verdict, 'go')
    office.clock.forward(2 * days)
    const changed = await steps.change(operation, prepared.before)
    assert.equal(changed.fate, 'interrupted')
    const read = await steps.readBack(operation, prepared.before)
    assert.equal((await steps.conclude(operation, prepared, changed, read)).state, 'failed')
    assert.equal(office.isMember(), false)
    await office.forward(minutes)
    assert.deepEqual([office.isMember(), (await office.grant(request)).state], [false, 'ended'])
  })

  it('that was taking something back does not take away what was given anew since', async () => {
    const first = await office.approve({ lasts: { for: days } })
    await office.work()
    office.clock.forward(days)
    const operation = revokeRequest(await office.grant(first))
    const steps = office.stepsOf()
    const prepared = await steps.prepare(operation)
    assert.equal(prepared.verdict, 'go')
    office.clock.forward(16 * minutes)
    await runToItsEnd(silent(), operation)
    await office.forward(minutes)
    assert.equal((await office.grant(first)).state, 'ended')
    const second = await office.approve({ lasts: { for: 7 * days } })
    await office.work()
    assert.deepEqual([office.isMember(), (await office.grant(second)).state], [true, 'active'])

    assert.equal((await steps.change(operation, prepared.before)).fate, 'interrupted')
    assert.equal(office.isMember(), true)
  })
})
