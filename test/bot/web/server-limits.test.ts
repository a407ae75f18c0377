import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import express from 'express'
import { openLog } from '../../../bot/log.ts'
import { openMetrics } from '../../../bot/metrics.ts'
import { type RunningServer, type ServerOptions, startServer } from '../../../bot/server.ts'
import { freePort } from '../../../bot/store/free-port.ts'
import { addressLimits, turnstile } from '../../../bot/web/address-limits.ts'

/** A server with the routes of the bot, and how often each was really reached. */
interface Stand {
  readonly port: number
  readonly reached: Record<string, number>
  ask(path: string, options?: Asked): Promise<Answer>
}

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

describe('the server towards strangers', () => {
  const running: RunningServer[] = []
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.drain()))
  })

  async function stand(options: Partial<ServerOptions> = {}): Promise<Stand> {
    const reached: Record<string, number> = {}
    const router = express.Router()
    router.all(['/api/messages', '/slack/events', '/not-me'], (asked, response) => {
      reached[asked.path] = (reached[asked.path] ?? 0) + 1
      response.status(asked.headers.authorization === 'good' || asked.path === '/not-me' ? 200 : 401).end()
    })
    const port = await freePort()
    const metrics = openMetrics()
    metrics.watchAgents(() => [{ domain: 'corp.nordwind.example', latencyMilliseconds: 1, queue: 0 }])
    const ready = async () => ({
      ready: true,
      detail: { database: 'ok', agents: 'corp.nordwind.example: 1 of 1 live' },
    })
    const log = openLog('silent', {})
    running.push(await startServer({ host: '127.0.0.1', port, routers: [router], ready, metrics, log, ...options }))
    return { port, reached, ask: (path, asked) => ask(port, path, asked) }
  }

  const stranger = { 'x-forwarded-for': '198.51.100.1' }
  const neighbour = { 'x-forwarded-for': '198.51.100.2' }

  it('sends every header with every answer, and no banner', async () => {
    const { ask } = await stand({ isHttps: true })
    for (const [path, status] of [
      ['/healthz', 200],
      ['/readyz', 200],
      ['/metrics', 200],
      ['/api/messages', 401],
      ['/nothing', 404],
    ] as const) {
      const { status: answered, headers } = await ask(path)
      assert.equal(answered, status, path)
      assert.match(String(headers['strict-transport-security']), /^max-age=63072000; includeSubDomains$/)
      assert.match(String(headers['content-security-policy']), /default-src 'none'.*frame-ancestors 'none'/)
      assert.equal(headers['referrer-policy'], 'no-referrer')
      assert.equal(headers['cache-control'], 'no-store')
      assert.equal(headers['x-content-type-options'], 'nosniff')
      assert.equal(headers['x-frame-options'], 'DENY')
      assert.match(String(headers['permissions-policy']), /camera=\(\).*microphone=\(\).*usb=\(\)/)
      for (const banner of ['server', 'x-powered-by', 'etag', 'via']) assert.equal(headers[banner], undefined, banner)
    }
  })

  it('says nothing of https where people do not reach it by https', async () => {
    const { ask } = await stand()
    assert.equal((await ask('/healthz')).headers['strict-transport-security'], undefined)
  })

  it('holds back an address that was refused too often, before its request is looked at, and nobody else', async () => {
    const { ask, reached } = await stand({ limits: { refused: 5 } })
    const statuses: number[] = []
    for (let turn = 0; turn < 8; turn++)
      statuses.push((await ask('/api/messages', { method: 'POST', headers: stranger })).status)
    assert.deepEqual(statuses, [401, 401, 401, 401, 401, 429, 429, 429])
    assert.equal(reached['/api/messages'], 5)
    const held = await ask('/slack/events', { method: 'POST', headers: stranger })
    assert.equal(held.status, 429)
    assert.ok(Number(held.headers['retry-after']) > 0 && Number(held.headers['retry-after']) <= 60)
    assert.equal(held.headers.connection, 'close')
    assert.equal(held.headers['x-content-type-options'], 'nosniff')
    assert.equal((await ask('/api/messages', { method: 'POST', headers: neighbour })).status, 401)
  })

  it('is not talked out of it by an invented address', async () => {
    const { ask } = await stand({ limits: { refused: 3 } })
    const statuses: number[] = []
    for (let turn = 0; turn < 5; turn++) {
      const headers = { 'x-forwarded-for': `203.0.113.${turn}, 198.51.100.1` }
      statuses.push((await ask('/api/messages', { method: 'POST', headers })).status)
    }
    assert.deepEqual(statuses, [401, 401, 401, 429, 429])
  })

  it('never holds back where Teams comes from, whatever others send from there', async () => {
    const { ask, reached } = await stand({ limits: { refused: 3 } })
    const teams = { method: 'POST', headers: { ...stranger, authorization: 'good' } }
    assert.equal((await ask('/api/messages', teams)).status, 200)
    for (let turn = 0; turn < 10; turn++)
      assert.equal((await ask('/api/messages', { method: 'POST', headers: stranger })).status, 401)
    assert.equal((await ask('/api/messages', teams)).status, 200)
    assert.equal(reached['/api/messages'], 12)
  })

  it('answers whoever looks whether it lives, whatever others send from there', async () => {
    const { ask } = await stand({ limits: { refused: 3 } })
    for (let turn = 0; turn < 5; turn++) await ask('/guess', { headers: stranger })
    assert.equal((await ask('/guess', { headers: stranger })).status, 429)
    assert.equal((await ask('/healthz', { headers: stranger })).status, 200)
    assert.equal((await ask('/readyz', { headers: stranger })).status, 200)
  })

  it('shuts no ingress that nobody named as trusted, through which everybody comes', async () => {
    const { ask } = await stand({ limits: { refused: 3, open: 3 } })
    const ingress = { 'x-forwarded-for': '10.1.2.3' }
    for (let turn = 0; turn < 10; turn++) assert.equal((await ask('/guess', { headers: ingress })).status, 404)
    for (let turn = 0; turn < 10; turn++) assert.equal((await ask('/not-me', { headers: ingress })).status, 200)
    const teams = { method: 'POST', headers: { ...ingress, authorization: 'good' } }
    assert.equal((await ask('/api/messages', teams)).status, 200)
  })

  it('a page that anybody may open proves nothing', async () => {
    const { ask } = await stand({ limits: { refused: 3 } })
    assert.equal((await ask('/not-me', { method: 'POST', headers: stranger })).status, 200)
    assert.equal((await ask('/healthz', { headers: stranger })).status, 200)
    const statuses: number[] = []
    for (let turn = 0; turn < 5; turn++) statuses.push((await ask('/guess', { headers: stranger })).status)
    assert.deepEqual(statuses, [404, 404, 404, 429, 429])
  })

  it('lets nobody ask for the page of mails more often than its limit', async () => {
    const { ask, reached } = await stand({ limits: { open: 4 } })
    const statuses: number[] = []
    for (let turn = 0; turn < 6; turn++)
      statuses.push((await ask('/not-me', { method: 'POST', headers: stranger })).status)
    assert.deepEqual(statuses, [200, 200, 200, 200, 429, 429])
    assert.equal(reached['/not-me'], 4)
    assert.equal((await ask('/not-me', { headers: neighbour })).status, 200)
  })

  it('tells strangers that it is ready, and nothing about what it is made of', async () => {
    const { ask } = await stand()
    const inside = await ask('/readyz')
    assert.match(inside.body, /corp\.nordwind\.example/)
    assert.match((await ask('/metrics')).body, /helpbot_agents_live\{domain="corp\.nordwind\.example"\} 1/)
    const outside = await ask('/readyz', { headers: stranger })
    assert.deepEqual([outside.status, outside.body], [200, '{"ready":true}'])
    const metrics = await ask('/metrics', { headers: stranger })
    assert.deepEqual([metrics.status, metrics.body], [404, '{"error":"not found"}'])
  })

  it('tells whoever has the token, and then nobody else', async () => {
    const { ask } = await stand({ metricsToken: 'a-token-for-the-scraper' })
    const headers = { authorization: 'Bearer a-token-for-the-scraper' }
    assert.equal((await ask('/metrics', { headers: { ...headers, ...stranger } })).status, 200)
    assert.equal((await ask('/metrics')).status, 404)
    assert.equal((await ask('/readyz')).body, '{"ready":true}')
    assert.match((await ask('/readyz', { headers })).body, /database/)
  })

  it('hangs up on whoever sends slowly, in the headers or in the body', async () => {
    const quick = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 }
    const { port } = await stand({ limits: quick })
    for (const start of [
      'GET /healthz HTTP/1.1\r\nHost: a\r\nX-Slow: ',
      'POST /api/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\nContent-Type: application/json\r\n\r\n{',
    ]) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(start)
      const drip = setInterval(() => socket.writable && socket.write('a'), 30)
      const said = await allOf(socket)
      clearInterval(drip)
      assert.match(said, /^HTTP\/1\.1 4(08|01) /)
    }
  })

  it('takes no more connections than it may hold', async () => {
    const { port, ask } = await stand({ limits: { connections: 3 } })
    const held: Socket[] = []
    for (let turn = 0; turn < 3; turn++) {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      held.push(socket)
    }
    await assert.rejects(ask('/healthz'))
    for (const socket of held) {
      socket.destroy()
      await once(socket, 'close')
    }
    for (;;) {
      const status = await ask('/healthz').then(
        (answer) => answer.status,
        () => 0,
      )
      if (status === 200) break
    }
  })

  it('reads no headers without end', async () => {
    const { port, ask } = await stand()
    assert.equal((await ask('/healthz', { headers: { 'x-long': 'a'.repeat(17_000) } })).status, 431)
    const socket = connect(port, '127.0.0.1')
    socket.write('not HTTP at all\r\n\r\n')
    const said = await allOf(socket)
    assert.match(said, /^HTTP\/1\.1 400 Bad Request\r\n/)
    assert.match(said, /X-Content-Type-Options: nosniff/)
  })
})

