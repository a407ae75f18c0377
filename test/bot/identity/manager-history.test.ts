import assert from 'node:assert/strict'
import type { ManagerLink } from '../../../bot/directory/directory.ts'
import {
  baselineTakenAt,
  managerHistory,
  observe,
  observeAll,
  standsSince,
  takeBaseline,
} from '../../../bot/identity/manager-history.ts'
import { type Person, type TenantId, tenantId } from '../../../bot/identity/person.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { days, hours, somebody, startClock } from './people.ts'

const needed = { days: 7 }

describe('how long a manager has stood', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  function company() {
    const tenant = tenantId.parse(somebody().id)
    const [ada, old, next] = [somebody(), somebody(), somebody()].map((person) => ({ ...person, tenant }))
    assert(ada && old && next)
    const time = startClock()
    const standing = async (manager: Person) =>
      standsSince((await managerHistory(postgres.database, ada)).seen, manager.id, { ...needed, now: time.now() })
    const look = (manager: Person | undefined) =>
      observe(postgres.database, tenant, { person: ada.id, manager: manager?.id }, time.now())
    return { tenant, ada, old, next, time, standing, look, database: postgres.database }
  }

  async function* pages(...each: (readonly ManagerLink[])[]) {
    yield* each
  }

  function link(person: Person, manager: Person | undefined): ManagerLink {
    return { person: person.id, manager: manager?.id }
  }

  it('is not known of a manager never seen', async () => {
    const { old, standing } = company()
    assert.deepEqual(await standing(old), { stands: false, because: 'unknown' })
  })

  it('is long enough for one who was there at the first look', async () => {
    const { tenant, ada, old, next, time, standing, database } = company()
    assert.equal(await baselineTakenAt(database, tenant), undefined)
    assert.equal(await takeBaseline(database, tenant, pages([link(ada, old)]), time.now()), true)
    assert.deepEqual(await baselineTakenAt(database, tenant), time.now())
    assert.deepEqual(await standing(old), { stands: true, because: 'baseline' })
    assert.deepEqual(await standing(next), { stands: false, because: 'unknown' })
  })

  it('counts from the day a new manager was first seen', async () => {
    const { tenant, ada, old, next, time, standing, database } = company()
    await takeBaseline(database, tenant, pages([link(ada, old)]), time.now())
    time.forward(30 * days)
    const since = time.now()
    assert.equal(await observeAll(database, tenant, pages([link(ada, next)]), since), 1)
    const countsFrom = new Date(since.getTime() + 7 * days)
    assert.deepEqual(await standing(next), { stands: false, because: 'too-new', since, countsFrom })
    assert.deepEqual(await standing(old), { stands: false, because: 'unknown' })
    time.forward(7 * days - 1)
    assert.equal(await observeAll(database, tenant, pages([link(ada, next)]), time.now()), 0)
    assert.equal((await standing(next)).stands, false)
    time.forward(1)
    assert.deepEqual(await standing(next), { stands: true, because: 'long-enough', since })
  })

  it('starts anew for a manager who was away in between', async () => {
    const { tenant, ada, old, next, time, standing, look, database } = company()
    await takeBaseline(database, tenant, pages([link(ada, old)]), time.now())
    await look(next)
    time.forward(hours)
    await look(old)
    assert.equal((await standing(old)).stands, false)
    await look(undefined)
    assert.equal((await standing(old)).because, 'unknown')
    time.forward(hours)
    await look(old)
    const seen = await standing(old)
    assert(seen.because === 'too-new')
    assert.deepEqual(seen.since, time.now())
  })

  it('takes the baseline once; a later one makes nobody established', async () => {
    const { tenant, ada, old, next, time, standing, database } = company()
    await takeBaseline(database, tenant, pages([link(ada, old)]), time.now())
    assert.equal(await takeBaseline(database, tenant, pages([link(ada, next)]), time.now()), false)
    assert.equal((await standing(next)).stands, false)
    assert.deepEqual(await standing(old), { stands: true, because: 'baseline' })
  })

  it('takes a baseline that broke off again, and sees through a change in between', async () => {
    const { tenant, ada, old, next, time, standing, database } = company()
    const [bea, boss] = [somebody(), somebody()]
    async function* broken() {
      yield [link(ada, old), link(bea, boss)]
      throw new Error('connection lost')
    }
    await assert.rejects(takeBaseline(database, tenant, broken(), time.now()), /connection lost/)
    assert.equal(await baselineTakenAt(database, tenant), undefined)
    time.forward(days)
    await takeBaseline(database, tenant, pages([link(ada, next), link(bea, boss)]), time.now())
    assert.equal((await standing(next)).because, 'too-new')
    const period = { ...needed, now: time.now() }
    const { seen } = await managerHistory(database, { tenant, id: bea.id })
    assert.equal(standsSince(seen, boss.id, period).because, 'baseline')
  })

  it('makes somebody established who was met just before the first full look', async () => {
    const { tenant, ada, old, time, standing, look, database } = company()
    await look(old)
    assert.equal((await standing(old)).because, 'too-new')
    await takeBaseline(database, tenant, pages([link(ada, old)]), time.now())
    assert.equal((await standing(old)).because, 'baseline')
  })

  it('does not look daily before the baseline', async () => {
    const { tenant, ada, old, time, database } = company()
    await assert.rejects(observeAll(database, tenant, pages([link(ada, old)]), time.now()), /baseline/)
  })

  it('keeps tenants apart', async () => {
    const [one, other] = [company(), company()]
    await takeBaseline(one.database, one.tenant, pages([link(one.ada, one.old)]), one.time.now())
    const stranger = { tenant: other.tenant, id: one.ada.id }
    const { seen } = await managerHistory(one.database, stranger)
    const standing = standsSince(seen, one.old.id, { ...needed, now: one.time.now() })
    assert.equal(standing.because, 'unknown')
  })

  it('reads 100,000 people in pages, somebody twice on a page, two replicas at once', async () => {
    const { tenant, time, database } = company()
    const everybody = Array.from({ length: 100_000 }, () => link(somebody(), somebody()))
    async function* directory(managerOf: (one: ManagerLink) => ManagerLink = (one) => one) {
      for (let start = 0; start < everybody.length; start += 9_000) {
        const page = everybody.slice(start, start + 9_000).map(managerOf)
        yield [...page, ...page.slice(0, 1)]
      }
    }
    await takeBaseline(database, tenant, directory(), time.now())
    assert.equal(await peopleOf(tenant), 100_000)
    const fresh = somebody().id
    const changed = new Set(everybody.slice(50, 53).map(({ person }) => person))
    const moved = (one: ManagerLink) => (changed.has(one.person) ? { ...one, manager: fresh } : one)
    const runs = await Promise.all([
      observeAll(database, tenant, directory(moved), time.now()),
      observeAll(database, tenant, directory(moved), time.now()),
    ])
    assert.equal(runs[0] + runs[1], 3)
  }).timeout(180_000)

  async function peopleOf(tenant: TenantId): Promise<number> {
    const { count } = await postgres.database
      .selectFrom('managers_seen')
      .select((row) => row.fn.countAll<string>().as('count'))
      .where('tenant_id', '=', tenant)
      .executeTakeFirstOrThrow()
    return Number(count)
  }
})
