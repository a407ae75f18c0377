import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import type { Address, Arrival, Place, Reply } from '../../../bot/channels/chat.ts'
import { type TeamsChannel, teamsChannel } from '../../../bot/channels/teams.ts'
import { readActivity } from '../../../bot/channels/teams-activity.ts'
import type { TeamsSettings } from '../../../bot/config.ts'
import { cardShownTo } from '../../../infra/practice/teams/message.ts'
import {
  generalChannelId,
  itChannelId,
  startTeams,
  type Teams,
  type TeamsPerson,
} from '../../../infra/practice/teams/teams.ts'
import { type ItChannel, teamsItChannel } from '../../support/it-channel.ts'
import { readCard, type Talker, teamsTalker } from '../../support/talker.ts'

const tenantId = '7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'
const appId = '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43'
const someone = (nth: number, name: string): TeamsPerson => ({
  id: `aaaaaaaa-0000-4000-8000-00000000000${nth}`,
  name,
  userPrincipalName: `${name.split(' ')[0]?.toLowerCase()}@practice.example`,
  tenantId,
})
const ida = someone(1, 'Ida Tester')
const ben = someone(2, 'Ben Carter')
const people = new Map([ida, ben].map((person) => [person.id, person]))

describe('HelpBot in the IT channel of Teams', () => {
  let teams: Teams
  let server: Server
  let channel: TeamsChannel
  let itChannel: ItChannel
  let itAddress: Address
  const arrived: { readonly arrival: Arrival; readonly isPublic: boolean }[] = []
  let answer: (arrival: Arrival) => Reply = () => ({ kind: 'nothing' })

  before(async () => {
    const token = 'token-of-the-practice-tenant'
    teams = await startTeams({
      tenantId,
      bot: { appId, name: 'HelpBot' },
      person: (id) => people.get(id),
      verifyBotToken: async (bearer) => {
        assert.equal(bearer, token)
        return { appid: appId }
      },
      clock: () => new Date(),
    })
    const settings: TeamsSettings = {
      appId,
      tenantId,
      credential: { password: 'none' },
      catalogAppId: undefined,
      itChannel: itChannelId,
      serviceUrl: teams.url,
      localIssuer: { issuer: teams.issuer, openIdMetadata: teams.openIdMetadataUrl },
      playground: false,
    }
    channel = teamsChannel({
      settings,
      authority: 'https://login.microsoftonline.com',
      tokens: { token: async () => token },
      log: pino({ level: 'silent' }),
      receive: async (arrival, isPublic) => {
        if (arrival.inbound.kind !== 'hello') arrived.push({ arrival, isPublic })
        return answer(arrival)
      },
      install: async () => assert.fail('nothing is to be installed'),
    })
    server = createServer(express().use(channel.router))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    teams.setBotUrl(`http://127.0.0.1:${(server.address() as AddressInfo).port}/api/messages`)
    itChannel = teamsItChannel(teams.client, itChannelId)
    const address = channel.itAddress()
    assert.ok(address)
    itAddress = address
  })
  beforeEach(() => {
    arrived.length = 0
    answer = () => ({ kind: 'nothing' })
  })
  after(async () => {
    await teams.close()
    server.close()
    server.closeAllConnections()
  })

  const offer = (title: string) => ({
    card: 'offer',
    data: { title, text: 'Somebody needs a human.', button: 'Take', ids: { dialog: 'take' } },
  })
  let nth = 0
  /** A thread as escalation opens it: a card at its head. */
  async function open() {
    nth += 1
    const title = `Incident ${nth}`
    const root = await channel.post(itAddress, `head-${nth}`, offer(title))
    return { root, post: `head-${nth}`, thread: await itChannel.headSeen(title) }
  }
  const below = (root: Place) => ({ ...itAddress, thread: root.message })
  const shown = () => teams.client.conversation(itChannelId).messages
  const last = () => {
    const { arrival, isPublic } = arrived.at(-1) ?? assert.fail('nothing arrived')
    return { arrival, isPublic }
  }

  describe('posts', () => {
    it('a head, and below it what belongs to it; each can be changed', async () => {
      const one = await open()
      const other = await open()
      assert.deepEqual(one.root, {
        channel: 'teams',
        conversation: itChannelId,
        message: one.thread.id,
        serviceUrl: teams.url,
      })
      const words = await channel.post(below(one.root), 'reply-1', { text: 'Maya: is anybody there?' })
      const card = await channel.post(below(one.root), 'reply-2', offer('Really Maya?'))
      assert.deepEqual(
        itChannel.thread(one.thread).map(({ text }) => text),
        [one.thread.text, 'Maya: is anybody there?', 'Really Maya?\nSomebody needs a human.'],
      )
      assert.equal(itChannel.thread(other.thread).length, 1)
      await channel.update(words, 'reply-1', { text: 'Maya: never mind' })
      await channel.update(card, 'reply-2', { ...offer('Really Maya?'), closed: 'It is Maya.' })
      await channel.update(one.root, one.post, { ...offer('Incident'), closed: 'Ben took it.' })
      const [head, first, second, ...more] = itChannel.thread(one.thread)
      assert.deepEqual(more, [])
      assert.match(head?.text ?? '', /Ben took it\.$/)
      assert.equal(first?.text, 'Maya: never mind')
      assert.match(second?.text ?? '', /It is Maya\.$/)
      assert.deepEqual(second?.buttons, [])
    })

    it('nothing below what is not the head of a thread: gone', async () => {
      const { root } = await open()
      const reply = await channel.post(below(root), 'reply', { text: 'below' })
      const before = shown().length
      for (const thread of [reply.message, '1', 'nonsense'])
        await assert.rejects(channel.post({ ...itAddress, thread }, 'lost', { text: 'lost' }), {
          name: 'DeliveryError',
          code: 'gone',
        })
      await channel.typing({ ...itAddress, thread: '1' })
      assert.equal(shown().length, before)
    })

    it('nothing where the team has removed it: not installed', async () => {
      const { root } = await open()
      teams.client.setTeam(ben.id, { installed: false })
      const refused = { name: 'DeliveryError', code: 'not-installed' }
      await assert.rejects(channel.post(below(root), 'lost', { text: 'lost' }), refused)
      await assert.rejects(channel.update(root, 'lost', { text: 'lost' }), refused)
      teams.client.setTeam(ben.id, { installed: true })
      await channel.post(below(root), 'found', { text: 'found' })
    })

    it('that it is typing, in the thread', async () => {
      const { root } = await open()
      const seen: string[] = []
      const stop = teams.client.subscribe(({ type, conversationId }) => type === 'typing' && seen.push(conversationId))
      await channel.typing(below(root))
      stop()
      assert.deepEqual(seen, [itChannelId])
    })
  })

  describe('hears', () => {
    it('what is written in a thread, mentioned or not, as belonging to its head', async () => {
      const { root, thread } = await open()
      await itChannel.reply(ben, thread, 'We are <on> it')
      const { arrival, isPublic } = last()
      assert.deepEqual(arrival.thread, root)
      assert.deepEqual(arrival.address, below(root))
      assert.deepEqual(arrival.inbound, { kind: 'text', text: 'We are <on> it', attachments: 0 })
      assert.deepEqual(arrival.sender, { tenant: tenantId, id: ben.id, name: 'Ben Carter' })
      assert.equal(isPublic, true)
      await teams.client.post(itChannelId, { personId: ida.id, text: 'Call her', replyTo: thread.id }).delivered
      assert.deepEqual(last().arrival.thread, root)
      assert.deepEqual(last().arrival.inbound, { kind: 'text', text: 'Call her', attachments: 0 })
    })

    it('an answer to a reply as belonging to the head', async () => {
      const { root, thread } = await open()
      const reply = await channel.post(below(root), 'reply', { text: 'below' })
      await itChannel.reply(ben, { ...thread, id: reply.message }, 'Yes')
      assert.deepEqual(last().arrival.thread, root)
    })

    it('the same words once: delivered again they have the same id', async () => {
      const { thread } = await open()
      await itChannel.reply(ben, thread, 'Hello')
      const sent = teams.client.post(itChannelId, { personId: ben.id, text: 'Hello', replyTo: thread.id })
      await sent.delivered
      assert.equal((await teams.client.redeliver(sent.message.id))?.status, 200)
      const [first, second, again] = arrived.map(({ arrival }) => arrival.id)
      assert.notEqual(first, second)
      assert.equal(second, again)
    })

    it('nothing of what goes on outside threads without a mention', async () => {
      for (const conversation of [itChannelId, generalChannelId]) {
        const root = teams.client.post(conversation, { personId: ben.id, text: 'Lunch?', mention: false })
        assert.equal((await root.delivered)?.status, 200)
        assert.deepEqual(arrived, [])
      }
    })

    it('a mention outside a thread, as of no thread', async () => {
      for (const conversation of [itChannelId, generalChannelId]) {
        const root = teams.client.post(conversation, { personId: ben.id, text: 'I forgot my password' })
        await root.delivered
        const { arrival, isPublic } = last()
        assert.equal(arrival.thread, undefined)
        assert.equal(isPublic, true)
        assert.deepEqual(arrival.inbound, { kind: 'text', text: 'I forgot my password', attachments: 0 })
      }
    })

    it('in threads of other channels mentions only, and takes none for the IT channel’s', async () => {
      const root = teams.client.post(generalChannelId, { personId: ben.id, text: 'Lunch?', mention: false })
      const aside = { personId: ida.id, replyTo: root.message.id }
      await teams.client.post(generalChannelId, { ...aside, text: 'Noon', mention: false }).delivered
      assert.deepEqual(arrived, [])
      await teams.client.post(generalChannelId, { ...aside, text: 'help' }).delivered
      assert.equal(last().arrival.thread, undefined)
      assert.equal(last().arrival.address.thread, root.message.id)
    })

    it('nothing of a group chat that does not mention it', () => {
      const { conversationId } = teams.client.openGroupChat([ida.id, ben.id], 'Launch')
      const sent = teams.client.post(conversationId, { personId: ben.id, text: 'hi', mention: false })
      assert.equal(sent.delivered, undefined, 'Teams does not even show it')
    })

    it('nothing of what is edited afterwards', async () => {
      const { thread } = await open()
      const { message, delivered } = teams.client.post(itChannelId, {
        personId: ben.id,
        text: 'It is 4711',
        replyTo: thread.id,
        mention: false,
      })
      await delivered
      assert.equal(arrived.length, 1)
      const edited = teams.client.edit(itChannelId, { personId: ben.id, messageId: message.id, text: 'It is 4712' })
      assert.equal((await edited.delivered)?.status, 200)
      assert.equal(arrived.length, 1)
      assert.equal(itChannel.thread(thread).at(-1)?.text, 'It is 4712')
    })

    it('how many files come with it, in a thread and in a chat, with words or without', async () => {
      const { root, thread } = await open()
      await itChannel.reply(ben, thread, '', { files: 2 })
      assert.deepEqual(last().arrival.inbound, { kind: 'text', text: '', attachments: 2 })
      assert.deepEqual(last().arrival.thread, root)
      await itChannel.reply(ben, thread, 'See there', { files: 1 })
      assert.deepEqual(last().arrival.inbound, { kind: 'text', text: 'See there', attachments: 1 })
      const picture = { personId: ben.id, text: 'look', replyTo: thread.id, files: ['screen.png', 'log.txt'] }
      await teams.client.post(itChannelId, picture).delivered
      assert.deepEqual(last().arrival.inbound, { kind: 'text', text: 'look', attachments: 2 })
      const talker: Talker = teamsTalker(teams.client, ida, () => undefined)
      await talker.say('', { files: 3 })
      assert.deepEqual(last().arrival.inbound, { kind: 'text', text: '', attachments: 3 })
      await talker.say('just words')
      assert.deepEqual(last().arrival.inbound, { kind: 'text', text: 'just words', attachments: 0 })
      assert.equal(last().isPublic, false)
    })

    it('and notes stand where the words stand', async () => {
      const { thread } = await open()
      answer = () => ({ kind: 'note', text: 'You are not of IT.' })
      await itChannel.reply(ben, thread, 'Hello')
      await itChannel.sees(thread, 'You are not of IT.')
    })
  })

  describe('buttons', () => {
    it('say which card they stand on, at the head and below it', async () => {
      const { root, post, thread } = await open()
      const reply = await channel.post(below(root), 'reply-card', offer('Below'))
      answer = () => ({ kind: 'note', text: 'Not you.' })
      for (const [place, key] of [
        [reply, 'reply-card'],
        [root, post],
      ] as const) {
        const press = { personId: ben.id, messageId: place.message, title: 'Take' }
        assert.deepEqual(await teams.client.pressIn(itChannelId, press), { kind: 'message', text: 'Not you.' })
        const { arrival, isPublic } = last()
        assert.deepEqual(arrival.place, place)
        assert.deepEqual(arrival.inbound, { kind: 'press', verb: 'start', post: key, values: { dialog: 'take' } })
        assert.deepEqual(arrival.sender, { tenant: tenantId, id: ben.id, name: 'Ben Carter' })
        assert.equal(arrival.thread, undefined, 'a press is no words of the thread')
        assert.equal(isPublic, true)
      }
      assert.equal(itChannel.thread(thread).length, 2, 'the note is for the one who pressed')
    })

    it('answer with the card as it looks now', async () => {
      const { post, thread } = await open()
      answer = () => ({ kind: 'card', post, content: { ...offer('Incident'), closed: 'Ben took it.' } })
      assert.match(await itChannel.press(ben, thread, 'Take'), /Ben took it\.$/)
      const head = shown().find(({ id }) => id === thread.id)
      assert.ok(head)
      assert.match(readCard(cardShownTo(ben.id, head) ?? {}).text, /Ben took it/)
      assert.doesNotMatch(readCard(cardShownTo(ida.id, head) ?? {}).text, /Ben took it/)
    })

    it('of clients that know no better are told privately too', async () => {
      const { root, post, thread } = await open()
      answer = () => ({ kind: 'note', text: 'Not you, either.' })
      const action = { type: 'Action.Submit', title: 'Take' }
      const data = { dialog: 'take', verb: 'start', post }
      await teams.client.actIn(itChannelId, { personId: ben.id, messageId: root.message, action, data })
      assert.deepEqual(last().arrival.place, root)
      assert.equal(last().arrival.thread, undefined)
      assert.equal(itChannel.thread(thread).length, 1)
      assert.equal(teams.client.chat(ben.id).messages.at(-1)?.text, 'Not you, either.')
    })
  })
})

