import assert from 'node:assert/strict'
import type { Catalogue, Conflict, Entry } from '../../../../bot/policy/catalogue/catalogue.ts'
import { days, openRequestOffice, type RequestOffice } from './office.ts'

const then = 'then'
const apart = (rule: Conflict['then']): Conflict => ({
  between: ['invoices', 'payments'],
  why: 'four eyes',
  [then]: rule,
})
const byManager = [[{ from: 'manager' as const, need: 1 }]]

describe('somebody who tries to get what they must not', function () {
  this.timeout(180_000)
  let office: RequestOffice
  const conflicts: Conflict[] = []

  before(async () => {
    office = await openRequestOffice()
    const catalogue: Catalogue = { ...office.ground.catalogue, conflicts }
    Object.assign(office.ground, { catalogue })
  })
  afterEach(async () => {
    conflicts.length = 0
    office.entries.length = 0
    await office.forgetAll()
  })
  after(() => office.close())

  const asked = (entry: string) => office.asked(office.ada, byManager, { entry })
  const change = (key: string, changed: Partial<Entry>) =>
    Object.assign(office.entries.find((entry) => entry.key === key) ?? assert.fail(key), changed)

  it('by asking at the same moment for two things that do not go together gets one of them', async () => {
    conflicts.push(apart('refuse'))
    const answers = await Promise.all([
      office.ask(office.ada, byManager, { entry: 'invoices' }),
      // Somebody else asks for the same person: another limit, another lock.
      office.ask(office.maya, byManager, {
        entry: 'payments',
        person: { id: office.ada.id, name: office.ada.name },
      }),
    ])
    assert.deepEqual(answers.map(({ ok }) => ok).sort(), [false, true], JSON.stringify(answers))
    const refused = answers.find(({ ok }) => !ok)
    assert.match(refused && !refused.ok ? refused.sentence : '', /does not go with it/)
  })

  it('is not kept from it where the one more yes that it takes is asked for', async () => {
    const control = [{ from: `group:${office.control}` as const, need: 1 }]
    conflicts.push(apart({ approval: control }))
    await asked('invoices')
    const without = await office.ask(office.ada, byManager, { entry: 'payments' })
    assert.equal(without.ok, false)
    const reckoned = await office.ask(office.ada, [...byManager, control], { entry: 'payments' })
    assert.equal(reckoned.ok, true, JSON.stringify(reckoned))
  })

  it('gets no yes to what counts as riskier by now, and the request ends', async () => {
    const id = await asked('archive')
    change('archive', { risk: 'high' })
    const said = await office.says(id, office.maya, 'yes')
    assert.match('refused' in said ? said.refused : '', /riskier by now/)
    office.clock.forward(5 * days)
    await office.work()
    assert.equal((await office.now(id)).state, 'void')
    assert.match((await office.now(id)).ending ?? '', /Please ask for it anew/)
  })

  it('gets no yes to another group than the catalogue names by now, nor to what it names no more', async () => {
    const moved = await asked('archive')
    change('archive', { group: office.control })
    assert.ok('refused' in (await office.says(moved, office.maya, 'yes')))
    const dropped = await asked('reports')
    office.entries.length = 0
    const said = await office.says(dropped, office.maya, 'yes')
    assert.match('refused' in said ? said.refused : '', /cannot be asked for any more/)
    assert.deepEqual(office.approved, [])
  })
})
