import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { openLog } from '../../../bot/log.ts'
import type { Ephemeral } from '../../../bot/store/ephemeral.ts'
import { ephemeralWithFallback } from '../../../bot/store/ephemeral-with-fallback.ts'
import { memoryEphemeral } from '../../../bot/store/memory.ts'
import { postgresEphemeral } from '../../../bot/store/postgres-ephemeral.ts'
import { openRedis } from '../../../bot/store/redis.ts'
import { startTestPostgres } from '../../support/postgres.ts'
import { startTestRedis, type TestRedis } from '../../support/redis.ts'

interface Kind {
  readonly name: string
  /** Two ends of the same store: two replicas in Redis, the one process otherwise. */
  open(): Promise<{ one: Ephemeral; other: Ephemeral; close(): Promise<void> }>
}

const inMemory: Kind = {
  name: 'in memory',
  async open() {
    const store = memoryEphemeral(() => new Date())
    return { one: store, other: store, close: () => store.close() }
  },
}

const inRedis: Kind = {
  name: 'in Redis',
  async open() {
    const redis = await startTestRedis()
    const one = openRedis(redis.url, { prefix: 'test' })
    const other = openRedis(redis.url, { prefix: 'test' })
    return {
      one,
      other,
      async close() {
        await Promise.all([one.close(), other.close()])
        await redis.close()
      },
    }
  },
}

const inPostgres: Kind = {
  name: 'in PostgreSQL',
  async open() {
    const { database, close } = await startTestPostgres()
    const one = postgresEphemeral(database)
    const other = postgresEphemeral(database)
    return {
      one,
      other,
      async close() {
        await Promise.all([one.close(), other.close()])
        await close()
      },
    }
  },
}

/** Redis with PostgreSQL behind it, while Redis is there and while it is not. */
const withFallback = (redisIs: 'there' | 'gone'): Kind => ({
  name: `in Redis with PostgreSQL behind it, while Redis is ${redisIs}`,
  async open() {
    const redis = await startTestRedis()
    const { database, close } = await startTestPostgres()
    const open = () =>
      ephemeralWithFallback({
        redis: openRedis(redis.url, { prefix: 'test' }),
        postgres: postgresEphemeral(database),
        log: openLog('silent', {}),
      })
    const one = open()
    const other = open()
    await Promise.all([one.ping(), other.ping()])
    if (redisIs === 'gone') {
      await redis.kill()
      await Promise.all([one.ping(), other.ping()])
    }
    return {
      one,
      other,
      async close() {
        await Promise.all([one.close(), other.close()])
        await redis.close()
        await close()
      },
    }
  },
})

for (const kind of [inMemory, inRedis, inPostgres, withFallback('there'), withFallback('gone')]) {
  describe(`what may be forgotten, ${kind.name}`, () => {
    let store: Awaited<ReturnType<Kind['open']>>
    before(async () => {
      store = await kind.open()
    })
    after(() => store.close())

    it('answers a ping', () => store.one.ping())

    it('gives a key to the first who claims it and to nobody else', async () => {
      assert.equal(await store.one.claim('activity 1', 60_000), true)
      assert.equal(await store.one.claim('activity 1', 60_000), false)
      assert.equal(await store.other.claim('activity 1', 60_000), false)
      assert.equal(await store.other.claim('activity 2', 60_000), true)
    })

    it('gives it to exactly one of many who claim at once', async () => {
      const claims = Array.from({ length: 100 }, (_, index) =>
        (index % 2 ? store.one : store.other).claim('race', 60_000),
      )
      assert.equal((await Promise.all(claims)).filter(Boolean).length, 1)
    })

    it('gives it again after release', async () => {
      await store.one.claim('released', 60_000)
      await store.other.release('released')
      assert.equal(await store.one.claim('released', 60_000), true)
    })

    it('takes the release of what nobody holds', () => store.one.release('never claimed'))

    it('gives it again when its time is over', async () => {
      assert.equal(await store.one.claim('short', 20), true)
      await until(() => store.other.claim('short', 60_000))
    })

    it('allows as many uses as the limit and says how long to wait', async () => {
      const answers = []
      for (let use = 0; use < 4; use += 1) answers.push(await (use % 2 ? store.one : store.other).spend('a', 3, 60_000))
      assert.deepEqual(
        answers.map(({ allowed }) => allowed),
        [true, true, true, false],
      )
      assert.equal(answers[0]?.retryAfterMilliseconds, 0)
      const rest = answers[3]?.retryAfterMilliseconds ?? 0
      assert.ok(rest > 0 && rest <= 60_000, `${rest} ms`)
    })

    it('counts every one of many uses at once', async () => {
      const uses = Array.from({ length: 100 }, (_, index) =>
        (index % 2 ? store.one : store.other).spend('busy', 30, 60_000),
      )
      assert.equal((await Promise.all(uses)).filter(({ allowed }) => allowed).length, 30)
    })

    it('allows uses again in the next window, which refused uses do not put off', async () => {
      await store.one.spend('window', 1, 100)
      const refused = await store.one.spend('window', 1, 100)
      assert.ok(refused.retryAfterMilliseconds <= 100)
      await until(async () => (await store.one.spend('window', 1, 100)).allowed)
    })

    it('allows nothing under a limit of nought', async () => {
      assert.equal((await store.one.spend('forbidden', 0, 60_000)).allowed, false)
    })

    it('keeps a claim and a count of the same name apart', async () => {
      assert.equal(await store.one.claim('same', 60_000), true)
      assert.equal((await store.one.spend('same', 1, 60_000)).allowed, true)
      await store.one.release('same')
      assert.equal((await store.one.spend('same', 1, 60_000)).allowed, false)
    })

    it('tells long keys apart, and odd ones', async () => {
      const long = 'x'.repeat(100_000)
      for (const key of [`${long}1`, `${long}2`, '', 'ü 漢 :*?\r\n\0', '__proto__']) {
        assert.equal(await store.one.claim(key, 60_000), true, JSON.stringify(key.slice(-20)))
        assert.equal(await store.one.claim(key, 60_000), false)
      }
    })

    it('refuses times and limits that make no sense', async () => {
      for (const time of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 1e12]) {
        await assert.rejects(store.one.claim('time', time), RangeError)
        await assert.rejects(store.one.spend('time', 1, time), RangeError)
      }
      await assert.rejects(store.one.spend('limit', -1, 1000), RangeError)
    })

    it('rejects after it was closed', async () => {
      const own = await kind.open()
      await own.close()
      await assert.rejects(own.one.claim('late', 1000), /closed/)
      await assert.rejects(own.one.ping(), /closed/)
    })
  })
}

