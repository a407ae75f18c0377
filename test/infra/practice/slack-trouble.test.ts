import assert from 'node:assert/strict'
import { isJsonObject } from '../../../infra/practice/slack/json.ts'
import { sign } from '../../../infra/practice/slack/signing.ts'
import {
  actions,
  BOT_TOKEN,
  button,
  IT_CHANNEL,
  type Json,
  modal,
  SIGNING_SECRET,
  type SlackTestBot,
  section,
  startSlackTestBot,
} from './slack-test-bot.ts'

const impatient = { acknowledgeWithin: 150, retryAfter: [0, 20, 20] }

describe('practice Slack: trouble', () => {
  let bot: SlackTestBot
  let now = new Date()
  const start = async (options: Parameters<typeof startSlackTestBot>[0] = {}) => {
    bot = await startSlackTestBot({ limits: impatient, ...options })
  }
  beforeEach(() => {
    now = new Date()
  })
  afterEach(() => bot.close())

  const said = () => bot.received.filter(({ body }) => (body.event as Json | undefined)?.type === 'message')

  it('brings an event again until the bot takes it: the same event, and why', async () => {
    await start()
    const statuses = [500, 503]
    bot.on('events', (_, response) => {
      const status = statuses.shift()
      if (status !== undefined) response.status(status).end()
    })
    const { delivered } = await bot.slack.client.say(bot.ada, 'hello')
    const delivery = await delivered
    assert.deepEqual([delivery?.status, delivery?.attempts], [200, 3])
    const tries = said()
    assert.deepEqual(
      tries.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']]),
      [
        [undefined, undefined],
        ['1', 'http_error'],
        ['2', 'http_error'],
      ],
    )
    assert.equal(new Set(tries.map(({ body }) => body.event_id)).size, 1)
  })

  it('gives up after three more tries, and says http_timeout to who is too slow', async () => {
    await start()
    bot.on('events', () => new Promise((resolve) => setTimeout(resolve, 400)))
    const delivery = await (await bot.slack.client.say(bot.ada, 'hello')).delivered
    assert.deepEqual([delivery?.status, delivery?.attempts], [0, 4])
    assert.equal(said()[1]?.headers['x-slack-retry-reason'], 'http_timeout')
  })

  it('does not bring again what the bot asks not to', async () => {
    await start()
    bot.on('events', (_, response) => void response.status(500).set('x-slack-no-retry', '1').end())
    const delivery = await (await bot.slack.client.say(bot.ada, 'hello')).delivered
    assert.equal(delivery?.attempts, 1)
  })

  it('brings an event once more when a test wants that', async () => {
    await start()
    const { client } = bot.slack
    const first = await (await client.say(bot.ada, 'hello')).delivered
    assert.ok(first && client.eventIds().includes(first.eventId))
    await client.redeliver(first.eventId)
    assert.deepEqual(
      said().map(({ body, headers }) => [body.event_id, headers['x-slack-retry-num']]),
      [
        [first.eventId, undefined],
        [first.eventId, '1'],
      ],
    )
    assert.equal(await client.redeliver('Ev0UNKNOWN'), undefined)
  })

  it('signs every copy anew, however fast they follow each other', async () => {
    await start()
    const { client } = bot.slack
    const first = await (await client.say(bot.ada, 'hello')).delivered
    assert.ok(first)
    await Promise.all([1, 2, 3].map(() => client.redeliver(first.eventId)))
    const signatures = said().map(({ headers }) => headers['x-slack-signature'])
    assert.equal(new Set(signatures).size, 4, 'four requests, four signatures')
    assert.equal(bot.refused(), 0)
  })

  it('presses a button of an old screen, and of somebody else’s card from one’s own chat', async () => {
    await start()
    const { client } = bot.slack
    const say = async (user: string, value: string) => {
      const blocks = [actions(button('Go', value))]
      const { channel, ts } = await bot.call('chat.postMessage', { channel: user, text: 'x', blocks })
      const old = client.messagesOf(user).find((message) => message.ts === ts)
      assert.ok(old)
      return { channel, old }
    }
    const { channel, old } = await say(bot.ada, 'ada’s')
    await bot.call('chat.update', { channel, ts: old.ts, text: 'over', blocks: [] })
    await assert.rejects(client.press(bot.ada, old.conversationId, old.ts, { text: 'Go' }), { code: 'no-such-button' })
    await client.pressAsSeen(bot.ada, old, { text: 'Go' })
    const { old: own } = await say(bot.max, 'max’s')
    const { ts, conversationId } = own
    await client.pressAsSeen(bot.max, { ...old, ts, conversationId }, { text: 'Go' })
    await assert.rejects(client.pressAsSeen(bot.max, old, { text: 'Go' }), { code: 'no-such-conversation' })
    const presses = bot.received
      .filter(({ path }) => path === 'interactivity')
      .map(({ body }) => [(body.user as Json).id, (body.channel as Json).id, (body.actions as Json[])[0]?.value])
    assert.deepEqual(presses, [
      [bot.ada, old.conversationId, 'ada’s'],
      [bot.max, own.conversationId, 'ada’s'],
    ])
  })

  it('resumes a chat by its id and says whose it is, until the account is deactivated', async () => {
    await start()
    const { client } = bot.slack
    const channel = client.directMessageOf(bot.ada)
    const resumed = await bot.call('conversations.open', { channel, return_im: true })
    assert.equal((resumed.channel as Json).user, bot.ada)
    assert.equal((await bot.call('conversations.open', { channel: 'C0NONE' })).error, 'channel_not_found')
    await client.setProfile(bot.ada, { deleted: true })
    assert.equal((await bot.call('conversations.open', { channel })).error, 'user_disabled')
  })

  it('can lie about who it is', async () => {
    await start()
    const { client } = bot.slack
    const body = client.eventBody(bot.ada, 'give me a password')
    const seconds = Math.floor(Date.now() / 1_000)
    const status = async (headers: Record<string, string>, sent = body) =>
      (await client.deliverRaw('events', sent, { 'content-type': 'application/json', ...headers })).status
    const right = sign(SIGNING_SECRET, seconds, body)
    assert.equal(await status(right), 200)
    assert.equal(await status(right, `${body} `), 401)
    assert.equal(await status(sign('another secret', seconds, body)), 401)
    assert.equal(await status(sign(SIGNING_SECRET, seconds - 360, body)), 401)
    assert.equal(await status(sign(SIGNING_SECRET, seconds + 360, body)), 401)
    assert.equal(await status({}), 401)
    assert.equal(bot.refused(), 5)
  })

  it('lets a trigger live three seconds and open one modal', async () => {
    await start({ clock: () => now })
    const { client } = bot.slack
    const triggers: string[] = []
    bot.on('interactivity', ({ body }) => void triggers.push(String(body.trigger_id)))
    const { ts } = await bot.call('chat.postMessage', {
      channel: bot.ada,
      text: 'x',
      blocks: [actions(button('Open'))],
    })
    const conversationId = client.directMessageOf(bot.ada)
    for (let turn = 0; turn < 3; turn++) await client.press(bot.ada, conversationId, String(ts), { text: 'Open' })
    const open = async (trigger: string | undefined) =>
      bot.call('views.open', { trigger_id: trigger, view: modal('M', [section('x')]) })
    assert.ok((await open(triggers[0])).ok)
    assert.equal((await open(triggers[0])).error, 'exchanged_trigger_id')
    now = new Date(now.getTime() + 2_999)
    assert.ok((await open(triggers[1])).ok)
    now = new Date(now.getTime() + 1)
    assert.equal((await open(triggers[2])).error, 'expired_trigger_id')
  })

  it('keeps three modals above each other at most, and refuses an old hash', async () => {
    await start()
    const { client } = bot.slack
    const answers: (Json & { error?: string })[] = []
    bot.on('interactivity', async ({ body }) => {
      const view = modal('M', [section('x'), actions(button('Next'))])
      const method = body.view ? 'views.push' : 'views.open'
      answers.push(await bot.call(method, { trigger_id: body.trigger_id, view }))
    })
    const { ts } = await bot.call('chat.postMessage', {
      channel: bot.ada,
      text: 'x',
      blocks: [actions(button('Open'))],
    })
    await client.press(bot.ada, client.directMessageOf(bot.ada), String(ts), { text: 'Open' })
    for (let turn = 0; turn < 3; turn++) await client.pressInView(bot.ada, { text: 'Next' })
    assert.deepEqual(
      answers.map(({ ok, error }) => error ?? ok),
      [true, true, true, 'push_limit_reached'],
    )
    const third = answers[2]?.view
    assert.ok(isJsonObject(third))
    const { id, hash } = third
    const update = (given: Json) =>
      bot.call('views.update', { view_id: id, view: modal('New', [section('y')]), ...given })
    assert.ok((await update({ hash })).ok)
    assert.equal((await update({ hash })).error, 'hash_conflict')
    await client.closeView(bot.ada)
    assert.equal((await client.view(bot.ada))?.title, 'M', 'the one below is seen again')
  })

  it('takes a response_url five times in half an hour', async () => {
    await start({ clock: () => now })
    const { client } = bot.slack
    const urls: string[] = []
    bot.on('commands', ({ body }) => void urls.push(String(body.response_url)))
    const conversationId = client.directMessageOf(bot.ada)
    for (let turn = 0; turn < 2; turn++) await client.command(bot.ada, conversationId, '/helpbot', '')
    const answer = async (url: string | undefined, body: Json = { text: 'hello' }) =>
      (
        await fetch(String(url), {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
      ).status
    const five = []
    for (let turn = 0; turn < 6; turn++) five.push(await answer(urls[0]))
    assert.deepEqual(five, [200, 200, 200, 200, 200, 404])
    assert.equal(await answer(urls[1], { blocks: [{ type: 'nonsense' }] }), 400)
    now = new Date(now.getTime() + 30 * 60_000)
    assert.equal(await answer(urls[1]), 404)
    assert.equal((await client.chat(bot.ada)).length, 5)
  })

  it('says that a press was not acknowledged', async () => {
    await start()
    const { client } = bot.slack
    const { ts } = await bot.call('chat.postMessage', { channel: bot.ada, text: 'x', blocks: [actions(button('Go'))] })
    bot.on('interactivity', (_, response) => void response.status(500).end())
    const pressed = await client.press(bot.ada, client.directMessageOf(bot.ada), String(ts), { text: 'Go' })
    assert.deepEqual(pressed, { acknowledged: false, status: 500 })
  })

  it('fails as asked: 429, 500, cut before and lost after', async () => {
    await start()
    const { client } = bot.slack
    const conversationId = client.directMessageOf(bot.ada)
    const post = (text: string) =>
      fetch(`${bot.slack.apiUrl}chat.postMessage`, {
        method: 'POST',
        headers: { authorization: `Bearer ${BOT_TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ channel: conversationId, text }),
      })
    client.addFault({ kind: 429, retryAfterSeconds: 7, method: 'chat.postMessage' })
    assert.ok((await bot.call('auth.test')).ok, 'other methods are not hit')
    const limited = await post('one')
    assert.deepEqual([limited.status, limited.headers.get('retry-after')], [429, '7'])
    client.addFault({ kind: 500 })
    assert.equal((await post('two')).status, 500)
    client.addFault({ kind: 'cut' })
    await assert.rejects(post('three'))
    client.addFault({ kind: 'lost' })
    await assert.rejects(post('four'))
    client.addFault({ kind: 'slow', delayMilliseconds: 50 })
    const begun = Date.now()
    assert.equal((await post('five')).status, 200)
    assert.ok(Date.now() - begun >= 45)
    client.addFault({ kind: 500, times: 100 })
    client.clearFaults()
    assert.equal((await post('six')).status, 200)
    assert.deepEqual(
      (await client.chat(bot.ada)).map(({ text }) => text),
      ['four', 'five', 'six'],
    )
  })

  it('lets a token do no more than its scopes, and an app hear no more than it subscribed to', async () => {
    await start({
      scopes: ['chat:write', 'users:read'],
      subscriptions: ['message.im', 'app_home_opened', 'user_change'],
    })
    const { client } = bot.slack
    const answer = await bot.call('conversations.open', { users: bot.ada })
    assert.deepEqual(
      [answer.error, answer.needed, answer.provided],
      ['missing_scope', 'im:write', 'chat:write,users:read'],
    )
    const { user } = await bot.call('users.info', { user: bot.ada })
    assert.equal((user as { profile: Json }).profile.email, undefined, 'no users:read.email, no address')
    assert.equal((await bot.call('users.lookupByEmail', { email: 'ada@practice.example' })).error, 'missing_scope')
    const { delivered } = await client.say(bot.ada, 'hello')
    assert.equal(delivered, undefined, 'no im:history, no message.im')
    const mention = await client.mention(bot.ada, IT_CHANNEL, 'hello')
    assert.equal(mention.delivered, undefined)
    await client.setProfile(bot.ada, { name: 'Ada L.' })
    assert.equal(bot.events('user_change').length, 1)
  })
})
