import assert from 'node:assert/strict'
import { itChannelId, teamId } from '../../../infra/practice/teams/identifiers.ts'
import { ada, card, max, startTestBot, TENANT, type TestBot } from './teams-test-bot.ts'

describe('practice Teams: threads of a channel', () => {
  let bot: TestBot
  before(async () => {
    bot = await startTestBot()
  })
  beforeEach(() => {
    bot.activities.length = 0
  })
  after(() => bot.close())

  const messages = () => bot.teams.client.conversation(itChannelId).messages
  const inThread = (root: string) => messages().filter(({ threadId }) => threadId === root)

  /** Has the bot call the connector with its own client, as it is about to answer a person. */
  async function asBot<Result>(
    call: (conversations: {
      post(conversation: string, activity: object): Promise<string>
      update(conversation: string, id: string, activity: object): Promise<void>
      delete(conversation: string, id: string): Promise<void>
    }) => Promise<Result>,
  ): Promise<Result> {
    let result: { readonly value: Result } | undefined
    let failed: unknown
    bot.onTurn(async (context) => {
      const key = (context.adapter as unknown as { ConnectorClientKey: symbol }).ConnectorClientKey
      const { conversations } = context.turnState.get(key)
      try {
        const value = await call({
          post: async (conversation, activity) =>
            (await conversations.sendToConversation(conversation, { type: 'message', ...activity })).id,
          update: async (conversation, id, activity) =>
            void (await conversations.updateActivity(conversation, id, { type: 'message', ...activity })),
          delete: async (conversation, id) => void (await conversations.deleteActivity(conversation, id)),
        })
        result = { value }
      } catch (error) {
        failed = error
      }
    })
    await bot.teams.client.say(ada.id, 'go on').delivered
    bot.onTurn(async () => undefined)
    bot.activities.length = 0
    if (!result) throw failed
    return result.value
  }
  const refusedWith = (statusCode: number, code: string) => (error: { statusCode?: number; code?: string }) => {
    assert.deepEqual([error.statusCode, error.code], [statusCode, code])
    return true
  }

  it('a post to the channel begins one, a post to its conversation joins it', async () => {
    const [root, reply, other] = await asBot(async ({ post }) => {
      const first = await post(itChannelId, { text: 'head' })
      return [
        first,
        await post(`${itChannelId};messageid=${first}`, { text: 'below' }),
        await post(itChannelId, { text: 'another head' }),
      ]
    })
    assert.deepEqual(
      inThread(root ?? '').map(({ id, text }) => [id, text]),
      [
        [root, 'head'],
        [reply, 'below'],
      ],
    )
    assert.deepEqual(
      inThread(other ?? '').map(({ text }) => text),
      ['another head'],
    )
  })

  it('a reply is changed and deleted under the conversation of its thread or of the channel, not of another thread', async () => {
    await asBot(async ({ post, update, delete: remove }) => {
      const root = await post(itChannelId, { text: 'head' })
      const other = await post(itChannelId, { text: 'another head' })
      const thread = `${itChannelId};messageid=${root}`
      const reply = await post(thread, { text: 'below' })
      await update(thread, reply, { text: 'changed below' })
      await update(itChannelId, root, { text: 'changed head' })
      await assert.rejects(
        update(`${itChannelId};messageid=${other}`, reply, { text: 'lost' }),
        refusedWith(404, 'ActivityNotFoundInConversation'),
      )
      assert.deepEqual(
        inThread(root).map(({ text }) => text),
        ['changed head', 'changed below'],
      )
      await remove(thread, reply)
      assert.equal(inThread(root).length, 1)
    })
  })

  it('nothing is posted below what begins no thread', async () => {
    await asBot(async ({ post, delete: remove }) => {
      const root = await post(itChannelId, { text: 'head' })
      const reply = await post(`${itChannelId};messageid=${root}`, { text: 'below' })
      const gone = await post(itChannelId, { text: 'soon gone' })
      await remove(itChannelId, gone)
      const before = messages().length
      for (const thread of [reply, gone, '1', ''])
        await assert.rejects(
          post(`${itChannelId};messageid=${thread}`, { text: 'lost' }),
          refusedWith(404, 'ConversationNotFound'),
        )
      assert.equal(messages().length, before)
    })
  })

  it('what people answer reaches the bot without a mention, from the thread', async () => {
    const root = await asBot(({ post }) => post(itChannelId, { text: 'head' }))
    const reply = await asBot(({ post }) => post(`${itChannelId};messageid=${root}`, { text: 'below' }))
    const post = { personId: ada.id, text: 'on <it>', mention: false }
    for (const replyTo of [root, reply]) {
      const { message, delivered } = bot.teams.client.post(itChannelId, { ...post, replyTo })
      assert.equal((await delivered)?.status, 200)
      assert.equal(message.threadId, root)
      const activity = bot.activities.at(-1)
      assert.equal(activity?.id, message.id)
      assert.deepEqual(activity?.conversation, {
        id: `${itChannelId};messageid=${root}`,
        conversationType: 'channel',
        tenantId: TENANT,
        isGroup: true,
      })
      assert.equal(activity?.text, 'on <it>')
      assert.deepEqual(
        activity?.entities?.filter(({ type }) => type === 'mention'),
        [],
      )
      assert.deepEqual(activity?.attachments, [{ contentType: 'text/html', content: '<p>on &lt;it&gt;</p>' }])
      assert.equal(activity?.channelData.channel.id, itChannelId)
      assert.equal(activity?.channelData.team.id, teamId)
      assert.equal(activity?.channelData.tenant.id, TENANT)
    }
    await assert.rejects(async () => bot.teams.client.post(itChannelId, { ...post, replyTo: '1' }), {
      code: 'no-such-message',
    })
  })

  it('a button on a reply says which card and which thread', async () => {
    const take = card({ type: 'Action.Execute', title: 'Take', verb: 'take', data: {} })
    const root = await asBot(({ post }) => post(itChannelId, { attachments: [take] }))
    const reply = await asBot(({ post }) => post(`${itChannelId};messageid=${root}`, { attachments: [take] }))
    for (const messageId of [root, reply]) {
      await bot.teams.client.pressIn(itChannelId, { personId: max.id, messageId, title: 'Take' })
      const activity = bot.activities.at(-1)
      assert.equal(activity?.replyToId, messageId)
      assert.equal(activity?.conversation?.id, `${itChannelId};messageid=${root}`)
      assert.equal(activity?.from?.aadObjectId, max.id)
    }
  })

  it('files: in a chat the bot is handed them, in a channel it sees their mark', async () => {
    const { client } = bot.teams
    const { message, delivered } = client.say(ada.id, '', ['log.txt', 'screen.png'])
    await delivered
    assert.deepEqual(
      message.attachments.map(({ name }) => name),
      ['log.txt', 'screen.png'],
    )
    const inChat = bot.activities.at(-1)
    assert.equal(inChat?.text, undefined)
    assert.deepEqual(
      inChat?.attachments?.map(({ contentType }) => contentType),
      ['application/vnd.microsoft.teams.file.download.info', 'image/*', 'text/html'],
    )
    await client.post(itChannelId, { personId: ada.id, text: 'see there', files: ['log.txt'] }).delivered
    const [only, ...more] = bot.activities.at(-1)?.attachments ?? []
    assert.deepEqual(more, [])
    assert.match(String(only?.content), /see there<\/p><attachment id="[0-9a-f-]{36}"><\/attachment>$/)
    const tooMany = Array.from({ length: 11 }, (_, nth) => `${nth}.txt`)
    assert.throws(() => client.say(ada.id, 'all', tooMany), { code: 'bad-input' })
    assert.throws(() => client.say(ada.id, ' ', []), { code: 'bad-input' })
  })

  it('an edit reaches the bot as what it is, and only one’s own words are edited', async () => {
    const { client } = bot.teams
    const { message, delivered } = client.post(itChannelId, { personId: ada.id, text: 'befor', mention: false })
    await delivered
    await client.edit(itChannelId, { personId: ada.id, messageId: message.id, text: 'before' }).delivered
    const { type, id, text, channelData } = bot.activities.at(-1) ?? {}
    assert.deepEqual([type, id, text, channelData.eventType], ['messageUpdate', message.id, 'before', 'editMessage'])
    assert.equal(messages().find((one) => one.id === message.id)?.text, 'before')
    assert.throws(() => client.edit(itChannelId, { personId: max.id, messageId: message.id, text: 'x' }), {
      code: 'bad-input',
    })
  })

  it('a bot that was removed from the team neither writes nor reads there, until it is added again', async () => {
    const { client } = bot.teams
    const root = await asBot(({ post }) => post(itChannelId, { attachments: [card()] }))
    const told: unknown[] = []
    const stop = client.subscribe((event) => event.type === 'delivery' && told.push(event.status))
    client.setTeam(max.id, { installed: false })
    await client.waitFor(teamId, () => told[1])
    assert.deepEqual(bot.activities[0]?.conversation?.id, teamId)
    assert.deepEqual(bot.activities.map(({ type }) => type).sort(), ['conversationUpdate', 'installationUpdate'])
    const notInRoster = refusedWith(403, 'BotNotInConversationRoster')
    await asBot(async ({ post, update }) => {
      await assert.rejects(post(itChannelId, { text: 'lost' }), notInRoster)
      await assert.rejects(post(`${itChannelId};messageid=${root}`, { text: 'lost' }), notInRoster)
      await assert.rejects(update(itChannelId, root, { text: 'lost' }), notInRoster)
    })
    const post = { personId: ada.id, text: 'anybody?', replyTo: root }
    assert.throws(() => client.post(itChannelId, post), { code: 'not-installed' })
    assert.equal(client.post(itChannelId, { ...post, mention: false }).delivered, undefined)
    const press = { personId: ada.id, messageId: root, action: { type: 'Action.Submit' } }
    await assert.rejects(client.actIn(itChannelId, press), { code: 'not-installed' })
    client.setTeam(max.id, { installed: true })
    await client.waitFor(teamId, () => told[3])
    stop()
    assert.equal((await client.post(itChannelId, { ...post, mention: false }).delivered)?.status, 200)
  })
})

describe('practice Teams: an app that may not read the whole channel', () => {
  let bot: TestBot
  before(async () => {
    bot = await startTestBot({ seesAllChannelMessages: false })
  })
  after(() => bot.close())

  it('is shown what mentions it and nothing else', async () => {
    const { client } = bot.teams
    const root = client.post(itChannelId, { personId: ada.id, text: 'printer on fire' })
    assert.equal((await root.delivered)?.status, 200)
    const aside = { personId: max.id, text: 'ouch', mention: false, replyTo: root.message.id }
    const { message, delivered } = client.post(itChannelId, aside)
    assert.equal(delivered, undefined)
    assert.equal(message.threadId, root.message.id)
    assert.equal(client.edit(itChannelId, { personId: max.id, messageId: message.id, text: 'oh' }).delivered, undefined)
    assert.equal(bot.activities.length, 1)
  })
})