describe('memory of one process', () => {
  it('holds no more keys than it may: the oldest goes first', async () => {
    const store = memoryEphemeral(() => new Date('2026-01-05T08:00:00Z'), 3)
    for (const key of ['a', 'b', 'c', 'd']) await store.claim(key, 60_000)
    assert.equal(await store.claim('d', 60_000), false)
    assert.equal(await store.claim('c', 60_000), false)
    assert.equal(await store.claim('a', 60_000), true)
  })

  it('makes room with what has expired before anything live', async () => {
    let now = Date.parse('2026-01-05T08:00:00Z')
    const store = memoryEphemeral(() => new Date(now), 2)
    await store.claim('live', 600_000)
    await store.claim('expired', 1_000)
    now += 31_000
    await store.claim('new', 600_000)
    assert.equal(await store.claim('live', 600_000), false)
  })

  it('goes by the clock it was given', async () => {
    let now = Date.parse('2026-01-05T08:00:00Z')
    const store = memoryEphemeral(() => new Date(now))
    await store.claim('a', 1_000)
    now += 999
    assert.equal(await store.claim('a', 1_000), false)
    now += 1
    assert.equal(await store.claim('a', 1_000), true)
  })
})

describe('when Redis is in trouble', () => {
  let redis: TestRedis
  let store: Ephemeral
  beforeEach(async () => {
    redis = await startTestRedis()
    store = openRedis(redis.url, { prefix: 'trouble' })
    await store.ping()
  })
  afterEach(async () => {
    await store.close()
    await redis.close()
  })

  it('rejects within two seconds when it was killed, and works again when it is back', async () => {
    await redis.kill()
    await rejectsSoon(() => store.claim('a', 60_000))
    await rejectsSoon(() => store.spend('a', 1, 60_000))
    await rejectsSoon(() => store.ping())
    await redis.restart()
    await until(() =>
      store.ping().then(
        () => true,
        () => false,
      ),
    )
    assert.equal(await store.claim('a', 60_000), true)
  })

  it('rejects what was under way when it is killed', async () => {
    redis.freeze()
    const underWay = store.claim('b', 60_000)
    const rejected = assert.rejects(underWay)
    await redis.kill()
    await rejected
  })

  it('rejects within two seconds when it hangs, and works again when it recovers', async () => {
    redis.freeze()
    await rejectsSoon(() => store.claim('c', 60_000))
    await rejectsSoon(() => store.ping())
    redis.thaw()
    await until(() =>
      store.ping().then(
        () => true,
        () => false,
      ),
    )
    assert.equal(await store.claim('d', 60_000), true)
  })

  it('refuses more waiting calls than it may hold, at once', async () => {
    await redis.kill()
    const calls = Array.from({ length: 1_500 }, () => store.ping().then(String, (error: Error) => error.message))
    assert.ok((await Promise.all(calls)).filter((message) => message === 'The queue is full').length >= 500)
  })

  it('tells the log of lost connections', async () => {
    const errors: Error[] = []
    const watched = openRedis(redis.url, { prefix: 'trouble', onError: (error) => errors.push(error) })
    await watched.ping()
    await redis.kill()
    await until(async () => errors.length > 0)
    await watched.close()
  })

  it('starts without it and works as soon as it is there', async () => {
    await redis.kill()
    const early = openRedis(redis.url, { prefix: 'trouble' })
    await rejectsSoon(() => early.ping())
    await redis.restart()
    await until(() =>
      early.ping().then(
        () => true,
        () => false,
      ),
    )
    await early.close()
  })

  it('never shows the password of a bad address', () => {
    for (const url of ['http://user:Pa55word@host', 'redis//:Pa55word@', 'Pa55word']) {
      assert.throws(
        () => openRedis(url, { prefix: 'x' }),
        (error: Error) => {
          assert.ok(!JSON.stringify({ ...error, message: error.message, stack: error.stack }).includes('Pa55word'))
          return error instanceof TypeError
        },
      )
    }
  })
})

async function rejectsSoon(call: () => Promise<unknown>): Promise<void> {
  const start = performance.now()
  await assert.rejects(call())
  const took = performance.now() - start
  assert.ok(took < 10_000, `took ${took} ms`)
}

/** Waits for something that must happen sooner or later; mocha's time-out is the judge. */
async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await wait(20)
}
