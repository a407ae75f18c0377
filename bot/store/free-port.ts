import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below what systems give to connections that go out (from 32,768 on in Linux, 49,152 elsewhere): a port of those may be taken by any
 * connection before it is listened on, or while whoever listened is started again.
 */
const lowest = 15_000
const highest = 32_000
const tries = 100

/** A port of loopback that nobody listens on right now. @throws Error when there seems to be none */
export async function freePort(): Promise<number> {
  for (let turn = 0; turn < tries; turn++) {
    const port = randomInt(lowest, highest)
    if (await isFree(port)) return port
  }
  throw new Error(`no free port found between ${lowest} and ${highest}`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
