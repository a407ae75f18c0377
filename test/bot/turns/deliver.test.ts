import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import pino from 'pino'
import { type Channel, type ChannelName, DeliveryError } from '../../../bot/channels/chat.ts'
import { conversationsIn } from '../../../bot/turns/conversations.ts'
import { type Deliver, deliverer } from '../../../bot/turns/deliver.ts'
import { changePosts, type Post, readPost, writePosts } from '../../../bot/turns/outbox.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { somebody, startClock } from '../identity/people.ts'

describe('bringing posts out', () => {
  const clock = startClock()
  const ada = somebody('Ada')
  let postgres: TestPostgres
  let posted: ChannelName[]
  let trouble: DeliveryError | undefined
  let lost: Post[]
  /** So many times nobody can be told of a lost post. */
  let untold: number
  /** What a card came to show, in this order; `slow` holds the first of these back. */
  let shown: string[]
  let slow: Promise<void> | undefined

  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())
  beforeEach(async () => {
    posted = []
    lost = []
    untold = 0
    shown = []
    slow = undefined
    trouble = undefined
    await postgres.database.deleteFrom('posts').execute()
    await postgres.database.deleteFrom('conversations').execute()
  })

  function channel(name: ChannelName): Channel {
    return {
      name,
      async post(address) {
        if (trouble) throw trouble
        posted.push(name)
        return { ...address, message: '1' }
      },
      async update(_place, _key, content) {
        const held = slow
        slow = undefined
        await held
        shown.push('text' in content ? content.text : '')
      },
      reach: async ({ id }) => ({ channel: name, conversation: id, serviceUrl: '' }),
      async typing() {},
      itAddress: () => undefined,
      async probe() {},
    }
  }

  function botWith(...names: ChannelName[]) {
    const channels = new Map(names.map((name) => [name, channel(name)]))
    const conversations = conversationsIn(postgres.database, clock.now, channels)
    const deliver = deliverer({
      database: postgres.database,
      clock: clock.now,
      conversations,
      channels,
      sendMail: async () => undefined,
      lost: async (post) => {
        if (untold-- > 0) throw new Error('the database is away')
        lost.push(post)
        return []
      },
      log: pino({ level: 'silent' }),
    })
    return { conversations, deliver }
  }

  async function write(): Promise<string> {
    const key = randomUUID()
    const to = { tenant: ada.tenant, person: ada.id }
    await writePosts(postgres.database, [{ key, to, content: { text: 'Hello.' }, correlationId: key }], clock.now)
    return key
  }
  const stateOf = async (key: string) => (await readPost(postgres.database, key))?.state

  it('writes where somebody wrote last, and elsewhere once that product was switched off', async () => {
    const both = botWith('teams', 'slack')
    await both.conversations.remember(ada.tenant, ada.id, { channel: 'teams', conversation: 'a', serviceUrl: '' })
    clock.forward(1_000)
    await both.conversations.remember(ada.tenant, ada.id, { channel: 'slack', conversation: 'D1', serviceUrl: '' })
    await both.deliver.now([await write()])
    const key = await write()
    await botWith('teams').deliver.now([key])
    assert.deepEqual(posted, ['slack', 'teams'])
    assert.equal(await stateOf(key), 'sent')
  })

  it('never shows an older look of a card after a newer one, however slow the chat service is with it', async () => {
    const { deliver } = botWith('teams')
    const key = await write()
    await deliver.now([key])
    const held = Promise.withResolvers<void>()
    slow = held.promise
    const looks: Promise<void>[] = []
    for (const text of ['4 tries left', '3 tries left']) {
      await changePosts(postgres.database, [{ key, content: { text } }], clock.now)
      looks.push(deliver.now([key]))
    }
    // Time enough for the second to overtake the first.
    await new Promise((resolve) => setTimeout(resolve, 100))
    held.resolve()
    await Promise.all(looks)
    assert.deepEqual(shown, ['4 tries left', '3 tries left'])
    assert.equal(await stateOf(key), 'sent')
  })

  it('does not use up its attempts on a service that says "in a second" for a minute', async () => {
    const { deliver } = botWith('slack')
    trouble = new DeliveryError('later', 'ratelimited', 1_000)
    const key = await write()
    await deliver.now([key])
    await everySecond(deliver, 60)
    assert.deepEqual(lost, [])
    trouble = undefined
    await everySecond(deliver, 60)
    assert.deepEqual([posted, await stateOf(key)], [['slack'], 'sent'])
  })

  it('gives nothing up before whoever must know has been told', async () => {
    const { deliver } = botWith('slack')
    trouble = new DeliveryError('blocked', 'blocked')
    untold = 1
    const key = await write()
    await deliver.now([key])
    assert.deepEqual([lost.length, await stateOf(key)], [0, 'due'])
    await everySecond(deliver, 61)
    assert.deepEqual([lost.map((post) => post.key), await stateOf(key)], [[key], 'failed'])
  })

  async function everySecond(deliver: Deliver, seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      clock.forward(1_000)
      await deliver.due(10)
    }
  }
})
