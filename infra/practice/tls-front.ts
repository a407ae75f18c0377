import { connect, type Socket } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'

/** What stands before the bot in a real company: ends TLS and passes bytes on. It can be cut, for tests of what happens then. */
export interface TlsFront {
  readonly port: number
  /** How many connections pass through it now. */
  connections(): number
  /** Ends every connection without a word. */
  cut(): void
  /** From now on connections are taken and closed at once, or again passed on. */
  refuse(on: boolean): void
  /** From now on bytes in this direction wait, until it is called with `undefined`: those that wait then go on, in order. */
  hold(direction: 'to-bot' | 'to-agent' | 'both' | undefined): void
  close(): Promise<void>
}

/**
 * Listens on loopback with this certificate and passes everything on to a port of this machine.
 * @param to asked at each connection: the bot may be started again on another port
 */
export async function startTlsFront(options: {
  readonly tls: { readonly key: string; readonly cert: string }
  readonly port?: number
  readonly to: () => number
}): Promise<TlsFront> {
  const pairs = new Set<readonly [TLSSocket, Socket]>()
  let refusing = false
  let held: 'to-bot' | 'to-agent' | 'both' | undefined
  const { key, cert } = options.tls
  // Small frames go on at once: Nagle's algorithm would keep one until the other end has confirmed the one before (RFC 896).
  const server = createServer({ key, cert, minVersion: 'TLSv1.2', noDelay: true }, (outside) => {
    if (refusing) return void outside.destroy()
    const inside = connect({ port: options.to(), host: '127.0.0.1', noDelay: true })
    const pair = [outside, inside] as const
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      outside.destroy()
      inside.destroy()
    }
    for (const socket of pair) socket.on('close', end).on('error', end)
    outside.pipe(inside)
    inside.pipe(outside)
    applyHold(pair)
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the TLS front has no port')

  function applyHold([outside, inside]: readonly [TLSSocket, Socket]): void {
    outside.unpipe(inside)
    inside.unpipe(outside)
    if (held !== 'to-bot' && held !== 'both') outside.pipe(inside)
    if (held !== 'to-agent' && held !== 'both') inside.pipe(outside)
  }
  const cut = (): void => {
    for (const [outside, inside] of pairs) {
      outside.destroy()
      inside.destroy()
    }
    pairs.clear()
  }
  return {
    port: address.port,
    connections: () => pairs.size,
    cut,
    refuse(on) {
      refusing = on
    },
    hold(direction) {
      held = direction
      for (const pair of pairs) applyHold(pair)
    },
    async close() {
      cut()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
