import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { inheritedEnvironment } from './inherited-environment.ts'

const main = fileURLToPath(new URL('../../bot/main.ts', import.meta.url))

/** The bot as a process of its own, exactly as it runs in production: only its settings are the practice company's. */
export interface BotProcess {
  readonly url: string
  readonly pid: number | undefined
  /** Resolves with the exit code, or the signal's name. */
  readonly ended: Promise<number | string>
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
}

/**
 * Starts bot/main.ts and waits until it answers `/healthz`.
 * @param program the bot's main.ts, where it is not the one of this tree
 * @throws Error with the last lines it wrote when it ends before that
 */
export async function startBot(
  environment: Readonly<Record<string, string>>,
  onLine: (line: string) => void,
  patienceMilliseconds = 120_000,
  program = main,
): Promise<BotProcess> {
  const url = `http://127.0.0.1:${environment.PORT}`
  // DBOS's own pool makes pg warn of something we cannot change.
  const child = spawn(process.execPath, ['--use-env-proxy', '--disable-warning=DeprecationWarning', program], {
    env: { ...inheritedEnvironment(), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const last: string[] = []
  const keep = (line: string) => {
    last.push(line)
    if (last.length > 20) last.shift()
    onLine(line)
  }
  eachLine(child.stdout, keep)
  eachLine(child.stderr, keep)
  const ended = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'unknown')),
  )
  const bot = { url, pid: child.pid, ended, stop: (signal: 'SIGTERM' | 'SIGKILL') => stop(child, ended, signal) }
  const deadline = Date.now() + patienceMilliseconds
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`the bot ended at start:\n${last.join('\n')}`)
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    if (answer?.ok) return bot
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await bot.stop('SIGKILL')
  throw new Error(`the bot did not answer within ${patienceMilliseconds} ms:\n${last.join('\n')}`)
}

async function stop(child: ChildProcess, ended: Promise<unknown>, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000)
  await ended
  clearTimeout(timer)
}

function eachLine(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
  let rest = ''
  stream?.setEncoding('utf8')
  stream?.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
}

/**
 * Makes sure that a port can be listened on, before anything is started that would have to be stopped again.
 * @throws Error naming the port and the fix
 */
export function portMustBeFree(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = `PORT: ${port} is in use; choose another, such as PORT=${port < 65_535 ? port + 1 : port - 1} npm start`
      reject(error.code === 'EADDRINUSE' ? new Error(taken) : error)
    })
    server.listen(port, '127.0.0.1', () => server.close(() => resolve()))
  })
}
