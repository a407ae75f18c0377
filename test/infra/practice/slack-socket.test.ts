import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import type { App as BoltApp } from '@slack/bolt'
import {
  APP_TOKEN,
  actions,
  BOT_TOKEN,
  button,
  modal,
  type SlackTestBot,
  section,
  startSlackTestBot,
} from './slack-test-bot.ts'

const { App, LogLevel } = createRequire(import.meta.url)('@slack/bolt') as typeof import('@slack/bolt')

describe('practice Slack: Bolt in Socket Mode', () => {
  let bot: SlackTestBot
  let app: BoltApp

  beforeEach(async () => {
    bot = await startSlackTestBot()
    app = new App({
      token: BOT_TOKEN,
      appToken: APP_TOKEN,
      socketMode: true,
      logLevel: LogLevel.ERROR,
      clientOptions: { slackApiUrl: bot.slack.apiUrl },
    })
  })
  afterEach(async () => {
    await app.stop()
    await bot.close()
  })

  it('brings messages, presses, submissions and commands down the line, with their answers', async () => {
    app.message(async ({ message, say }) => {
      if (message.subtype === undefined)
        await say({ text: 'answer', blocks: [section(`You said ${message.text}`), actions(button('Open'))] as never })
    })
    app.action('press-Open', async ({ ack, body, client }) => {
      await ack()
      if (!('trigger_id' in body)) return
      await client.views.open({ trigger_id: body.trigger_id, view: modal('Name', [section('x')]) as never })
    })
    app.view('test', async ({ ack }) => {
      await ack({ response_action: 'update', view: modal('Thanks', [section('x')]) as never })
    })
    app.command('/helpbot', async ({ ack, command }) => {
      await ack({ text: `command ${command.text}` })
    })
    await app.start()
    const { client } = bot.slack
    const { delivered } = await client.say(bot.ada, 'hello')
    assert.equal((await delivered)?.status, 200)
    const card = await client.waitFor(client.directMessageOf(bot.ada), (messages) =>
      messages.find(({ blocks }) => blocks.length === 2 && JSON.stringify(blocks).includes('You said hello')),
    )
    const pressed = await client.press(bot.ada, card.conversationId, card.ts, { text: 'Open' })
    assert.equal(pressed.acknowledged, true)
    await client.waitForView(bot.ada, (view) => (view?.title === 'Name' ? view : undefined))
    const submitted = await client.submitView(bot.ada)
    assert.equal(submitted.kind === 'updated' && submitted.view.title, 'Thanks')
    const { message } = await client.command(bot.ada, card.conversationId, '/helpbot', 'status')
    assert.equal(message?.text, 'command status')
    assert.equal(bot.received.length, 0, 'nothing came over HTTP')
  })

  it('opens the line for the app-level token only, and each ticket once', async () => {
    assert.equal((await bot.call('apps.connections.open', {}, BOT_TOKEN)).error, 'not_allowed_token_type')
    assert.equal((await bot.call('apps.connections.open', {}, 'xapp-other')).error, 'invalid_auth')
    const { url } = await bot.call('apps.connections.open', {}, APP_TOKEN)
    const first = new WebSocket(String(url))
    await new Promise((resolve) => first.addEventListener('message', resolve, { once: true }))
    const second = new WebSocket(String(url))
    await new Promise((resolve) => second.addEventListener('error', resolve, { once: true }))
    first.close()
    await new Promise((resolve) => first.addEventListener('close', resolve, { once: true }))
  })
})
