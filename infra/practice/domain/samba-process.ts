import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { connect } from 'node:tls'
import { makeCertificates } from '../tls.ts'
import { startTool } from './programs.ts'
import { domain } from './recipe.ts'
import { runConfig } from './run-config.ts'

const slowestStart = 120_000
const slowestStop = 30_000

/** Files of a controller that are made anew for every address: its settings and its certificate. */
export interface Prepared {
  readonly folder: string
  readonly address: string
  /** The authority that signed its certificate, PEM; its key is kept nowhere. */
  readonly ca: string
}

/** Writes what a copied controller needs to run on `address`: smb.conf, folders, an EC certificate for its name and address. */
export async function prepare(folder: string, address: string): Promise<Prepared> {
  const tls = join(folder, 'private', 'tls')
  const [certificates] = await Promise.all([
    makeCertificates({ hosts: [domain.host, address] }),
    ...['private/tls', 'state', 'cache', 'lock', 'pid', 'bind-dns', 'ncalrpc'].map((name) =>
      mkdir(join(folder, name), { recursive: true }),
    ),
  ])
  await Promise.all([
    writeFile(join(folder, 'run.conf'), runConfig(folder, address)),
    writeFile(join(tls, 'ca.pem'), certificates.ca),
    writeFile(join(tls, 'cert.pem'), certificates.server.cert),
    // Samba refuses a key that others may read.
    writeFile(join(tls, 'key.pem'), certificates.server.key, { mode: 0o600 }),
  ])
  return { folder, address, ca: certificates.ca }
}

/** A running samba. */
export interface SambaProcess {
  /** Resolves when it has ended. A process that does not end in ten seconds is killed. */
  stop(how?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  /** It stands still, as a machine does that swaps or is moved: connections stay open, and nobody answers. */
  pause(): void
  resume(): void
}

/**
 * Starts samba and waits until it takes LDAPS connections. It ends by itself when this process ends, because its standard input does.
 * @throws Error with the last lines of what it said
 */
export async function startSamba(prepared: Prepared): Promise<SambaProcess> {
  const child = startTool('samba', ['-s', join(prepared.folder, 'run.conf'), '-i', '-M', 'single', '--debug-stdout'])
  const said = lastWords(child)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`it ended with ${code ?? signal}`))
  })
  const stop = async (how: 'SIGTERM' | 'SIGKILL' = 'SIGTERM') => {
    child.kill(how)
    const late = setTimeout(() => child.kill('SIGKILL'), slowestStop)
    await ended
    clearTimeout(late)
  }
  const answered = await Promise.race([ended, answers(prepared)])
  if (answered !== true) {
    await stop('SIGKILL')
    const why = answered === false ? `it did not answer within ${slowestStart / 1_000} s` : answered
    throw new Error(`samba did not start on ${prepared.address}: ${why}\n${said()}`)
  }
  return { stop, pause: () => void child.kill('SIGSTOP'), resume: () => void child.kill('SIGCONT') }
}

/** Whether the controller completes a TLS handshake in time. */
async function answers({ address, ca }: Prepared): Promise<boolean> {
  const until = Date.now() + slowestStart
  while (Date.now() < until) {
    const socket = connect({ host: address, port: 636, ca, servername: domain.host, timeout: 2_000 })
    try {
      await once(socket, 'secureConnect', { signal: AbortSignal.timeout(2_000) })
      return true
    } catch {
      await wait(30)
    } finally {
      socket.on('error', () => undefined)
      socket.destroy()
    }
  }
  return false
}

/** The end of what a process prints. */
function lastWords(child: ChildProcessWithoutNullStreams): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(-4_000)
    })
  return () => text
}
