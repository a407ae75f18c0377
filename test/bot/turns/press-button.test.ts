import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Arrival, ChannelName } from '../../../bot/channels/chat.ts'
import type { Button } from '../../../bot/turns/button.ts'
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
    return (await pressed(key, channel)) !== undefined
  }

  /** What the button is told of the card's place; undefined when it is not asked at all. */
  async function pressed(
    key: string,
    channel: ChannelName,
  ): Promise<{ readonly in: ChannelName | undefined } | undefined> {
    let worked: { readonly in: ChannelName | undefined } | undefined
    const inbound = { kind: 'press', verb: 'confirm', post: key, values: { pick: '42' } } as const
    const arrival: Arrival = {
      id: randomUUID(),
      sender: ada,
      address: { channel, conversation: 'c', serviceUrl: '' },
      place: { channel, conversation: 'c', message: '1', serviceUrl: '' },
      correlationId: 'c1',
      inbound,
    }
    const confirm: Button = async ({ post }) => {
      worked = { in: post.place?.channel }
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
    const place = { channel: 'teams', conversation: 'c', message: '1', serviceUrl: '' } as const
    await markSent(database, [{ post, place }])
    assert.equal(await press(key, 'slack'), false)
    assert.equal(await press(key, 'teams'), true)
  })

  it('stands where it was pressed, while it is not written down yet where that is', async () => {
    const { database } = postgres
    const key = `confirmation:${randomUUID()}`
    const to = { tenant: ada.tenant, person: ada.id }
    await writePosts(
      database,
      [{ key, to, content: { card: 'match-number', data: {} }, correlationId: 'c1' }],
      clock.now,
    )
    assert.deepEqual(await pressed(key, 'teams'), { in: 'teams' })
  })
})
