import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import { openLog } from '../../../bot/log.ts'
import { presence } from '../../../bot/replicas/presence.ts'
import { type Replica, thisReplica } from '../../../bot/replicas/replica.ts'
import { takeOver } from '../../../bot/replicas/take-over.ts'
import { openDatabase } from '../../../bot/store/database.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'

describe('replicas of the bot', function () {
  this.timeout(60_000)
  let postgres: TestPostgres
  const log = openLog('silent', {})
  const another = () => thisReplica('helpbot-1', randomBytes)

  before(async () => {
    postgres = await startTestPostgres()
    // Nobody is given up in the first ten seconds of a database.
    await postgres.database.transaction().execute(async (transaction) => {
      await sql`select pg_sleep(greatest(0, 10.5 - extract(epoch from now() - pg_postmaster_start_time())))`.execute(
        transaction,
      )
    })
  })
  after(() => postgres.close())
  beforeEach(async () => void (await postgres.database.deleteFrom('replicas').execute()))

  const quietFor = (replica: Replica, seconds: number) =>
    sql`update replicas set alive_at = now() - make_interval(secs => ${seconds}) where executor = ${replica.executor}`.execute(
      postgres.database,
    )

  /** What the survivor looks for and goes on with, when `pending` is what there is. */
  async function survivorTakes(survivor: Replica, pending: readonly string[] = ['reset-1']) {
    const asked: string[] = []
    const resumed: string[] = []
    const look = takeOver({ database: postgres.database, log }, survivor, {
      async pendingOf(executors) {
        asked.push(...executors)
        return pending
      },
      async resume(ids) {
        resumed.push(...ids)
      },
    })
    const count = await look()
    return { asked, resumed, count }
  }

  it('have names of their own, however they are called', () => {
    assert.notEqual(another().executor, another().executor)
    assert.notEqual(another().connection, another().connection)
    const long = thisReplica('x'.repeat(64), randomBytes)
    assert.ok(long.connection.length < 64, 'PostgreSQL cuts longer names of connections')
  })

  it('that say they live are left alone', async () => {
    const [one, two] = [another(), another()]
    assert.equal(await presence(postgres.database, one).beat(), true)
    await quietFor(one, 2)
    assert.deepEqual(await survivorTakes(two), { asked: [], resumed: [], count: 0 })
  })

  it('that were not heard of for ten seconds are given up, and what they began is gone on with', async () => {
    const [dead, survivor] = [another(), another()]
    await presence(postgres.database, dead).beat()
    await presence(postgres.database, survivor).beat()
    await quietFor(dead, 11)
    await quietFor(survivor, 11)
    const { asked, resumed } = await survivorTakes(survivor)
    assert.deepEqual(asked, [dead.executor], 'nobody gives itself up')
    assert.deepEqual(resumed, ['reset-1'])
  })

  it('that have no connection any more are given up after three seconds, others are not', async () => {
    const [dead, slow, survivor] = [another(), another(), another()]
    const clients: pg.Client[] = []
    for (const { connection } of [slow, survivor]) {
      const client = new pg.Client({ connectionString: postgres.url, application_name: connection })
      await client.connect()
      clients.push(client)
    }
    for (const replica of [dead, slow]) {
      await presence(postgres.database, replica).beat()
      await quietFor(replica, 4)
    }
    assert.deepEqual((await survivorTakes(survivor)).asked, [dead.executor])
    for (const client of clients) await client.end()
  })

  it('are not taken for dead by a survivor whose own connections cannot be seen', async () => {
    const dead = another()
    await presence(postgres.database, dead).beat()
    await quietFor(dead, 4)
    assert.deepEqual((await survivorTakes(another())).asked, [])
  })

  it('that have ended by themselves are looked after at once', async () => {
    const gone = another()
    await presence(postgres.database, gone).beat()
    await presence(postgres.database, gone).leave()
    assert.deepEqual((await survivorTakes(another())).asked, [gone.executor])
  })

  it('that were given up are told so, change nothing any more, and stay given up', async () => {
    const paused = another()
    let now = 0
    const alive = presence(postgres.database, paused, () => now)
    await alive.beat()
    assert.equal(await alive.mayChange(), true)
    await quietFor(paused, 30)
    await survivorTakes(another())
    now = 30_000
    assert.equal(await alive.mayChange(), false)
    assert.equal(await alive.beat(), false)
    const { asked } = await survivorTakes(another())
    assert.deepEqual(asked, [paused.executor], 'what it may have begun in its last moment is looked for again')
  })

  it('that stood still without being missed go on', async () => {
    const paused = another()
    let now = 0
    const alive = presence(postgres.database, paused, () => now)
    await alive.beat()
    now = 30_000
    assert.equal(await alive.mayChange(), true)
  })

  it('change nothing while the database cannot be asked', async () => {
    const closed = await openDatabase(postgres.url)
    const alive = presence(closed.kysely, another(), () => 0)
    await closed.close()
    assert.equal(await alive.mayChange(), false)
  })

  it('take over one at a time', async () => {
    const dead = another()
    await presence(postgres.database, dead).beat()
    await quietFor(dead, 11)
    let release: () => void = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    let began: () => void = () => {}
    const begun = new Promise<void>((resolve) => {
      began = resolve
    })
    const first = takeOver({ database: postgres.database, log }, another(), {
      pendingOf: async () => ['reset-1'],
      async resume() {
        began()
        await held
      },
    })()
    await begun
    assert.equal((await survivorTakes(another())).count, 0)
    release()
    assert.equal(await first, 1)
  })
})
