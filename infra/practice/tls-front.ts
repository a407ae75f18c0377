import { connect, type Socket } from 'node:net'
import { createServer } from 'node:tls'

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
  hold(direction: Direction | 'both' | undefined): void
  /** Is shown what the bot says before it is passed on: a `hold` or a `cut` called there hits that as well. `undefined` ends it. */
  watch(see: ((said: Buffer) => void) | undefined): void
  close(): Promise<void>
}

type Direction = 'to-bot' | 'to-agent'

/** One direction of one connection. */
interface Pipe {
  readonly direction: Direction
  readonly from: Socket
  readonly to: Socket
  /** What was read and may not be passed on. */
  waiting: Buffer[]
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
  const open = new Set<readonly [Pipe, Pipe]>()
  let refusing = false
  let held: Direction | 'both' | undefined
  let seeing: ((said: Buffer) => void) | undefined
  const isHeld = (direction: Direction) => held === direction || held === 'both'

  function pass(pipe: Pipe, bytes: Buffer): void {
    if (pipe.direction === 'to-agent') seeing?.(bytes)
    if (isHeld(pipe.direction)) {
      pipe.waiting.push(bytes)
      pipe.from.pause()
    } else if (!pipe.to.write(bytes)) pipe.from.pause()
  }
  function letGo(pipe: Pipe): void {
    if (isHeld(pipe.direction)) return
    for (const bytes of pipe.waiting.splice(0)) pipe.to.write(bytes)
    pipe.from.resume()
  }

  // What comes is passed on at once, as by every proxy for WebSockets: a frame must not wait for what confirms the one before it.
  const undelayed = { noDelay: true }
  const tls = { key: options.tls.key, cert: options.tls.cert, minVersion: 'TLSv1.2' } as const
  const server = createServer({ ...tls, ...undelayed }, (outside) => {
    if (refusing) return void outside.destroy()
    const inside = connect({ port: options.to(), host: '127.0.0.1', ...undelayed })
    const pipes: readonly [Pipe, Pipe] = [
      { direction: 'to-bot', from: outside, to: inside, waiting: [] },
      { direction: 'to-agent', from: inside, to: outside, waiting: [] },
    ]
    open.add(pipes)
    const end = () => {
      open.delete(pipes)
      outside.destroy()
      inside.destroy()
    }
    for (const pipe of pipes) {
      pipe.from.on('data', (bytes: Buffer) => pass(pipe, bytes)).on('end', () => pipe.to.end())
      pipe.to.on('drain', () => letGo(pipe))
      pipe.from.on('close', end).on('error', end)
    }
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', () => resolve())
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the TLS front has no port')

  const cut = (): void => {
    const now = [...open]
    open.clear()
    for (const { from } of now.flat()) from.destroy()
  }
  return {
    port: address.port,
    connections: () => open.size,
    cut,
    refuse(on) {
      refusing = on
    },
    hold(direction) {
      held = direction
      for (const pipe of [...open].flat()) letGo(pipe)
    },
    watch(see) {
      seeing = see
    },
    async close() {
      cut()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
