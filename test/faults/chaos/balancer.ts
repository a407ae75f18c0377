import { once } from 'node:events'
import { type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

/** What stands before the replicas of a bot: every request goes to any of them, and none is sent twice unless that is the mischief. */
export interface Balancer {
  readonly port: number
  /** How requests are treated from now on. */
  treat(mischief: Mischief): void
  /** Ends every connection without a word. */
  cut(): void
  close(): Promise<void>
}

export interface Mischief {
  /** A share of requests is delivered a second time, a moment later, wherever. */
  readonly again: number
  /** A share of requests is kept back for up to this many milliseconds, so that others overtake them. */
  readonly late: number
  readonly lateBy: number
  /** A share of requests is passed on, and its answer is lost. */
  readonly lost: number
}

export const noMischief: Mischief = { again: 0, late: 0, lateBy: 0, lost: 0 }

const largest = 4 * 1024 * 1024

/**
 * @param backends ports of the replicas, whether they live or not
 * @param chance between 0 and 1
 */
export async function startBalancer(backends: () => readonly number[], chance: () => number): Promise<Balancer> {
  let mischief = noMischief
  const sockets = new Set<Socket>()

  const shuffled = (): number[] =>
    backends()
      .map((port) => ({ port, at: chance() }))
      .sort((one, other) => one.at - other.at)
      .map(({ port }) => port)

  function pass(from: IncomingMessage, body: Buffer, to: ServerResponse | undefined): void {
    const [first, ...others] = shuffled()
    const attempt = (port: number | undefined, left: readonly number[]): void => {
      if (port === undefined) return void to?.writeHead(503, { 'retry-after': '1' }).end()
      const { method, url, headers } = from
      const onward: ClientRequest = request({ host: '127.0.0.1', port, method, path: url, headers, agent: false })
      onward.on('response', (answer) => {
        if (!to || chance() < mischief.lost) {
          answer.resume()
          return void to?.destroy()
        }
        to.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(to)
        answer.on('error', () => to.destroy())
      })
      onward.on('error', (error: NodeJS.ErrnoException) => {
        // One that takes no connection has not heard of the request: any other one may have it.
        if (error.code === 'ECONNREFUSED') return attempt(left[0], left.slice(1))
        if (to?.headersSent === false) to.writeHead(502).end()
        else to?.destroy()
      })
      onward.end(body)
    }
    attempt(first, others)
  }

  const server = createServer((incoming, answer) => {
    const parts: Buffer[] = []
    let size = 0
    incoming.on('data', (part: Buffer) => {
      size += part.length
      if (size > largest) return void incoming.destroy()
      parts.push(part)
    })
    incoming.on('error', () => answer.destroy())
    incoming.on('end', () => {
      const body = Buffer.concat(parts)
      const wait = chance() < mischief.late ? chance() * mischief.lateBy : 0
      const again = chance() < mischief.again ? wait + chance() * 1_500 : undefined
      setTimeout(() => pass(incoming, body, answer), wait)
      if (again !== undefined) setTimeout(() => pass(incoming, body, undefined), again)
    })
  })
  server.on('upgrade', (incoming, socket: Socket, head: Buffer) => {
    const [port] = shuffled()
    if (port === undefined) return void socket.destroy()
    const onward = connect(port, '127.0.0.1')
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`]
    for (let at = 0; at < incoming.rawHeaders.length; at += 2)
      lines.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}`)
    onward.write(`${lines.join('\r\n')}\r\n\r\n`)
    onward.write(head)
    onward.pipe(socket).pipe(onward)
    const end = () => {
      onward.destroy()
      socket.destroy()
    }
    for (const one of [onward, socket]) one.on('error', end).on('close', end)
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    treat(how) {
      mischief = how
    },
    cut,
    async close() {
      const closed = once(server, 'close')
      server.close()
      cut()
      await closed
    },
  }
}
