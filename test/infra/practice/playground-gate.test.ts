import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { openPlaygroundGate, type PlaygroundGate } from '../../../infra/practice/playground-gate.ts'

const quietMilliseconds = 100

describe('the gate between the Agents Playground and the bot', () => {
  let bot: Server
  let gate: PlaygroundGate
  let seen: Record<string, unknown>[]
  let answer: object
  /** Runs before the bot answers. */
  let meanwhile: () => Promise<void>

  before(async () => {
    bot = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      request.once('end', async () => {
        seen.push({ path: request.url, authorization: request.headers.authorization, ...JSON.parse(body) })
        if (request.url === '/api/messages') await meanwhile()
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
      })
    }).listen(0, '127.0.0.1')
    await once(bot, 'listening')
    const address = bot.address()
    assert.ok(typeof address === 'object' && address)
    const url = `http://127.0.0.1:${address.port}`
    gate = await openPlaygroundGate({ botUrl: url, playgroundUrl: url, quietMilliseconds })
  })
  beforeEach(() => {
    seen = []
    answer = {}
    meanwhile = async () => undefined
  })
  after(async () => {
    await gate.close()
    bot.closeAllConnections()
    bot.close()
  })

  const send = (body: object, headers: Record<string, string> = {}) =>
    fetch(gate.messagesUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const command = (name: string, value: object) => ({
    type: 'invoke',
    name: `composeExtension/${name}`,
    id: '7',
    value,
  })
  const onMessage = (actions: object[]) => ({
    messagePayload: { id: '42', attachments: [{ content: JSON.stringify({ type: 'AdaptiveCard', actions }) }] },
  })
  const opensWindow = { type: 'Action.Submit', data: { msteams: { type: 'task/fetch' }, post: 'a/b' } }
  const window = { task: { type: 'continue', value: { title: 'Yours', card: {} } } }

  it('hands on what it does not know as it is, and the answer too', async () => {
    answer = { statusCode: 200, value: 'Got it.' }
    const message = { type: 'message', text: 'help', channelData: { tenant: { id: '1' } } }
    assert.deepEqual(await (await send(message)).json(), answer)
    assert.deepEqual(seen, [{ path: '/api/messages', authorization: undefined, ...message }])
  })

  it("makes an action command on a message the press on that message's window button", async () => {
    answer = window
    const cancel = { type: 'Action.Execute', data: { post: 'a/b' } }
    assert.deepEqual(await (await send(command('fetchTask', onMessage([cancel, opensWindow])))).json(), window)
    const [{ name, value, replyToId, id } = {}] = seen
    assert.deepEqual(
      { name, value, replyToId, id },
      {
        name: 'task/fetch',
        value: { data: opensWindow.data },
        replyToId: '42',
        id: '7',
      },
    )
  })

  it('sends a window off as the dialog that it is', async () => {
    answer = window
    assert.deepEqual(
      await (await send(command('submitAction', { data: { post: 'a/b', code: '123456' } }))).json(),
      window,
    )
    assert.equal(seen[0]?.name, 'task/submit')
    assert.deepEqual(seen[0]?.value, { data: { post: 'a/b', code: '123456' } })
  })

  it('lets the bot speak first: a window opens when it has been quiet for a while', async () => {
    answer = window
    let said = 0
    const path = '/_connector/v3/conversations/playground-chat/activities'
    meanwhile = async () => {
      const url = new URL(path, gate.serviceUrl)
      await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"type":"message"}' })
      said = performance.now()
    }
    await send(command('fetchTask', onMessage([opensWindow])))
    // Timers count in whole milliseconds.
    assert.ok(performance.now() - said >= quietMilliseconds - 2)
    assert.deepEqual(
      seen.map((one) => one.path),
      ['/api/messages', path],
    )
  })

  for (const [what, said, words] of [
    ['an empty answer, which closes a dialog in Teams', {}, 'You can close this window'],
    ['a sentence', { task: { type: 'message', value: 'Too late.' } }, 'Too late.'],
  ] as const)
    it(`makes a window of ${what}`, async () => {
      answer = said
      const { task } = (await (await send(command('submitAction', { data: {} }))).json()) as typeof window
      assert.equal(task.type, 'continue')
      assert.ok(JSON.stringify(task.value).includes(words))
    })

  for (const [what, value] of [
    ['a message without such a button', onMessage([{ type: 'Action.Execute', data: { post: 'a/b' } }])],
    ['no message', {}],
  ] as const)
    it(`tells somebody who gives the command on ${what}, and asks the bot nothing`, async () => {
      assert.match(await (await send(command('fetchTask', value))).text(), /no button that opens a window/)
      assert.deepEqual(seen, [])
    })

  for (const [what, headers, status] of [
    ['a page from elsewhere', { origin: 'https://stranger.example' }, 403],
    ['a form', { 'content-type': 'text/plain' }, 415],
  ] as const)
    it(`lets nothing through from ${what}`, async () => {
      assert.equal((await send({ type: 'message', text: 'help' }, headers)).status, status)
      assert.deepEqual(seen, [])
    })
})

describe('a program that cannot be told where to listen', () => {
  it('listens on this machine only, with the module loaded ahead of it', () => {
    const preload = new URL('../../../infra/practice/listen-on-loopback.ts', import.meta.url).href
    const program = `const server = require('node:http').createServer()
      server.listen(0, () => { console.log(server.address().address); server.close() })`
    const run = (args: readonly string[]) =>
      execFileSync(process.execPath, [...args, '-e', program], { encoding: 'utf8' })
    assert.notEqual(run([]).trim(), '127.0.0.1')
    assert.equal(run(['--import', preload]).trim(), '127.0.0.1')
  })
})
