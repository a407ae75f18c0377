import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Arrival, ChannelName } from '../../../bot/channels/chat.ts'
import type { Conduct } from '../../../bot/turns/conduct.ts'
import { markSent, readPost, writePosts } from '../../../bot/turns/outbox.ts'
import { pressButton } from '../../../bot/turns/press-button.ts'
import { startTestPostgres, type TestPostgres } from '../../support/postgres.ts'
import { somebody, startClock } from '../identity/people.ts'

describe('a button', () => {
  const clock = startClock()
  const ada = somebody('Ada')
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  after(() => postgres.close())

  /** Presses the same card in one chat product or the other; answers whether the button did its work. */
  async function press(key: string, channel: ChannelName): Promise<boolean> {
    let worked = false
    const inbound = { kind: 'press', verb: 'confirm', post: key, values: { pick: '42' } } as const
    const arrival: Arrival = {
      id: randomUUID(),
      sender: ada,
      address: { channel, conversation: 'c', serviceUrl: '' },
      place: undefined,
      correlationId: 'c1',
      inbound,
    }
    const confirm = async () => {
      worked = true
      return { reply: { kind: 'nothing' } as const, posts: [] }
    }
    const conduct = { bringOut: async () => undefined } as unknown as Conduct
    const { database } = postgres
    await pressButton(
      { database, conduct, buttons: { confirm }, windows: {}, wake: () => undefined },
      arrival,
      ada,
      inbound,
    )
    return worked
  }

  it('works in the chat product in which its card stands and in no other', async () => {
    const { database } = postgres
    const key = `confirmation:${randomUUID()}`
    const to = { tenant: ada.tenant, person: ada.id }
    const content = { card: 'match-number', data: {} }
    await writePosts(database, [{ key, to, content, correlationId: 'c1' }], clock.now)
    const post = await readPost(database, key)
    assert.ok(post)
    await markSent(database, post, { channel: 'teams', conversation: 'c', message: '1', serviceUrl: '' })
    assert.equal(await press(key, 'slack'), false)
    assert.equal(await press(key, 'teams'), true)
  })
})
