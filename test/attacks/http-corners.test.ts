import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { openLog } from '../../bot/log.ts'
import { openMetrics } from '../../bot/metrics.ts'
import { recoursePage } from '../../bot/recourse/page.ts'
import { type RunningServer, startServer } from '../../bot/server.ts'
import { freePort } from '../../bot/store/free-port.ts'

const token = 'a'.repeat(43)

describe('the corners of HTTP', () => {
  let server: RunningServer
  let port: number
  const used: string[] = []

  before(async () => {
    port = await freePort()
    const page = recoursePage({
      practice: false,
      async use(given) {
        used.push(given)
        return { ok: true, sentence: 'Done.' }
      },
    })
    server = await startServer({
      host: '127.0.0.1',
      port,
      routers: [page],
      ready: async () => ({ ready: true, detail: {} }),
      metrics: openMetrics(),
      log: openLog('silent', {}),
    })
  })
  beforeEach(() => {
    used.length = 0
  })
  after(() => server.drain())

  /** Sends bytes as they are, and answers all that came until the other end hung up. */
  async function raw(lines: readonly string[]): Promise<string> {
    const socket = connect(port, '127.0.0.1')
    const heard: Buffer[] = []
    socket.on('data', (data: Buffer) => heard.push(data))
    socket.on('error', () => undefined)
    socket.write(lines.join('\r\n'))
    await once(socket, 'close')
    return Buffer.concat(heard).toString('latin1')
  }

  const body = JSON.stringify({ token })
  const head = ['POST /not-me HTTP/1.1', 'Host: x', 'Connection: close', 'Content-Type: application/json']

  it('an honest request is answered (so that what follows is refused for what is wrong with it)', async () => {
    assert.match(await raw([...head, `Content-Length: ${body.length}`, '', body]), /^HTTP\/1\.1 200 [\s\S]*Done\./)
    assert.deepEqual(used, [token])
  })

  for (const [name, lengths, sent] of [
    ['two kinds of length', ['Transfer-Encoding: chunked', `Content-Length: ${body.length}`], `0\r\n\r\n${body}`],
    ['two lengths', [`Content-Length: ${body.length}`, 'Content-Length: 0'], body],
    ['a length with a sign', [`Content-Length: +${body.length}`], body],
    ['a coding that is not the last', ['Transfer-Encoding: chunked, identity'], `0\r\n\r\n`],
    [
      'a line that goes on in the next',
      [`Content-Length: ${body.length}`, 'X-Odd: 1', ' Transfer-Encoding: chunked'],
      body,
    ],
  ] as const)
    it(`a request with ${name} smuggles no second one`, async () => {
      const hidden = ['POST /not-me HTTP/1.1', 'Host: x', 'Content-Type: application/json']
      const second = [...hidden, `Content-Length: ${body.length}`, '', body].join('\r\n')
      const heard = await raw([...head, ...lengths, '', `${sent}${second}`])
      assert.match(heard, /^HTTP\/1\.1 400 /)
      assert.equal(heard.match(/HTTP\/1\.1 /g)?.length, 1, heard)
      assert.deepEqual(used, [])
    })

  it('TRACE echoes nothing', async () => {
    for (const path of ['/not-me', '/healthz', '/nowhere']) {
      const heard = await raw([`TRACE ${path} HTTP/1.1`, 'Host: x', 'Connection: close', 'X-Secret: hush', '', ''])
      assert.match(heard, /^HTTP\/1\.1 404 /, path)
      assert.doesNotMatch(heard, /hush/)
    }
  })

  it('no other origin is let in, asked for beforehand or not', async () => {
    for (const method of ['OPTIONS', 'GET', 'POST']) {
      const answer = await fetch(`http://127.0.0.1:${port}/not-me`, {
        method,
        headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
      })
      const cors = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))
      assert.deepEqual(cors, [], method)
    }
    // What a form of another site can send without asking: never JSON.
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      const headers = { 'content-type': type }
      const answer = await fetch(`http://127.0.0.1:${port}/not-me`, { method: 'POST', headers, body })
      assert.equal(answer.status, 400, type)
    }
    assert.deepEqual(used, [])
  })

  it('every body says what it is, in which character set', async () => {
    for (const [path, type] of [
      ['/not-me', /^text\/html; charset=utf-8$/i],
      ['/not-me.js', /^text\/javascript; charset=utf-8$/i],
      ['/not-me.css', /^text\/css; charset=utf-8$/i],
      ['/healthz', /^application\/json; charset=utf-8$/i],
      ['/nowhere', /^application\/json; charset=utf-8$/i],
    ] as const) {
      const { headers } = await fetch(`http://127.0.0.1:${port}${path}`)
      assert.match(headers.get('content-type') ?? '', type, path)
    }
  })
})
