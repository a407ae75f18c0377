import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { itChannelId } from '../../../infra/practice/teams/identifiers.ts'
import { ada, answer, card, startTestBot, type TestBot } from './teams-test-bot.ts'

describe('practice Teams: the client over HTTP', () => {
  let bot: TestBot
  let server: Server
  let base: string
  before(async () => {
    bot = await startTestBot()
    server = createServer(express().use('/client', bot.teams.clientRouter)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/client`
    bot.onTurn(async (context) => {
      if (context.activity.type === 'message') {
        await context.sendActivity({ attachments: [card({ type: 'Action.Execute', title: 'Go', verb: 'go' })] })
      } else if (context.activity.type === 'invoke') {
        await context.sendActivity(
          answer(200, { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Gone' }),
        )
      }
    })
  })
  after(async () => {
    await bot.close()
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })

  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${base}${path}`, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    return { status: response.status, body: JSON.parse((await response.text()) || 'null') }
  }

  it('lets a page open a chat, write, press and follow what happens', async () => {
    const events = await fetch(`${base}/events?personId=${ada.id}`)
    const reader = events.body?.pipeThrough(new TextDecoderStream()).getReader()
    assert.equal((await call('POST', `/people/${ada.id}/open`)).body.installed, true)
    assert.equal((await call('POST', `/people/${ada.id}/messages`, { text: 'hi' })).status, 202)
    let read = ''
    while (!read.includes('Action.Execute')) read += (await reader?.read())?.value ?? assert.fail('the stream ended')
    await reader?.cancel()
    const { body } = await call('GET', `/people/${ada.id}/chat`)
    const message = body.messages.at(-1)
    const action = message.attachments[0].content.actions[0]
    const pressed = await call('POST', `/people/${ada.id}/actions`, { messageId: message.id, action, data: {} })
    assert.deepEqual(pressed.body, { kind: 'message', text: 'Gone' })
    const again = await call('POST', '/redeliver', { activityId: body.messages.at(-2).id })
    assert.equal(again.body.status, 200)
  })

  it('serves channels, states and faults', async () => {
    const path = `/channels/${encodeURIComponent(itChannelId)}`
    const sent = await call('POST', `${path}/messages`, { personId: ada.id, text: 'hello' })
    assert.equal(sent.status, 202)
    const { messages } = (await call('GET', path)).body
    assert.ok(messages.some(({ id }: { id: string }) => id === sent.body.message.id))
    const reply = { personId: ada.id, text: '', replyTo: sent.body.message.id, files: ['log.txt'] }
    const { message } = (await call('POST', `${path}/messages`, reply)).body
    assert.deepEqual([message.threadId, message.attachments[0].name], [sent.body.message.id, 'log.txt'])
    const edit = { personId: ada.id, messageId: message.id, text: 'with words' }
    assert.equal((await call('POST', `${path}/edits`, edit)).body.message.text, 'with words')
    assert.equal((await call('POST', '/team', { personId: ada.id, installed: false })).status, 204)
    assert.equal((await call('POST', `${path}/messages`, reply)).body.error.code, 'not-installed')
    assert.equal((await call('POST', '/team', { personId: ada.id, installed: true })).status, 204)
    assert.deepEqual((await call('POST', '/state', { personId: ada.id, blocked: true })).body, {
      installed: true,
      blocked: true,
    })
    assert.equal((await call('POST', `/people/${ada.id}/messages`, { text: 'hi' })).body.error.code, 'blocked')
    assert.equal((await call('POST', '/state', { personId: ada.id, blocked: false })).status, 200)
    assert.equal((await call('POST', '/faults', { status: 429, times: 2 })).status, 204)
    assert.equal((await call('DELETE', '/faults')).status, 204)
  })

  it('refuses what it does not understand', async () => {
    assert.equal((await call('POST', `/people/${ada.id}/messages`, { text: '' })).status, 400)
    assert.equal((await call('POST', `/people/${ada.id}/actions`, { messageId: '1' })).status, 400)
    assert.equal((await call('GET', '/people/nobody/chat')).status, 404)
    assert.equal((await call('GET', '/nothing')).status, 404)
    assert.equal((await call('POST', '/faults', { status: 200 })).status, 400)
    const huge = await call('POST', `/people/${ada.id}/actions`, { messageId: 'x'.repeat(200_000) })
    assert.equal(huge.status, 413)
  })

  it('answers pages of this machine only', async () => {
    const get = async (headers: Record<string, string>) => {
      const [response] = await once(send(`${base}/people/${ada.id}/chat`, { headers }).end(), 'response')
      response.resume()
      return response.statusCode
    }
    assert.equal(await get({}), 200)
    assert.equal(await get({ host: 'evil.example' }), 403)
    assert.equal(await get({ origin: 'https://evil.example' }), 403)
    assert.equal(await get({ origin: new URL(base).origin }), 200)
  })
})
