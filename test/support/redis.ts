import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../../bot/store/free-port.ts'

export interface TestRedis {
  readonly url: string
  /** Kills the server as a power cut would; what it held is gone. */
  kill(): Promise<void>
  /** Starts it again at the same address, empty. */
  restart(): Promise<void>
  /** Holds the server still, connections open, as a machine out of breath would. */
  freeze(): void
  thaw(): void
  /** Kills it and removes its folder. */
  close(): Promise<void>
}

/**
 * A real redis-server of our own on a free port of loopback, without persistence.
 * @throws Error naming the Debian package when there is no redis-server, or showing its log when it does not start
 */
export async function startTestRedis(): Promise<TestRedis> {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-redis-'))
  const port = await freePort()
  let server = await launch(folder, port)
  const killAtExit = (): void => void server.kill('SIGKILL')
  process.once('exit', killAtExit)

  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const gone = once(server, 'exit')
    server.kill('SIGKILL')
    await gone
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart() {
      await kill()
      server = await launch(folder, port)
    },
    freeze: () => void server.kill('SIGSTOP'),
    thaw: () => void server.kill('SIGCONT'),
    async close() {
      await kill()
      process.off('exit', killAtExit)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function launch(folder: string, port: number): Promise<ChildProcess> {
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder]
  const server = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  const log: string[] = []
  const ready = new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const missing = 'There is no redis-server on this machine: on Debian or Ubuntu, `apt-get install redis-server`'
      reject(error.code === 'ENOENT' ? new Error(missing) : error)
    })
    server.once('exit', () => reject(new Error(`redis-server did not start:\n${log.join('\n')}`)))
    createInterface({ input: server.stdout }).on('line', (line) => {
      if (log.length < 100) log.push(line)
      if (line.includes('Ready to accept connections')) resolve()
    })
  })
  await ready
  return server
}
