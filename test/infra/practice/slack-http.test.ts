import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import {
  actions,
  button,
  IT_CHANNEL,
  input,
  type Json,
  modal,
  type SlackTestBot,
  startSlackTestBot,
} from './slack-test-bot.ts'

describe('practice Slack over HTTP', () => {
  let bot: SlackTestBot
  let server: Server
  let url: string

  beforeEach(async () => {
    bot = await startSlackTestBot()
    server = createServer(express().use('/slack', bot.slack.router)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack`
  })
  afterEach(async () => {
    await bot.close()
    server.closeAllConnections()
    server.close()
  })

  const call = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...headers },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? undefined : JSON.parse(text)) as Json }
  }

  it('lets one act as a person', async () => {
    bot.on('interactivity', async ({ body }) => {
      if (body.type === 'block_actions')
        await bot.call('views.open', { trigger_id: body.trigger_id, view: modal('Why', [input('why', 'Why')]) })
    })
    const { body: opened } = await call('POST', `/people/${bot.ada}/open`)
    const conversationId = String(opened.conversationId)
    assert.match(conversationId, /^D/)
    assert.equal((await call('POST', `/people/${bot.ada}/messages`, { text: 'hello' })).status, 202)
    const { ts } = await bot.call('chat.postMessage', { channel: bot.ada, text: 'x', blocks: [actions(button('Go'))] })
    const { body: chat } = await call('GET', `/people/${bot.ada}/chat`)
    assert.equal((chat as unknown as Json[]).length, 2)
    const press = { conversationId, messageTs: ts, button: { text: 'Go' } }
    assert.equal((await call('POST', `/people/${bot.ada}/presses`, press)).body.acknowledged, true)
    assert.equal((await call('GET', `/people/${bot.ada}/view`)).body.title, 'Why')
    assert.equal((await call('GET', `/people/${bot.max}/view`)).body, null)
    const submitted = await call('POST', `/people/${bot.ada}/view/submit`, { typed: { why: 'so' } })
    assert.equal(submitted.body.kind, 'closed')
    assert.equal((await call('POST', `/people/${bot.ada}/view/close`)).body.error !== undefined, true)
    const post = { user: bot.ada, text: 'help', mention: true }
    assert.equal((await call('POST', `/channels/${IT_CHANNEL}/messages`, post)).status, 202)
    const { body: channel } = await call('GET', `/channels/${IT_CHANNEL}`)
    assert.equal(channel.name, 'it-help-desk')
    const profile = await call('POST', `/people/${bot.gus}/profile`, { is_stranger: true })
    assert.equal(profile.body.is_stranger, true)
  })

  it('answers what cannot be done in plain words', async () => {
    assert.equal((await call('GET', '/people/U0NOBODY/chat')).status, 404)
    assert.equal((await call('POST', `/people/${bot.ada}/presses`, { messageTs: 1 })).status, 400)
    assert.equal((await call('POST', '/redeliver', { eventId: 'Ev0' })).status, 404)
    assert.equal((await call('GET', '/nothing')).status, 404)
    assert.equal((await call('GET', '/people', undefined, { origin: 'https://evil.example' })).status, 403)
  })

  it('streams what a person may see, and no more', async () => {
    const closing = new AbortController()
    const response = await fetch(`${url}/events?user=${bot.max}`, { signal: closing.signal })
    const { client } = bot.slack
    await client.post(bot.max, IT_CHANNEL, 'from max')
    await client.say(bot.ada, 'private words of Ada')
    await bot.call('chat.postEphemeral', { channel: IT_CHANNEL, user: bot.max, text: 'only for max' })
    await client.post(bot.ada, IT_CHANNEL, 'from ada')
    await bot.call('chat.postEphemeral', { channel: IT_CHANNEL, user: bot.ada, text: 'only for ada' })
    await client.post(bot.max, IT_CHANNEL, 'the end')
    let text = ''
    const decoder = new TextDecoder()
    assert.ok(response.body)
    for await (const chunk of response.body) {
      text += decoder.decode(chunk, { stream: true })
      if (text.includes('the end')) break
    }
    closing.abort()
    for (const words of ['from max', 'only for max', 'from ada']) assert.ok(text.includes(words), words)
    for (const words of ['private words', 'only for ada']) assert.ok(!text.includes(words), words)
  })
})
