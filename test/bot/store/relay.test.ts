import assert from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { createClient } from '@redis/client'
import { memoryRelay, type RelayMembers } from '../../../bot/store/memory-relay.ts'
import { redisRelay } from '../../../bot/store/redis-relay.ts'
import { longestRelayed, type Relay, RelayError } from '../../../bot/store/relay.ts'
import { startTestRedis } from '../../support/redis.ts'

interface Kind {
  readonly name: string
  open(): Promise<{ one: Relay; other: Relay; close(): Promise<void> }>
}

const inMemory: Kind = {
  name: 'in memory',
  async open() {
    const members: RelayMembers = new Map()
    const [one, other] = [memoryRelay(members), memoryRelay(members)]
    return { one, other, close: async () => void (await Promise.all([one.close(), other.close()])) }
  },
}

const inRedis: Kind = {
  name: 'in Redis',
  async open() {
    const redis = await startTestRedis()
    const [one, other] = [redisRelay(redis.url, { prefix: 'test' }), redisRelay(redis.url, { prefix: 'test' })]
    await Promise.all([listening(one, other), listening(other, one)])
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

const coded = (code: RelayError['code']) => (error: unknown) => error instanceof RelayError && error.code === code

for (const kind of [inMemory, inRedis]) {
  describe(`replicas that reach each other, ${kind.name}`, () => {
    let relays: Awaited<ReturnType<Kind['open']>>
    before(async () => {
      relays = await kind.open()
    })
    after(() => relays.close())

    it('bears names of their own', () => assert.notEqual(relays.one.self, relays.other.self))

    it('asks another and hears its answer, many at once, none taken for another', async () => {
      await relays.other.serve(async (text) => `${text} heard`)
      const texts = Array.from({ length: 50 }, (_, index) => `ü ${index}\n`)
      assert.deepEqual(
        await Promise.all(texts.map((text) => relays.one.ask(relays.other.self, text, 5_000))),
        texts.map((text) => `${text} heard`),
      )
    })

    it('carries as much as a frame of an agent holds, and no more than its bound', async () => {
      await relays.other.serve(async (text) => text)
      const long = 'x'.repeat(2_000_000)
      assert.equal(await relays.one.ask(relays.other.self, long, 5_000), long)
      await assert.rejects(relays.one.ask(relays.other.self, 'x'.repeat(longestRelayed + 1), 5_000), RangeError)
      await assert.rejects(relays.one.announce('x'.repeat(longestRelayed + 1), 5_000), RangeError)
    })

    it('says at once that nobody of a name is there', () =>
      assert.rejects(relays.one.ask('nobody', 'hello', 60_000), coded('absent')))

    it('says that it could not be answered, and why', async () => {
      await relays.other.serve(async () => {
        throw new Error('not today')
      })
      await assert.rejects(
        relays.one.ask(relays.other.self, 'hello', 5_000),
        (error) => coded('failed')(error) && /not today/.test(String(error)),
      )
    })

    it('waits no longer than it was told to', async () => {
      await relays.other.serve(() => new Promise(() => undefined))
      await assert.rejects(relays.one.ask(relays.other.self, 'hello', 50), coded('silent'))
    })

    it('tells the others what it says of itself, the last word only, until it withdraws it', async () => {
      await relays.one.announce('first', 60_000)
      await relays.one.announce('second', 60_000)
      assert.deepEqual(await relays.other.announced(), [{ from: relays.one.self, text: 'second' }])
      assert.deepEqual(await relays.one.announced(), [])
      await relays.one.withdraw()
      assert.deepEqual(await relays.other.announced(), [])
      await relays.one.withdraw()
    })

    it('forgets it when its time is over', async () => {
      await relays.one.announce('short', 50)
      while ((await relays.other.announced()).length > 0) await wait(20)
    })

    it('reaches nobody after it was closed, and nobody reaches it', async () => {
      const own = await kind.open()
      await own.one.serve(async (text) => text)
      await own.other.close()
      await assert.rejects(own.other.ask(own.one.self, 'late', 1_000))
      await assert.rejects(own.other.announced())
      await own.close()
    })
  })
}

describe('replicas when Redis is in trouble', () => {
  it('are reached again when it is back, and are not asked meanwhile', async () => {
    const redis = await startTestRedis()
    const [one, other] = [redisRelay(redis.url, { prefix: 'test' }), redisRelay(redis.url, { prefix: 'test' })]
    await other.serve(async (text) => `${text} heard`)
    await listening(one, other)
    await redis.kill()
    await assert.rejects(one.ask(other.self, 'lost', 2_000), RelayError)
    await assert.rejects(one.announce('lost', 60_000))
    await redis.restart()
    await listening(one, other)
    assert.equal(await one.ask(other.self, 'found', 5_000), 'found heard')
    await Promise.all([one.close(), other.close()])
    await redis.close()
  })

  it('do not mind what strangers write into their channel', async () => {
    const redis = await startTestRedis()
    const [one, other] = [redisRelay(redis.url, { prefix: 'test' }), redisRelay(redis.url, { prefix: 'test' })]
    await other.serve(async (text) => `${text} heard`)
    await listening(one, other)
    const stranger = await createClient({ url: redis.url }).connect()
    for (const words of [
      '',
      '{',
      '[]',
      '{"kind":"ask"}',
      JSON.stringify({ kind: 'answer', id: 'x', from: 'y', text: 1 }),
    ])
      assert.equal(await stranger.publish(`test:relay:to:${other.self}`, words), 1)
    assert.equal(await one.ask(other.self, 'still', 5_000), 'still heard')
    stranger.destroy()
    await Promise.all([one.close(), other.close()])
    await redis.close()
  })
})

/** A question gets through to the other end, whatever becomes of it there. */
async function listening(one: Relay, other: Relay): Promise<void> {
  for (;;) {
    const reached = await one.ask(other.self, 'there?', 200).then(
      () => true,
      (error: unknown) => !(coded('absent')(error) || /Redis|Socket|connect/i.test(String(error))),
    )
    if (reached) return
    await wait(20)
  }
}
