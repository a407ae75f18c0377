import { createHash } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { privateFolder } from './durable-file.ts'

/** Another process works with this data folder. */
export class FolderInUse extends Error {
  constructor(folder: string) {
    super(`an agent runs already on ${folder}: stop it first`)
    this.name = 'FolderInUse'
  }
}

/**
 * Makes this process the only one that works with the data folder: two that write one journal would each run what the other one has
 * run. Held by a local name, not by a file, so that it ends with the process however that ends; no port is opened. Only Linux
 * (abstract sockets, unix(7)) and Windows (named pipes) have such names: elsewhere nothing is held.
 * @returns lets go @throws FolderInUse
 */
export async function soleUser(folder: string): Promise<() => void> {
  await privateFolder(folder)
  const place = localName(await realpath(folder))
  if (place === undefined) return () => undefined
  const held = createServer((caller) => caller.destroy())
  await new Promise<void>((resolve, reject) => {
    held.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? new FolderInUse(folder) : error),
    )
    held.listen(place, resolve)
  })
  held.unref()
  return () => held.close()
}

function localName(folder: string): string | undefined {
  const name = `helpbot-agent-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`
  if (process.platform === 'linux') return `\0${name}`
  if (process.platform === 'win32') return join('\\\\.\\pipe', name)
  return undefined
}
