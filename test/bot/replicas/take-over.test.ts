import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import pg from 'pg'
import { openLog } from '../../../bot/log.ts'
import { presence } from '../../../bot/replicas/presence.ts'
import { type Replica, thisReplica } from '../../../bot/replicas/replica.ts'
import { takeOver } from '../../../bot/replicas/take-over.ts'
import { openDatabase } from '../../../bot/store/database.ts'
import { forgetOldRows } from '../../../bot/store/forget-old-rows.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'

describe('replicas of the bot', function () {
  this.timeout(180_000)
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
  async function survivorTakes(
    survivor: Replica,
    {
      pending = ['reset-1'],
      maySayDead = () => true,
    }: { pending?: readonly string[]; maySayDead?: () => boolean } = {},
  ) {
    const asked: string[] = []
    const resumed: string[] = []
    const abandoned = {
      async pendingOf(executors: readonly string[]) {
        asked.push(...executors)
        return pending
      },
      async resume(ids: readonly string[]) {
        resumed.push(...ids)
      },
    }
    const look = takeOver({ database: postgres.database, log }, survivor, abandoned, maySayDead)
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

  it('that were given up and forgotten long ago stay given up', async () => {
    const paused = another()
    let now = 0
    const alive = presence(postgres.database, paused, () => now)
    await alive.beat()
    await quietFor(paused, 30)
    await survivorTakes(another())
    await sql`update replicas set given_up_at = now() - interval '31 days' where executor = ${paused.executor}`.execute(
      postgres.database,
    )
    await forgetOldRows(postgres.database, new Date())
    const left = postgres.database.selectFrom('replicas').select('executor').where('executor', '=', paused.executor)
    assert.deepEqual(await left.execute(), [])
    now = 31 * 86_400_000
    assert.equal(await alive.mayChange(), false)
    assert.equal(await alive.beat(), false)
    assert.deepEqual(await left.execute(), [])
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

  describe('that were all cut off from the database', () => {
    let now: number
    let cut: boolean
    beforeEach(() => {
      now = 0
      cut = false
    })
    /** A replica whose statements do not arrive while it is cut off. */
    async function living() {
      const replica = another()
      const { database } = postgres
      const reached = database.withPlugin({
        transformQuery({ node }) {
          if (cut) throw new Error('the network is cut')
          return node
        },
        transformResult: async ({ result }) => result,
      })
      const alive = presence(reached, replica, () => now)
      await alive.beat()
      return { replica, alive }
    }
    /** It beats every second; what does not arrive while it is cut off is lost. */
    async function beats(alive: { beat(): Promise<boolean> }, seconds: number): Promise<void> {
      for (let second = 0; second < seconds; second++) {
        now += 1_000
        await alive.beat().catch(() => false)
      }
    }

    it('are not given up by the first that comes back, before it has been back for ten seconds', async () => {
      const [first, other] = [await living(), await living()]
      await beats(first.alive, 3)
      assert.equal(first.alive.maySayDead(), true)
      cut = true
      await beats(first.alive, 60)
      assert.equal(first.alive.maySayDead(), false)
      cut = false
      await quietFor(other.replica, 60)
      const takes = () => survivorTakes(first.replica, { maySayDead: first.alive.maySayDead })
      await beats(first.alive, 1)
      assert.deepEqual((await takes()).asked, [])
      await beats(first.alive, 9)
      assert.deepEqual((await takes()).asked, [])
      assert.equal(await other.alive.beat(), true, 'it comes back in this time, and is left alone')
      await beats(first.alive, 1)
      assert.deepEqual((await takes()).asked, [])
      await quietFor(other.replica, 11)
      assert.deepEqual((await takes()).asked, [other.replica.executor], 'and is given up when it goes again')
    })

    it('nor by one that stood still, before and after its next beat', async () => {
      const [paused, other] = [await living(), await living()]
      await quietFor(other.replica, 60)
      now += 60_000
      assert.equal(paused.alive.maySayDead(), false)
      await paused.alive.beat()
      assert.equal(paused.alive.maySayDead(), false)
      await beats(paused.alive, 9)
      assert.equal(paused.alive.maySayDead(), false)
      await beats(paused.alive, 1)
      assert.equal(paused.alive.maySayDead(), true)
    })

    it('are looked after at once where they say that they end', async () => {
      const gone = await living()
      await gone.alive.leave()
      assert.deepEqual((await survivorTakes(another(), { maySayDead: () => false })).asked, [gone.replica.executor])
    })
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
    const abandoned = {
      pendingOf: async () => ['reset-1'],
      async resume() {
        began()
        await held
      },
    }
    const first = takeOver({ database: postgres.database, log }, another(), abandoned, () => true)()
    await begun
    assert.equal((await survivorTakes(another())).count, 0)
    release()
    assert.equal(await first, 1)
  })
})
