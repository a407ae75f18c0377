import assert from 'node:assert/strict'
import { generalChannelId } from '../../../infra/practice/slack/slack.ts'
import {
  actions,
  ada as adaInDirectory,
  BOT_TOKEN,
  button,
  gus as gusInDirectory,
  IT_CHANNEL,
  input,
  type Json,
  modal,
  nomail,
  type SlackTestBot,
  section,
  startSlackTestBot,
  TEAM,
} from './slack-test-bot.ts'

describe('practice Slack: people and the bot', () => {
  let bot: SlackTestBot
  beforeEach(async () => {
    bot = await startSlackTestBot()
  })
  afterEach(() => bot.close())

  /** Makes the bot post these blocks in Ada's chat. */
  async function posted(blocks: readonly object[], user = bot.ada) {
    const { channel } = (await bot.call('conversations.open', { users: user })) as unknown as {
      channel: { id: string }
    }
    const { ts } = await bot.call('chat.postMessage', { channel: channel.id, text: 'fallback', blocks })
    return { channel: channel.id, ts: String(ts) }
  }

  it('brings the bot what somebody writes, escaped and signed, and shows the answer', async () => {
    const { client } = bot.slack
    bot.on('events', async ({ body }) => {
      const event = body.event as Json
      if (event.type === 'message' && event.bot_id === undefined)
        await bot.call('chat.postMessage', { channel: event.channel, text: `You said: ${event.text}` })
    })
    const { conversationId } = await client.open(bot.ada)
    const { delivered } = await client.say(bot.ada, ' 2 < 3 & more ')
    assert.equal((await delivered)?.status, 200)
    const answer = await client.waitFor(conversationId, (messages) => messages.find(({ from }) => from.isBot))
    assert.equal(answer.text, 'You said: 2 &lt; 3 &amp; more')
    const { body } = await bot.gets((one) => ((one.body.event as Json).type === 'message' ? one : undefined))
    assert.match(String(body.event_id), /^Ev[0-9A-Z]{10,}$/)
    assert.equal(body.team_id, TEAM.id)
    const event = body.event as Json
    assert.deepEqual(
      { user: event.user, channel: event.channel, channel_type: event.channel_type, team: event.team },
      { user: bot.ada, channel: conversationId, channel_type: 'im', team: TEAM.id },
    )
    assert.equal(bot.refused(), 0)
    const [opened] = bot.events('app_home_opened')
    assert.equal(opened?.tab, 'messages')
  })

  it('lets the bot hear its own messages, as Slack does, with its bot_id', async () => {
    await posted([section('Hello')])
    const mine = await bot.gets(({ body }) => {
      const event = body.event as Json
      return event?.bot_id === undefined ? undefined : event
    })
    assert.equal(mine.user, bot.slack.botUserId)
  })

  it('says who somebody is, with flags and e-mail, and follows changes of the profile', async () => {
    const { client } = bot.slack
    const user = async (id: string) => (await bot.call('users.info', { user: id })).user as Json & { profile: Json }
    const before = await user(bot.ada)
    assert.deepEqual(
      [before.is_email_confirmed, before.is_restricted, before.is_stranger, before.deleted, before.profile.email],
      [true, false, undefined, false, adaInDirectory.mail],
    )
    assert.equal((await user(bot.gus)).is_restricted, true, `${gusInDirectory.displayName} is a guest`)
    assert.equal(client.userOf(nomail.id), undefined, 'who has no mail has no account')
    await client.setProfile(bot.ada, { is_stranger: true, is_email_confirmed: false, email: 'other@practice.example' })
    const after = await user(bot.ada)
    assert.deepEqual(
      [after.is_stranger, after.is_email_confirmed, after.profile.email],
      [true, false, 'other@practice.example'],
    )
    const [changed] = bot.events('user_change')
    assert.equal((changed?.user as Json | undefined)?.id, bot.ada)
    assert.equal((await bot.call('users.lookupByEmail', { email: adaInDirectory.mail })).error, 'users_not_found')
    assert.ok((await bot.call('users.lookupByEmail', { email: 'OTHER@practice.example' })).ok)
    await client.setProfile(bot.ada, { deleted: true })
    assert.equal((await bot.call('conversations.open', { users: bot.ada })).error, 'user_disabled')
    await assert.rejects(client.say(bot.ada, 'hello'), { code: 'deactivated' })
    assert.equal(
      (await bot.call('users.info', { user: bot.slack.botUserId }).then(({ user }) => user as Json)).is_bot,
      true,
    )
  })

  it('brings a press with what stands in the inputs, and shows the card as the bot changes it', async () => {
    const { channel, ts } = await posted([section('Which one?'), input('why', 'Why'), actions(button('Yes', 'y'))])
    bot.on('interactivity', async ({ body }, response) => {
      response.status(200).end()
      await bot.call('chat.update', { channel, ts, text: 'over', blocks: [section('Thank you')] })
      assert.ok(body.trigger_id)
    })
    const { client } = bot.slack
    const { acknowledged } = await client.press(bot.ada, channel, ts, { text: 'Yes' }, { why: 'because' })
    assert.equal(acknowledged, true)
    const { body } = await bot.gets((one) => (one.body.type === 'block_actions' ? one : undefined))
    const [action] = body.actions as Json[]
    assert.deepEqual([action?.action_id, action?.value, action?.type], ['press-y', 'y', 'button'])
    assert.deepEqual((body.state as Json).values, {
      'block-why': { why: { type: 'plain_text_input', value: 'because' } },
    })
    assert.equal((body.container as Json).message_ts, ts)
    assert.equal((body.user as Json).team_id, TEAM.id)
    const changed = await client.waitFor(channel, (messages) => messages.find(({ editedAt }) => editedAt !== undefined))
    assert.deepEqual(changed.blocks.length, 1)
    await assert.rejects(client.press(bot.ada, channel, ts, { text: 'Yes' }), { code: 'no-such-button' })
  })

  it('takes choices, dates and menus as Slack hands them over', async () => {
    const options = [
      { text: { type: 'plain_text', text: 'One' }, value: '1' },
      { text: { type: 'plain_text', text: 'Two' }, value: '2' },
    ]
    const { channel, ts } = await posted([
      actions(
        { type: 'static_select', action_id: 'pick', options },
        { type: 'datepicker', action_id: 'day', initial_date: '2026-01-31' },
        { type: 'checkboxes', action_id: 'all', options },
        { type: 'overflow', action_id: 'menu', options },
        button('Go'),
      ),
    ])
    const { client } = bot.slack
    await client.press(bot.ada, channel, ts, { text: 'Go' }, { pick: 'Two', all: ['1', '2'] })
    await client.press(bot.ada, channel, ts, 'menu', { menu: '2' })
    const [go, menu] = bot.received.filter(({ path }) => path === 'interactivity')
    const state = go?.body.state as { values: Record<string, Json> } | undefined
    const [values] = Object.values(state?.values ?? {})
    assert.deepEqual(values, {
      pick: { type: 'static_select', selected_option: options[1] },
      day: { type: 'datepicker', selected_date: '2026-01-31' },
      all: { type: 'checkboxes', selected_options: options },
    })
    const [chosen] = (menu?.body.actions ?? []) as Json[]
    assert.deepEqual(chosen?.selected_option, options[1])
    await assert.rejects(client.press(bot.ada, channel, ts, 'pick', { pick: 'Three' }), { code: 'bad-input' })
  })

  it('opens, updates and closes a modal, and asks for required inputs itself', async () => {
    const { client } = bot.slack
    const { channel, ts } = await posted([actions(button('Open'))])
    bot.on('interactivity', async ({ body }, response) => {
      if (body.type === 'block_actions') {
        const view = modal('Your code', [input('code', 'Code')], { private_metadata: 'kept' })
        await bot.call('views.open', { trigger_id: body.trigger_id, view })
        return
      }
      const values = (body.view as { state: { values: Record<string, Record<string, Json>> } }).state.values
      const code = values['block-code']?.code?.value
      if (code === 'wrong') response.json({ response_action: 'errors', errors: { 'block-code': 'Not this one.' } })
      if (code === 'more') response.json({ response_action: 'update', view: modal('Again', [input('code', 'Code')]) })
      if (code === 'malformed')
        response.json({ response_action: 'update', view: modal('x'.repeat(25), [input('code', 'Code')]) })
    })
    const { opened } = await client.press(bot.ada, channel, ts, { text: 'Open' })
    assert.equal(opened?.title, 'Your code')
    assert.equal(await client.view(bot.max), undefined, 'nobody else sees it')
    const before = bot.received.length
    const empty = await client.submitView(bot.ada)
    assert.deepEqual([empty.kind, bot.received.length], ['errors', before], 'an empty required input is not sent off')
    const wrong = await client.submitView(bot.ada, { code: 'wrong' })
    assert.deepEqual(wrong.kind === 'errors' && wrong.errors, { 'block-code': 'Not this one.' })
    assert.equal((await client.submitView(bot.ada, { code: 'malformed' })).kind, 'failed')
    const more = await client.submitView(bot.ada, { code: 'more' })
    assert.equal(more.kind === 'updated' && more.view.title, 'Again')
    assert.deepEqual(await client.submitView(bot.ada, { code: '123456' }), { kind: 'closed' })
    assert.equal(await client.view(bot.ada), undefined)
    const view = opened && (await bot.call('views.update', { view_id: opened.id, view: modal('Late', []) }))
    assert.equal(view?.error, 'not_found', 'a closed modal cannot be changed')
    assert.ok(!JSON.stringify(client.transcript()).includes('123456'), 'the chat keeps nothing of a modal')
  })

  it('shows a waiting view until the bot replaces it', async () => {
    const { client } = bot.slack
    const { channel, ts } = await posted([actions(button('Open'))])
    bot.on('interactivity', async ({ body }, response) => {
      const waiting = { ...modal('One moment', [section('…')]), callback_id: 'helpbot-wait' }
      const { view } = await bot.call('views.open', { trigger_id: body.trigger_id, view: waiting })
      response.status(200).end()
      await bot.call('views.update', { view_id: (view as Json).id, view: modal('Ready', [section('Here it is')]) })
    })
    const { opened } = await client.press(bot.ada, channel, ts, { text: 'Open' })
    assert.ok(opened)
    const ready = await client.waitForView(bot.ada, (view) => (view?.callbackId === 'test' ? view : undefined))
    assert.equal(ready.title, 'Ready')
    assert.equal(ready.id, opened.id)
  })

  it('tells the bot of a closed modal only where it asked for that', async () => {
    const { client } = bot.slack
    const { channel, ts } = await posted([actions(button('Quiet'), button('Loud'))])
    bot.on('interactivity', async ({ body }) => {
      const [action] = (body.actions ?? []) as Json[]
      if (action)
        await bot.call('views.open', {
          trigger_id: body.trigger_id,
          view: modal('M', [section('x')], { notify_on_close: action.value === 'Loud' }),
        })
    })
    for (const text of ['Quiet', 'Loud']) {
      await client.press(bot.ada, channel, ts, { text })
      await client.closeView(bot.ada)
    }
    assert.equal(bot.received.filter(({ body }) => body.type === 'view_closed').length, 1)
    await assert.rejects(client.closeView(bot.ada), { code: 'no-view' })
  })

  it('shows an ephemeral message to one person only, with buttons that work and a response_url that replaces it', async () => {
    const { client } = bot.slack
    await client.post(bot.ada, IT_CHANNEL, 'hello')
    await client.post(bot.max, IT_CHANNEL, 'hello too')
    const notThere = { channel: generalChannelId, user: bot.max, text: 'x' }
    assert.equal((await bot.call('chat.postEphemeral', notThere)).error, 'user_not_in_channel')
    const given = {
      channel: IT_CHANNEL,
      user: bot.ada,
      text: 'for you',
      blocks: [section('Only you'), actions(button('Ok'))],
    }
    assert.ok((await bot.call('chat.postEphemeral', given)).ok)
    const seenBy = async (user: string) => (await client.channel(IT_CHANNEL, user)).messages.map(({ text }) => text)
    assert.deepEqual(await seenBy(bot.ada), ['hello', 'hello too', 'for you'])
    assert.deepEqual(await seenBy(bot.max), ['hello', 'hello too'])
    assert.deepEqual(
      ((await bot.call('conversations.history', { channel: IT_CHANNEL })).messages as Json[]).map(({ text }) => text),
      ['hello too', 'hello'],
    )
    const mine = (await client.channel(IT_CHANNEL, bot.ada)).messages.at(-1)
    assert.ok(mine)
    bot.on('interactivity', async ({ body }) => {
      assert.equal(body.message, undefined, 'Slack does not repeat an ephemeral message')
      const answer = await fetch(String(body.response_url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ replace_original: true, text: 'Done' }),
      })
      assert.equal(answer.status, 200)
    })
    await assert.rejects(client.press(bot.max, IT_CHANNEL, mine.ts, { text: 'Ok' }), { code: 'no-such-message' })
    await client.press(bot.ada, IT_CHANNEL, mine.ts, { text: 'Ok' })
    assert.deepEqual(await seenBy(bot.ada), ['hello', 'hello too', 'Done'])
    assert.deepEqual(await seenBy(bot.max), ['hello', 'hello too'])
  })

  it('publishes the Home tab and takes presses there', async () => {
    const { client } = bot.slack
    bot.on('events', async ({ body }) => {
      const event = body.event as Json
      if (event.type !== 'app_home_opened' || event.tab !== 'home') return
      const view = { type: 'home', blocks: [section('Your access'), actions(button('Reset'))] }
      assert.ok((await bot.call('views.publish', { user_id: event.user, view })).ok)
    })
    const home = await client.openHome(bot.ada)
    assert.equal(home?.blocks.length, 2)
    assert.equal((await client.pressHome(bot.ada, { text: 'Reset' })).acknowledged, true)
    const { body } = await bot.gets((one) => (one.body.type === 'block_actions' ? one : undefined))
    assert.deepEqual([(body.view as Json).type, body.message, body.channel], ['home', undefined, undefined])
  })

  it('runs a slash command and a message shortcut', async () => {
    const { client } = bot.slack
    bot.on('commands', async ({ body }, response) => {
      response.json({ response_type: 'ephemeral', text: `You typed ${body.text}` })
    })
    const conversationId = client.directMessageOf(bot.ada)
    const { message } = await client.command(bot.ada, conversationId, '/helpbot', 'reset my password')
    assert.deepEqual([message?.text, message?.ephemeralTo], ['You typed reset my password', bot.ada])
    const { body } = await bot.gets((one) => (one.path === 'commands' ? one : undefined))
    assert.deepEqual([body.command, body.user_id, body.channel_id], ['/helpbot', bot.ada, conversationId])
    const { message: said } = await client.post(bot.max, IT_CHANNEL, 'my laptop burns')
    bot.on('interactivity', async ({ body: shortcut }) => {
      await bot.call('views.open', { trigger_id: shortcut.trigger_id, view: modal('Send', [section('x')]) })
    })
    const pressed = await client.shortcut(bot.ada, IT_CHANNEL, said.ts, 'send-to-helpbot')
    assert.equal(pressed.opened?.title, 'Send')
    const sent = await bot.gets((one) => (one.body.type === 'message_action' ? one.body : undefined))
    assert.deepEqual([(sent.message as Json).text, sent.callback_id], ['my laptop burns', 'send-to-helpbot'])
  })

  it('carries threads, mentions and files', async () => {
    const { client } = bot.slack
    const root = await bot.call('chat.postMessage', { channel: IT_CHANNEL, text: 'A thread' })
    const { message } = await client.post(bot.max, IT_CHANNEL, 'on it', {
      threadTs: String(root.ts),
      files: [{ name: 'log.txt', mimetype: 'text/plain', size: 12 }],
    })
    assert.equal(message.threadTs, root.ts)
    const event = await bot.gets(({ body }) => {
      const one = body.event as Json
      return one.text === 'on it' ? one : undefined
    })
    assert.deepEqual(
      [event.thread_ts, event.subtype, event.channel_type, (event.files as Json[])[0]?.name],
      [root.ts, 'file_share', 'channel', 'log.txt'],
    )
    await (await client.mention(bot.ada, generalChannelId, 'help')).delivered
    const [mention] = bot.events('app_mention')
    assert.equal(mention?.text, `<@${bot.slack.botUserId}> help`)
    const { messages } = await bot.call('conversations.replies', { channel: IT_CHANNEL, ts: root.ts })
    assert.deepEqual(
      (messages as Json[]).map(({ text }) => text),
      ['A thread', 'on it'],
    )
  })

  it('answers the documented refusals', async () => {
    const { client } = bot.slack
    const { message } = await client.post(bot.ada, IT_CHANNEL, 'mine')
    const random = client.channels().find(({ name }) => name === 'random')?.id
    const refusal = async (method: string, given: Json, token = BOT_TOKEN) =>
      (await bot.call(method, given, token)).error
    assert.equal(await refusal('auth.test', {}, 'xoxb-other'), 'invalid_auth')
    assert.equal(await refusal('auth.test', {}, ''), 'not_authed')
    assert.equal(await refusal('chat.postMessage', { channel: 'C0NOWHERE', text: 'x' }), 'channel_not_found')
    assert.equal(await refusal('chat.postMessage', { channel: random, text: 'x' }), 'not_in_channel')
    assert.equal(await refusal('chat.postMessage', { channel: IT_CHANNEL }), 'no_text')
    assert.equal(await refusal('chat.postMessage', { channel: IT_CHANNEL, text: 'x'.repeat(40_001) }), 'msg_too_long')
    assert.equal(
      await refusal('chat.postMessage', { channel: IT_CHANNEL, text: 'x', blocks: '[' }),
      'invalid_blocks_format',
    )
    assert.equal(
      await refusal('chat.update', { channel: IT_CHANNEL, ts: message.ts, text: 'x' }),
      'cant_update_message',
    )
    assert.equal(await refusal('chat.update', { channel: IT_CHANNEL, ts: '1.000001', text: 'x' }), 'message_not_found')
    assert.equal(await refusal('chat.delete', { channel: IT_CHANNEL, ts: message.ts }), 'cant_delete_message')
    assert.equal(await refusal('users.info', { user: 'U0NOBODY' }), 'user_not_found')
    assert.equal(await refusal('conversations.open', { users: 'U0NOBODY' }), 'user_not_found')
    assert.equal(
      await refusal('views.open', { trigger_id: 'none', view: modal('M', [section('x')]) }),
      'invalid_trigger_id',
    )
    assert.equal(await refusal('no.such.method', {}), 'unknown_method')
  })
})
