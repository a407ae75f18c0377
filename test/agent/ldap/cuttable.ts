import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A wire to a controller that can be cut, or go silent, at a moment of the test's choosing. TLS goes through it untouched. */
export interface CuttableWire {
  /** Where it listens. */
  readonly port: number
  /** Connections that were made, until now. */
  readonly made: number
  /** What comes back is swallowed from now on; with `cut`, the wire breaks at that moment. What goes there still arrives. */
  loseAnswers(how: 'cut' | 'silent'): void
  /** As at first. What was swallowed stays lost. */
  mend(): void
  /** Breaks every connection now. */
  cut(): void
  close(): Promise<void>
}

export async function cuttableWire(to: { readonly host: string; readonly port: number }): Promise<CuttableWire> {
  const sockets = new Set<Socket>()
  let losing: 'cut' | 'silent' | undefined
  let made = 0
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  const server = createServer((near) => {
    made += 1
    const far = connect(to)
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => other.destroy())
    }
    near.on('data', (data) => far.write(data))
    far.on('data', (data) => {
      if (losing === undefined) near.write(data)
      else if (losing === 'cut') cut()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    get made() {
      return made
    },
    loseAnswers(how) {
      losing = how
    },
    mend() {
      losing = undefined
    },
    cut,
    async close() {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
