import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { sql } from 'kysely'
import { openLog } from '../../../bot/log.ts'
import { openDatabase } from '../../../bot/store/database.ts'
import type { Ephemeral } from '../../../bot/store/ephemeral.ts'
import { type EphemeralWithFallback, ephemeralWithFallback } from '../../../bot/store/ephemeral-with-fallback.ts'
import { type PostgresEphemeral, postgresEphemeral } from '../../../bot/store/postgres-ephemeral.ts'
import { openRedis } from '../../../bot/store/redis.ts'
import { startFallibleServer } from '../../support/fallible-postgres.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { startTestRedis, type TestRedis } from '../../support/redis.ts'

const limit = 60
const minutes = 60_000
const away = 'failing; limits are held in PostgreSQL'

/** How many of so many uses were allowed. */
async function spent(store: Ephemeral, key: string, times: number): Promise<number> {
  let allowed = 0
  for (let use = 0; use < times; use++) if ((await store.spend(key, limit, 5 * minutes)).allowed) allowed += 1
  return allowed
}

describe('Redis with PostgreSQL behind it', () => {
  let postgres: TestPostgres
  let redis: TestRedis
  let opened: EphemeralWithFallback[]

  before(async () => {
    postgres = await startTestPostgres()
  })
  beforeEach(async () => {
    redis = await startTestRedis()
    opened = []
    await sql`truncate ephemeral, ephemeral_use`.execute(postgres.database)
  })
  afterEach(async () => {
    await Promise.all(opened.map((store) => store.close()))
    await redis.close()
  })
  after(() => postgres.close())

  /** A replica's store. */
  function replica(
    over: { readonly url?: string; readonly redis?: Ephemeral; readonly postgres?: PostgresEphemeral } = {},
  ): EphemeralWithFallback {
    const store = ephemeralWithFallback({
      redis: over.redis ?? openRedis(over.url ?? redis.url, { prefix: 'test' }),
      postgres: over.postgres ?? postgresEphemeral(postgres.database),
      log: openLog('silent', {}),
    })
    opened.push(store)
    return store
  }

  const isBack = (store: EphemeralWithFallback) => until(async () => (await store.remark()) === undefined)

  it('holds a limit on the way to PostgreSQL: what two replicas allowed before counts', async () => {
    const [one, other] = [replica(), replica()]
    const before = (await spent(one, 'ada', 20)) + (await spent(other, 'ada', 25))
    await redis.kill()
    const [here, there] = await Promise.all([spent(one, 'ada', 40), spent(other, 'ada', 40)])
    assert.equal(before + here + there, limit)
    assert.equal(await one.remark(), away)
    assert.equal(await spent(one, 'sam', 70), limit, 'somebody else has a limit of their own')
  })

  it('holds a limit when the replica that allowed it is not used any more', async () => {
    const [one, other] = [replica(), replica()]
    assert.equal(await spent(one, 'ada', 50), 50)
    await redis.kill()
    // Nobody asks the first one anything: it notices by itself.
    assert.equal(await spent(other, 'ada', 50), 10)
  })

  it('holds a limit on the way back to a Redis that knows nothing any more', async () => {
    const [one, other] = [replica(), replica()]
    await redis.kill()
    assert.equal(await spent(one, 'ada', 50), 50)
    await redis.restart()
    await isBack(one)
    const [here, there] = await Promise.all([spent(one, 'ada', 30), spent(other, 'ada', 30)])
    assert.equal(here + there, 10)
  })

  it('holds a limit while one replica reaches Redis and another does not', async () => {
    const way = await startWay(redis.url)
    const [cut, well] = [replica({ url: way.url }), replica()]
    assert.equal((await spent(cut, 'ada', 10)) + (await spent(well, 'ada', 20)), 30)
    way.cut()
    const first = await spent(cut, 'ada', 10)
    assert.deepEqual([await cut.remark(), await well.remark()], [away, undefined])
    const [here, there] = await Promise.all([spent(cut, 'ada', 40), spent(well, 'ada', 40)])
    assert.equal(30 + first + here + there, limit)
    way.close()
  })

  it('gives a claim once, whichever store it was made in', async () => {
    const [one, other] = [replica(), replica()]
    assert.equal(await one.claim('before', 5 * minutes), true)
    await redis.kill()
    assert.equal(await other.claim('before', 5 * minutes), false)
    assert.equal(await other.claim('meanwhile', 5 * minutes), true)
    assert.equal(await one.claim('meanwhile', 5 * minutes), false)
    await redis.restart()
    await Promise.all([isBack(one), isBack(other)])
    for (const key of ['before', 'meanwhile']) assert.equal(await one.claim(key, 5 * minutes), false, key)
    await one.release('meanwhile')
    assert.equal(await other.claim('meanwhile', 5 * minutes), true)
  })

  it('lets go of a claim that was made in Redis', async () => {
    const store = replica()
    assert.equal(await store.claim('window', minutes), true)
    await redis.kill()
    await store.release('window')
    assert.equal(await store.claim('window', minutes), true)
  })

  it('goes over when Redis hangs, and asks it nothing more before it answers', async () => {
    const inner = openRedis(redis.url, { prefix: 'test' })
    let asked = 0
    const store = replica({
      redis: {
        ...inner,
        spend(...given) {
          asked += 1
          return inner.spend(...given)
        },
      },
    })
    assert.equal(await spent(store, 'ada', 1), 1)
    redis.freeze()
    assert.equal(await spent(store, 'ada', 50), 50)
    assert.equal(asked, 2, 'the one that was answered, and the one that was not')
    redis.thaw()
    await isBack(store)
    assert.equal(await spent(store, 'ada', 20), 9)
  })

  it('answers a ping, and says that it is not as it should be', async () => {
    const store = replica()
    await store.ping()
    assert.equal(await store.remark(), undefined)
    await redis.kill()
    await store.ping()
    assert.equal(await store.remark(), away)
  })

  it('keeps no names, and forgets what has run out', async () => {
    const held = postgresEphemeral(postgres.database)
    await held.claim('turns:somebody', 1)
    await held.spend('turns:somebody', 1, minutes)
    await wait(5)
    await held.sweep()
    const rows = await postgres.database.selectFrom('ephemeral').select(['name', 'used']).execute()
    assert.deepEqual(
      rows.map(({ name, used }) => [name.length, used]),
      [[32, 1]],
    )
  })

  it('holds no more than it may: then it allows nothing until there is room', async () => {
    const held = postgresEphemeral(postgres.database, 2)
    for (const key of ['a', 'b', 'c']) await held.claim(key, key === 'c' ? minutes : 20)
    await held.sweep()
    await assert.rejects(held.spend('d', 10, minutes), /more than 2 limits/)
    await until(async () => {
      await held.sweep()
      return held.spend('d', 10, minutes).then(
        ({ allowed }) => allowed,
        () => false,
      )
    })
  })
})

