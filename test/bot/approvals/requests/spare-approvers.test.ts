import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mostAsks, sparedFor } from '../../../../bot/approvals/requests/spare-approvers.ts'
import { takeStep } from '../../../../bot/approvals/requests/take-step.ts'
import type { Person } from '../../../../bot/identity/person.ts'
import type { Stage } from '../../../../bot/policy/catalogue/catalogue.ts'
import { writePosts } from '../../../../bot/turns/outbox.ts'
import { hours, openRequestOffice, type RequestOffice } from './office.ts'

const manager: Stage = [{ from: 'manager', need: 1 }]
const owner: Stage = [{ from: 'owners', need: 1 }]
const bothOwners: Stage = [{ from: 'owners', need: 2 }]

describe('an approver whom many ask for access', () => {
  let office: RequestOffice
  beforeEach(async () => {
    office = await openRequestOffice()
  })
  afterEach(() => office.close())

  /** As many cards as others have caused in this moment. */
  async function flood(person: Person, count: number): Promise<void> {
    const { tenant, database, clock } = office
    const content = { card: 'access-ask', data: {} }
    const to = { tenant, person: person.id }
    const drafts = Array.from({ length: count }, () => ({
      ...{ key: `access-ask:${randomUUID()}:1`, to, content, correlationId: 'c' },
    }))
    await writePosts(database, drafts, clock.now)
  }

  const told = async (person: Person) => {
    const rows = await office.database.selectFrom('posts').selectAll().where('user_id', '=', person.id).execute()
    return rows.filter(({ key }) => key.startsWith('access-wait:')).map(({ content }) => JSON.stringify(content))
  }
  const threads = () => office.database.selectFrom('threads').select(['title', 'facts']).execute()

  it('is asked no more than so much in an hour: the rest waits, and everybody is told so', async () => {
    const { ada, maya, clock } = office
    await flood(maya, mostAsks.perHour - 1)
    const last = await office.asked(ada, [manager])
    assert.equal((await office.waiting(last)).length, 1)
    const id = await office.asked(ada, [manager])
    assert.deepEqual(await office.waiting(id), [])
    assert.equal((await office.now(id)).state, 'open')
    const [said, ...more] = await told(ada)
    assert.match(said ?? '', /Maya Okonkwo has been asked for so much lately that I ask them a little later/)
    assert.match(said ?? '', /Your request stands.*IT has been told/)
    const [thread] = await threads()
    assert.match(thread?.title ?? '', /Maya Okonkwo is asked for very much access/)
    assert.match(JSON.stringify(thread?.facts), /30 in the last hour/)

    clock.forward(sparedFor)
    await office.work()
    assert.deepEqual(await office.waiting(id), [])
    assert.deepEqual([(await told(ada)).length, more.length, (await threads()).length], [1, 0, 1], 'said once')
    clock.forward(hours)
    await office.work()
    assert.equal((await office.waiting(id)).length, 1)
    assert.equal((await office.decides(id, maya, 'yes')).request.state, 'approved')
    assert.match((await told(ada)).join(), /"closed"/)
  })

  it('is spared where others can decide, and not passed over where all must', async () => {
    const { ada, hugo } = office
    await flood(hugo, mostAsks.perHour)
    const one = await office.asked(ada, [owner])
    assert.deepEqual(
      (await office.waiting(one)).filter((who) => who.startsWith(hugo.name)),
      [],
    )
    assert.notEqual((await office.waiting(one)).length, 0)
    const both = await office.asked(ada, [bothOwners])
    assert.deepEqual([await office.waiting(both), (await office.now(both)).state], [[], 'open'])
  })

  it('has no more than so many open, however slowly they came', async () => {
    const { ada, maya, database, clock } = office
    const id = await office.asked(ada, [manager])
    const row = await database.selectFrom('access_requests').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    for (let copy = 1; copy < mostAsks.open; copy++) {
      const values = { ...row, id: `${id}-${copy}`, entry: `entry-${copy}`, due_at: null }
      await database
        .insertInto('access_requests')
        .values({ ...values, document: JSON.stringify(row.document) })
        .execute()
    }
    clock.forward(2 * hours)
    const late = await office.asked(ada, [manager]).catch((error: unknown) => error)
    assert.match(String(late), /asked for access 50 times/, 'nobody alone can cause so many')
    const { benoit } = office
    await office.reorganise(benoit, maya, { longAgo: true })
    const other = await office.asked(benoit, [manager])
    assert.deepEqual(await office.waiting(other), [])
    assert.equal((await threads()).length, 1)
  })

  it('is nobody to whom others can pass it on', async () => {
    const { ada, maya, hugo, ground } = office
    const id = await office.asked(ada, [manager])
    await flood(hugo, mostAsks.perHour)
    const { id: ask } = await office.askOf(id, maya)
    const to = { id: hugo.id, name: hugo.name, as: 'delegate of Maya Okonkwo' }
    const passed = await takeStep(ground, id, { kind: 'delegated', ask, to }, maya.id)
    assert.ok('refused' in passed)
    assert.match(passed.refused, /Hugo Ferreira has been asked for very much lately/)
    assert.deepEqual((await office.waiting(id)).length, 1)
  })

  it('is not asked once too often by two in the same moment', async () => {
    const { ada, maya } = office
    await flood(maya, mostAsks.perHour - 1)
    const both = await Promise.all([office.asked(ada, [manager]), office.asked(ada, [manager])])
    const waiting = await Promise.all(both.map((id) => office.waiting(id)))
    assert.equal(waiting.flat().length, 1)
  })
})
