import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../bot/store/free-port.ts'

const start = fileURLToPath(new URL('../../infra/start.ts', import.meta.url))
/** What a process needs to run at all; no setting of HelpBot comes along from the machine of the test. */
const needed = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_V8_COVERAGE']

/** `npm start` as a newcomer runs it: no settings, nothing remembered. */
export interface PracticeProcess {
  /** The address it printed. */
  readonly url: string
  /** From the start of the process until the address stood there. */
  readonly secondsToAddress: number
  /** Everything it has written so far. */
  output(): string
  /** Ends it as Ctrl+C does, and removes what it kept. */
  close(): Promise<Ending>
}

export interface Ending {
  readonly code: number | null
  /** What it had left running; it is gone now. */
  readonly left: readonly string[]
}

/** Starts it on a free port with an empty folder. @throws Error with what it wrote, when there is no address in time */
export async function startPractice(
  patienceMilliseconds: number,
  args: readonly string[] = [],
): Promise<PracticeProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'helpbot-e2e-'))
  const inherited = Object.fromEntries(needed.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
  const startedAt = performance.now()
  const child = spawn(process.execPath, ['--use-env-proxy', start, ...args], {
    // Elsewhere than in the repository: a developer's own .env must not turn this into a real tenant.
    cwd: folder,
    env: { ...inherited, PORT: String(await freePort()), HELPBOT_DATA: join(folder, 'data') },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that nothing it started can outlive it.
    detached: true,
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let output = ''
  const address = new Promise<string>((resolve) => {
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        output += chunk
        const [, url] = output.match(/^Practice company: (http:\S+)$/m) ?? []
        if (url) resolve(url)
      })
  })
  let ending: Promise<Ending> | undefined
  const close = () => {
    ending ??= end(child, ended, join(folder, 'data', 'postgres', 'postmaster.pid')).finally(() =>
      rmSync(folder, { recursive: true, force: true }),
    )
    return ending
  }
  const late = new AbortController()
  const url = await Promise.race([
    address,
    ended.then(() => undefined),
    setTimeout(patienceMilliseconds, undefined, { signal: late.signal }).catch(() => undefined),
  ])
  late.abort()
  const secondsToAddress = (performance.now() - startedAt) / 1_000
  if (url === undefined) {
    await close()
    assert.fail(`no address after ${secondsToAddress.toFixed(1)} s:\n${output}`)
  }
  return { url, secondsToAddress, output: () => output, close }
}

async function end(child: ChildProcess, ended: Promise<number | null>, postgres: string): Promise<Ending> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT')
  const inTime = new AbortController()
  setTimeout(30_000, undefined, { signal: inTime.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  )
  const code = await ended
  inTime.abort()
  const left: string[] = []
  if (child.pid !== undefined && killed(-child.pid)) left.push('a process that it had started')
  // PostgreSQL has a group of its own; its pid stands in this file for as long as it runs.
  if (existsSync(postgres) && killed(Number.parseInt(readFileSync(postgres, 'utf8'), 10))) left.push('PostgreSQL')
  return { code, left }
}

/** Kills a process, or a group of them when negative. @returns whether there was one */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}