describe('what a message of Teams holds', () => {
  const at = (name: string, mentionedId: string) => ({
    type: 'mention',
    text: `<at>${name}</at>`,
    mentioned: { id: mentionedId, name },
  })
  const message = (more: object) => ({
    type: 'message',
    id: '1700000000002',
    channelId: 'msteams',
    serviceUrl: 'https://smba.trafficmanager.net/emea/',
    from: { id: '29:1x', name: 'Ben', aadObjectId: ben.id },
    recipient: { id: `28:${appId}`, name: 'HelpBot' },
    conversation: { id: `${itChannelId};messageid=1700000000001`, conversationType: 'channel', tenantId },
    channelData: { tenant: { id: tenantId } },
    ...more,
  })
  const inboundOf = (more: object, { itChannel }: { itChannel: string | undefined } = { itChannel: itChannelId }) => {
    const read = readActivity(message(more), itChannel)
    return 'unread' in read ? read.unread : read.arrival.inbound
  }
  const html = (content: string) => ({ contentType: 'text/html', content })
  const guid = '1150d938-8870-4044-9f2c-5bbdeba70c9d'

  it('the mention of the bot is no part of it, the names of others are', () => {
    const entities = [at('HelpBot', `28:${appId}`), at('Ben & $& Co', '29:1y')]
    assert.deepEqual(inboundOf({ text: '<at>HelpBot</at> ask <at>Ben & $& Co</at> please', entities }), {
      kind: 'text',
      text: 'ask Ben & $& Co please',
      attachments: 0,
    })
  })

  it('a mention of somebody else is none of the bot', () => {
    const conversation = { id: generalChannelId, conversationType: 'channel', tenantId }
    const entities = [at('Ben', '29:1y')]
    assert.equal(inboundOf({ conversation, text: '<at>Ben</at> lunch?', entities }), 'not-for-us')
  })

  it('without an IT channel there are no threads', () => {
    assert.equal(inboundOf({ text: 'hello' }, { itChannel: undefined }), 'not-for-us')
    assert.notEqual(inboundOf({ text: 'hello' }), 'not-for-us')
  })

  it('a group chat is not the IT channel, whatever it is called', () => {
    const conversation = { id: `${itChannelId};messageid=1700000000001`, conversationType: 'groupChat', tenantId }
    assert.equal(inboundOf({ conversation, text: 'hello' }), 'not-for-us')
  })

  for (const [name, count, more] of [
    ['the message once more as HTML', 0, { text: 'hello', attachments: [html('<p>hello</p>')] }],
    [
      'a quotation of another message',
      0,
      {
        text: 'yes',
        attachments: [
          html('<attachment id="1615971548136"></attachment><p>yes</p>'),
          { contentType: 'messageReference' },
        ],
      },
    ],
    [
      'a file, which the HTML marks too',
      1,
      {
        text: 'this',
        attachments: [
          { contentType: 'application/vnd.microsoft.teams.file.download.info', content: { uniqueId: guid } },
          html(`<p>this</p><attachment id="${guid}"></attachment>`),
        ],
      },
    ],
    [
      'a file in a channel, where the HTML alone marks it',
      1,
      { text: 'this', attachments: [html(`<attachment id="${guid}">`)] },
    ],
    ['two pictures', 2, { text: 'these', attachments: [{ contentType: 'image/*' }, { contentType: 'image/png' }] }],
    [
      'a pasted picture',
      1,
      {
        text: 'x',
        attachments: [html('<img src="https://graph.microsoft.com/v1.0/teams/1/hostedContents/2/$value">')],
      },
    ],
    ['no words, and HTML that says nothing', 1, { attachments: [html('')] }],
    ['no words, written as null', 1, { text: null, attachments: [html('')] }],
    ['nothing at all', 0, { text: '' }],
  ] as const)
    it(`${name}: ${count} attachments`, () => {
      const inbound = inboundOf(more)
      assert.equal(typeof inbound === 'object' && inbound.kind === 'text' && inbound.attachments, count)
    })

  it('more attachments than anybody sends is malformed', () => {
    const attachments = Array.from({ length: 101 }, () => ({ contentType: 'image/png' }))
    assert.equal(inboundOf({ text: 'x', attachments }), 'malformed')
  })
})