describe('Redis and PostgreSQL both gone', function () {
  this.timeout(180_000)

  it('allow nothing; and what was counted before still counts when PostgreSQL is back', async () => {
    const server = await startFallibleServer()
    const database = await openDatabase(server.url)
    const redis = await startTestRedis()
    const store = ephemeralWithFallback({
      redis: openRedis(redis.url, { prefix: 'test' }),
      postgres: postgresEphemeral(database.kysely),
      log: openLog('silent', {}),
    })
    try {
      assert.equal(await spent(store, 'ada', 50), 50)
      await server.stop()
      await redis.kill()
      await assert.rejects(store.spend('ada', limit, 5 * minutes))
      await assert.rejects(store.claim('event', minutes))
      await assert.rejects(store.ping())
      await server.comeBack()
      await until(() =>
        store.ping().then(
          () => true,
          () => false,
        ),
      )
      const more = await spent(store, 'ada', 20)
      assert.ok(more <= 10, `${more} more were allowed`)
    } finally {
      await store.close()
      await database.close()
      await redis.close()
      await server.close()
    }
  })
})

/** A way to Redis that can be cut while Redis itself goes on. */
async function startWay(url: string): Promise<{ readonly url: string; cut(): void; close(): void }> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const behind = connect(Number(new URL(url).port), '127.0.0.1')
    for (const socket of [client, behind]) {
      sockets.add(socket)
      socket.on('error', () => undefined)
    }
    client.pipe(behind).pipe(client)
    client.once('close', () => behind.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = () => {
    server.close()
    for (const socket of sockets) socket.destroy()
  }
  return { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, cut, close: cut }
}

/** Waits for something that must happen sooner or later; mocha's time-out is the judge. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(20)
}
