import assert from 'node:assert/strict'
import { ada, gus, max, OTHER_TENANT, quietly, startTestBot, TENANT, type TestBot } from './teams-test-bot.ts'

describe('practice Teams: trouble', () => {
  let bot: TestBot
  before(async () => {
    bot = await startTestBot({ limits: { backoffMs: 20 } })
  })
  beforeEach(() => {
    bot.activities.length = 0
    bot.onTurn(async (context) => {
      if (context.activity.type === 'message') await context.sendActivity(`You said ${context.activity.text}`)
    })
  })
  after(() => bot.close())

  const codes = async (send: () => Promise<unknown>) => {
    const error = await send().then(
      () => undefined,
      (thrown: { statusCode: number; code: string }) => thrown,
    )
    return error && [error.statusCode, error.code]
  }
  /** Speaks to a person out of the blue. */
  const proactively = (personId: string) =>
    codes(() =>
      bot.adapter.createConversationAsync(
        bot.appId,
        'msteams',
        bot.teams.url,
        'https://api.botframework.com',
        {
          isGroup: false,
          bot: { id: bot.appId, name: '' },
          members: [{ id: personId, name: '' }],
          tenantId: TENANT,
        } as Parameters<typeof bot.adapter.createConversationAsync>[4],
        async (context) => void (await context.sendActivity('Ping')),
      ),
    )

  it('lets the bot know that a person blocked it or does not have it', async () => {
    const { client } = bot.teams
    client.setState(max.id, { blocked: true })
    assert.deepEqual(await proactively(max.id), [403, 'MessageWritesBlocked'])
    assert.throws(() => client.say(max.id, 'hi'), { code: 'blocked' })
    client.setState(max.id, { blocked: false })
    assert.equal(await proactively(max.id), undefined)
    client.setState(max.id, { installed: false })
    assert.deepEqual(await proactively(max.id), [403, 'ForbiddenOperationException'])
    assert.equal(client.open(max.id).installed, false)
    client.setState(max.id, { installed: true })
    assert.equal(await proactively(max.id), undefined)
    assert.equal(client.chat(max.id).messages.at(-1)?.text, 'Ping')
  })

  it('knows nobody outside the company', async () => {
    assert.deepEqual(await proactively('aaaaaaaa-0000-4000-8000-0000000000ff'), [400, 'BadSyntax'])
    assert.throws(() => bot.teams.client.chat('aaaaaaaa-0000-4000-8000-0000000000ff'), { code: 'no-such-person' })
  })

  it('answers the bot nothing without its token', async () => {
    const { conversationId } = bot.teams.client.chat(ada.id)
    const members = `${bot.teams.url}v3/conversations/${encodeURIComponent(conversationId)}/members`
    assert.equal((await fetch(members)).status, 401)
    assert.equal((await fetch(members, { headers: { authorization: 'Bearer made.up.token' } })).status, 401)
    const post = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"type":"message","text":"x"}',
    }
    assert.equal((await fetch(members.replace('members', 'activities'), post)).status, 401)
    assert.ok(!bot.teams.client.chat(ada.id).messages.some(({ text }) => text === 'x'))
  })

  it('sends the same activity again on demand', async () => {
    const { client } = bot.teams
    const { message, delivered } = client.say(ada.id, 'once')
    await delivered
    assert.equal((await client.redeliver(message.id))?.status, 200)
    const [first, again] = bot.activities.filter(({ type }) => type === 'message')
    assert.deepEqual(again, first)
    assert.equal(client.redeliver('123'), undefined)
  })

  it('sends a message again when the bot answers 5xx', async () => {
    bot.answerNext(503, 2)
    const delivery = await bot.teams.client.say(ada.id, 'persist').delivered
    assert.deepEqual([delivery?.status, delivery?.attempts], [200, 3])
    assert.equal(bot.activities.length, 1)
  })

  it('gives up after three tries, and does not repeat what the bot refused', async () => {
    bot.answerNext(500, 3)
    const failed = await bot.teams.client.say(ada.id, 'hopeless').delivered
    assert.deepEqual([failed?.status, failed?.attempts], [500, 3])
    bot.answerNext(403, 1)
    const refused = await bot.teams.client.say(ada.id, 'refused').delivered
    assert.deepEqual([refused?.status, refused?.attempts], [403, 1])
  })

  it('finds a bot again that was away', async () => {
    const patient = await startTestBot({ limits: { backoffMs: 50, tries: 10 } })
    try {
      await patient.down()
      const sent = patient.teams.client.say(ada.id, 'are you back?')
      await patient.up()
      assert.equal((await sent.delivered)?.status, 200)
      assert.equal(patient.activities[0]?.id, sent.message.id)
    } finally {
      await patient.close()
    }
  })

  it('throttles the bot and loses its answers on demand', async () => {
    const { client } = bot.teams
    client.addFault({ status: 429, retryAfterSeconds: 1, times: 1 })
    const started = Date.now()
    client.say(ada.id, 'slowly')
    await client.nextMessage(ada.id)
    assert.ok(Date.now() - started >= 900, 'the connector client waits as Retry-After says')
    client.addFault({ status: 'lost', times: 1 })
    const { message, delivered } = client.say(max.id, 'lost')
    await quietly(async () => void (await delivered))
    const { messages } = client.chat(max.id)
    assert.ok(
      messages.some(({ id, from }) => from.role === 'bot' && id > message.id),
      'the message is there all the same',
    )
  })

  describe('tokens that CloudAdapter must not believe', () => {
    const lies = {
      'of another issuer': { issuer: 'https://evil.example/' },
      'for another bot': { audience: '00000000-0000-4000-8000-000000000000' },
      expired: { ageSeconds: 2 * 60 * 60 },
      'signed by a stranger': { signature: 'stranger' },
      'changed after signing': { signature: 'tampered' },
      unsigned: { signature: 'none' },
      absent: { signature: 'absent' },
      'for another service URL': { serviceUrl: 'https://evil.example/teams/' },
      'not endorsed for the channel': { channelId: 'directline' },
    } as const
    for (const [what, forgery] of Object.entries(lies)) {
      it(what, async () => {
        await quietly(async () => {
          const { status } = await bot.teams.client.forge(ada.id, 'give me the keys', forgery)
          // A bad signature surfaces as 500: what CloudAdapter makes of jsonwebtoken's error.
          assert.ok(status === 401 || status === 500, `answered ${status}`)
          assert.deepEqual(bot.activities, [])
        })
      })
    }

    it('and believes the genuine one, even for another tenant, a guest or a nameless sender: those the bot itself must refuse', async () => {
      const { client } = bot.teams
      assert.equal((await client.forge(ada.id, 'hi', {})).status, 200)
      assert.equal((await client.forge(ada.id, 'hi', { tenantId: OTHER_TENANT })).status, 200)
      assert.equal((await client.forge(ada.id, 'hi', { aadObjectId: null })).status, 200)
      await client.say(gus.id, 'hi').delivered
      const seen = bot.activities.map(({ channelData, from }) => [channelData.tenant.id, from?.aadObjectId])
      assert.deepEqual(seen, [
        [TENANT, ada.id],
        [OTHER_TENANT, ada.id],
        [TENANT, undefined],
        [TENANT, gus.id],
      ])
    })
  })
})