describe('the turnstile', () => {
  it('opens again after a minute, and knows Teams for a day', () => {
    let now = 0
    const gate = turnstile({ refused: 2, open: 2 }, () => now)
    const address = '198.51.100.1'
    for (let turn = 0; turn < 2; turn++) gate.refused(address)
    assert.equal(gate.heldFor(address), 60)
    now += 59_000
    assert.equal(gate.heldFor(address), 1)
    gate.proven(address)
    assert.equal(gate.heldFor(address), undefined)
    now += 86_400_000
    for (let turn = 0; turn < 2; turn++) gate.refused(address)
    assert.equal(gate.heldFor(address), 60)
  })

  it('takes all addresses of one IPv6 network for one', () => {
    const gate = turnstile(addressLimits, () => 0)
    for (let turn = 0; turn < addressLimits.refused; turn++) gate.refused(`2001:db8:1:2::${turn.toString(16)}`)
    assert.equal(gate.heldFor('2001:db8:1:2::ffff'), 60)
    assert.equal(gate.heldFor('2001:db8:1:3::1'), undefined)
  })

  it('remembers no more addresses than it may', () => {
    const gate = turnstile({ refused: 1, open: 1 }, () => 0)
    gate.refused('198.51.100.1')
    for (let turn = 0; turn < 20_000; turn++) gate.refused(`10.${turn >> 16}.${(turn >> 8) & 255}.${turn & 255}`)
    assert.equal(gate.heldFor('198.51.100.1'), undefined)
  })
})

function ask(port: number, path: string, { method = 'GET', headers = {} }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk
      })
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
    })
    sent.once('error', reject)
    sent.end()
  })
}

async function allOf(socket: Socket): Promise<string> {
  let said = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
  })
  if (!socket.closed) await once(socket, 'close')
  return said
}
