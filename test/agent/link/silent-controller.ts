import { createServer, type Socket } from 'node:net'

/** A domain controller that takes connections and says no word: whatever is begun there hangs, until it is told to hang up. */
export interface SilentController {
  readonly url: string
  /** Connections that came. */
  readonly calls: number
  /** Ends what hangs, and whatever comes at once. */
  hangUp(): void
  /** From now on everything hangs again. */
  hold(): void
  close(): Promise<void>
}

export async function silentController(): Promise<SilentController> {
  const open = new Set<Socket>()
  let isHolding = true
  let calls = 0
  const server = createServer((socket) => {
    calls += 1
    open.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => open.delete(socket))
    if (!isHolding) socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it does not listen')
  return {
    url: `ldaps://127.0.0.1:${address.port}`,
    get calls() {
      return calls
    },
    hangUp() {
      isHolding = false
      for (const socket of open) socket.destroy()
    },
    hold() {
      isHolding = true
    },
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
