import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import { connect, type Socket } from 'node:net'

/** A plain balancer on loopback: each request goes to the next replica in turn, whoever sent it; web sockets too. */
export async function startBalancer(port: number, replicas: readonly number[]): Promise<{ close(): Promise<void> }> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 })
  let turn = 0
  const next = (): number => replicas[turn++ % replicas.length] ?? 0
  const server = createServer((incoming, answer) => {
    const { method, url, headers } = incoming
    const onward = request({ host: '127.0.0.1', port: next(), method, path: url, headers, agent })
    onward.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    onward.on('error', () => (answer.headersSent ? answer.destroy() : answer.writeHead(502).end()))
    incoming.pipe(onward)
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (incoming, socket: Socket, head: Buffer) => {
    const onward = connect(next(), '127.0.0.1')
    const fields = incoming.rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('')
    onward.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${fields}\r\n`)
    onward.write(head)
    onward.pipe(socket).pipe(onward)
    for (const one of [onward, socket])
      one.on('error', () => undefined).on('close', () => [onward, socket].map((end) => end.destroy()))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    async close() {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      agent.destroy()
      await closed
    },
  }
}
