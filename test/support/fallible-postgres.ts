import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '../../bot/store/embedded-postgres.ts'
import { freePort } from '../../bot/store/free-port.ts'

/** A PostgreSQL of our own that can go away and come back under the same address, as a failed-over one does. */
export interface FallibleServer {
  readonly url: string
  stop(): Promise<void>
  /** As by a power cut: nobody is told, and it has to recover when it comes back. */
  crash(): Promise<void>
  /** Ends every connection without a word; new ones are taken. */
  cut(): void
  comeBack(): Promise<void>
  /** Ends it for good and removes its folder. */
  close(): Promise<void>
}

export async function startFallibleServer(): Promise<FallibleServer> {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-fallible-'))
  let server = await startEmbeddedPostgres({ folder, throwAway: true })
  const sockets = new Set<Socket>()
  const door = createServer((client) => {
    const behind = connect(Number(new URL(server.url).port), '127.0.0.1')
    for (const socket of [client, behind]) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      socket.on('error', () => undefined)
    }
    client.pipe(behind).pipe(client)
    client.once('close', () => behind.destroy())
    behind.once('close', () => client.destroy())
  })
  const listen = async (port: number): Promise<void> => {
    door.listen(port, '127.0.0.1')
    await once(door, 'listening')
  }
  const shut = async (): Promise<void> => {
    if (!door.listening) return
    const closed = once(door, 'close')
    door.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }
  const port = await freePort()
  await listen(port)
  const url = new URL(server.url)
  url.port = String(port)
  return {
    url: url.href,
    async stop() {
      // The server says goodbye to its clients first; then nobody answers at its address.
      await server.stop()
      await shut()
    },
    async crash() {
      await Promise.all([server.stop('immediate'), shut()])
    },
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    async comeBack() {
      server = await startEmbeddedPostgres({ folder, throwAway: true })
      await listen(port)
    },
    async close() {
      await shut()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
