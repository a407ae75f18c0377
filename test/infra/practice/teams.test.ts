import assert from 'node:assert/strict'
import { TeamsInfo, type TurnContext } from 'botbuilder'
import { itChannelId, teamId } from '../../../infra/practice/teams/identifiers.ts'
import { ada, gus, max, startTestBot, TENANT, type TestBot } from './teams-test-bot.ts'

const echo = async (context: TurnContext) => {
  if (context.activity.type === 'message') await context.sendActivity(`You said ${context.activity.text}`)
}

describe('practice Teams: conversations', () => {
  let bot: TestBot
  before(async () => {
    bot = await startTestBot()
  })
  beforeEach(() => {
    bot.activities.length = 0
    bot.onTurn(echo)
  })
  after(() => bot.close())

  it('carries a message to the bot and the reply back, both authenticated', async () => {
    const { client, url } = bot.teams
    const sent = client.say(ada.id, 'hello <there>')
    const reply = await client.nextMessage(ada.id)
    assert.equal(reply.text, 'You said hello <there>')
    assert.equal(reply.from.role, 'bot')
    assert.equal(reply.replyToId, sent.message.id)
    assert.equal((await sent.delivered)?.status, 200)
    const activity = bot.activities.find(({ type }) => type === 'message')
    assert.equal(activity?.id, sent.message.id)
    assert.equal(activity?.serviceUrl, url)
    assert.equal(activity?.from?.aadObjectId, ada.id)
    assert.match(activity?.from?.id ?? '', /^29:1/)
    assert.equal(activity?.recipient?.id, `28:${bot.appId}`)
    assert.equal(activity?.conversation?.conversationType, 'personal')
    assert.match(activity?.conversation?.id ?? '', /^a:1/)
    assert.deepEqual(activity?.channelData, { tenant: { id: TENANT } })
    assert.equal(activity?.entities?.[0]?.type, 'clientInfo')
  })

  it('tells the bot once when a person opens the chat for the first time', async () => {
    const { client } = bot.teams
    const { conversationId } = client.open(max.id)
    client.open(max.id)
    client.say(max.id, 'hi')
    await client.nextMessage(max.id)
    await client.waitFor(conversationId, () => (bot.activities.length >= 3 ? true : undefined))
    const seen = bot.activities.map(({ type }) => type).sort()
    assert.deepEqual(seen, ['conversationUpdate', 'installationUpdate', 'message'])
  })

  it('numbers messages in order, however quickly they come', async () => {
    const { client } = bot.teams
    const sent = [1, 2, 3].map((nth) => client.say(ada.id, `note ${nth}`))
    await Promise.all(sent.map(({ delivered }) => delivered))
    const ids = sent.map(({ message }) => message.id)
    assert.deepEqual(ids, ids.toSorted())
    assert.equal(new Set(ids).size, 3)
  })

  it('shows typing without keeping it', async () => {
    const { client } = bot.teams
    bot.onTurn(async (context) => {
      await context.sendActivity({ type: 'typing' })
      await context.sendActivity('done')
    })
    const seen: string[] = []
    const stop = client.subscribe((event) => seen.push(event.type))
    client.say(ada.id, 'work')
    await client.nextMessage(ada.id)
    stop()
    assert.ok(seen.includes('typing'))
    const { messages } = client.chat(ada.id)
    assert.deepEqual(
      messages.slice(-2).map(({ text }) => text),
      ['work', 'done'],
    )
  })

  it('gives the bot the profile of the one it talks to', async () => {
    const { client } = bot.teams
    bot.onTurn(async (context) => {
      if (context.activity.type !== 'message') return
      const member = await TeamsInfo.getMember(context, context.activity.from.id)
      const { members } = await TeamsInfo.getPagedMembers(context)
      await context.sendActivity(JSON.stringify({ member, count: members.length }))
    })
    client.say(gus.id, 'who am I?')
    const { member, count } = JSON.parse((await client.nextMessage(gus.id)).text)
    assert.equal(count, 1)
    assert.equal(member.aadObjectId, gus.id)
    assert.equal(member.tenantId, gus.tenantId)
    assert.equal(member.userRole, 'guest')
    assert.equal(member.userPrincipalName, gus.userPrincipalName)
  })

  it('lets the bot update and delete its own messages, and nobody else’s', async () => {
    const { client } = bot.teams
    const refused: unknown[] = []
    bot.onTurn(async (context) => {
      if (context.activity.type !== 'message') return
      const first = await context.sendActivity('first')
      const second = await context.sendActivity('second')
      await context.updateActivity({ type: 'message', id: first?.id ?? '', text: 'changed' })
      await context.deleteActivity(second?.id ?? '')
      await context
        .updateActivity({ type: 'message', id: context.activity.id ?? '', text: 'forged' })
        .catch((error: { statusCode?: number }) => refused.push(error.statusCode))
    })
    const { message, delivered } = client.say(ada.id, 'go')
    assert.equal((await delivered)?.status, 200)
    const { messages } = client.chat(ada.id)
    const after = messages.slice(messages.findIndex(({ id }) => id === message.id)).map(({ text }) => text)
    assert.deepEqual(after, ['go', 'changed'])
    assert.deepEqual(refused, [403])
    const transcript = client.transcript().find(({ conversationId }) => conversationId === message.conversationId)
    assert.ok(JSON.stringify(transcript).includes('second'), 'the transcript remembers what was deleted')
    assert.ok(JSON.stringify(transcript).includes('"first"'), 'the transcript remembers what was replaced')
  })

  it('keeps a channel thread together', async () => {
    const { client } = bot.teams
    const root = client.post(itChannelId, { personId: ada.id, text: 'printer on fire' })
    assert.equal((await root.delivered)?.status, 200)
    const thread = client.conversation(itChannelId).messages.filter(({ threadId }) => threadId === root.message.id)
    assert.equal(thread.length, 2)
    assert.equal(thread[1]?.from.role, 'bot')
    const activity = bot.activities[0]
    assert.equal(activity?.conversation?.id, `${itChannelId};messageid=${root.message.id}`)
    assert.equal(activity?.conversation?.conversationType, 'channel')
    assert.equal(activity?.text, '<at>HelpBot</at> printer on fire')
    assert.equal(activity?.entities?.[0]?.mentioned.id, `28:${bot.appId}`)
    assert.equal(activity?.channelData.team.id, teamId)
  })

  it('carries group chats', async () => {
    const { client } = bot.teams
    const { conversationId } = client.openGroupChat([ada.id, max.id], 'Launch')
    await client.post(conversationId, { personId: max.id, text: 'hello' }).delivered
    assert.equal(bot.activities[0]?.conversation?.conversationType, 'groupChat')
    assert.equal(client.conversation(conversationId).messages.length, 2)
  })

  it('tells the bot about reactions', async () => {
    const { client } = bot.teams
    client.say(ada.id, 'hi')
    const { id } = await client.nextMessage(ada.id)
    await client.react(ada.id, { messageId: id, type: 'like' })
    const reaction = bot.activities.find(({ type }) => type === 'messageReaction')
    assert.deepEqual(reaction?.reactionsAdded, [{ type: 'like' }])
    assert.equal(reaction?.replyToId, id)
  })

  it('lets the bot speak first, to one person and to a channel', async () => {
    const { client, url } = bot.teams
    const start = (parameters: object, channelText?: string) =>
      bot.adapter.createConversationAsync(
        bot.appId,
        'msteams',
        url,
        'https://api.botframework.com',
        { isGroup: false, bot: { id: bot.appId, name: '' }, tenantId: TENANT, ...parameters } as Parameters<
          typeof bot.adapter.createConversationAsync
        >[4],
        async (context) => {
          if (channelText === undefined) await context.sendActivity('Good morning')
          else await context.sendActivity(channelText)
        },
      )
    await start({ members: [{ id: max.id }], channelData: { tenant: { id: TENANT } } })
    const chat = client.chat(max.id)
    assert.equal(chat.messages.at(-1)?.text, 'Good morning')
    await start({ members: [{ id: bot.activities[0]?.from?.id ?? max.id }], channelData: { tenant: { id: TENANT } } })
    assert.equal(client.chat(max.id).conversationId, chat.conversationId, 'the same person has the same chat')
    const thread = { isGroup: true, channelData: { channel: { id: itChannelId } } }
    await start({ ...thread, activity: { type: 'message', text: 'Escalation' } }, 'More about it')
    const [root, reply] = client.conversation(itChannelId).messages.slice(-2)
    assert.equal(root?.text, 'Escalation')
    assert.equal(reply?.threadId, root?.id)
  })
})
