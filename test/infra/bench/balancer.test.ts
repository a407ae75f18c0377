import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import WebSocket, { WebSocketServer } from 'ws'
import { freePort } from '../../../bot/store/free-port.ts'
import { startBalancer } from '../../../infra/bench/balancer.ts'

/** A replica that says its name, and what it was asked. */
async function replica(name: string) {
  const server = createServer((request, response) => {
    request.setEncoding('utf8')
    let body = ''
    request.on('data', (part: string) => {
      body += part
    })
    request.on('end', () => response.writeHead(201, { 'x-name': name }).end(`${request.method} ${request.url} ${body}`))
  })
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket) => socket.on('message', (text) => socket.send(`${name} ${String(text)}`)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  assert.ok(typeof address === 'object' && address)
  return {
    port: address.port,
    close() {
      sockets.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

describe('The balancer of the storm', () => {
  it('gives each replica its turn, with method, path, body, status and headers as they are', async () => {
    const replicas = [await replica('one'), await replica('two')]
    const port = await freePort()
    const balancer = await startBalancer(
      port,
      replicas.map((one) => one.port),
    )
    try {
      const names: (string | null)[] = []
      for (let nth = 0; nth < 4; nth++) {
        const answer = await fetch(`http://127.0.0.1:${port}/a?b=${nth}`, { method: 'POST', body: 'words' })
        assert.equal(answer.status, 201)
        assert.equal(await answer.text(), `POST /a?b=${nth} words`)
        names.push(answer.headers.get('x-name'))
      }
      assert.deepEqual(names, ['one', 'two', 'one', 'two'])
    } finally {
      await balancer.close()
      for (const one of replicas) one.close()
    }
  })

  it('passes web sockets on', async () => {
    const only = await replica('one')
    const port = await freePort()
    const balancer = await startBalancer(port, [only.port])
    const socket = new WebSocket(`ws://127.0.0.1:${port}/agent`)
    try {
      await once(socket, 'open')
      socket.send('hello')
      const [text] = await once(socket, 'message')
      assert.equal(String(text), 'one hello')
    } finally {
      socket.terminate()
      await balancer.close()
      only.close()
    }
  })
})
