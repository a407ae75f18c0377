import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'

/** The agent's file, as an object. `directory.bind.password` is written into a file of its own. */
export interface AgentFile {
  readonly bot: { readonly url: string; readonly ca?: string; readonly proxy?: string; readonly practice?: boolean }
  readonly directory: {
    readonly urls: readonly string[]
    /** PEM, written into a file. */
    readonly ca?: string
    readonly servername?: string
    readonly bind: { readonly name: string; readonly password: string }
  }
  readonly policy: Readonly<Record<string, unknown>>
  readonly log?: 'debug' | 'info' | 'warn' | 'error'
}

/** One line of the agent's log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly msg: string }

export interface Ended {
  readonly code: number | null
  readonly output: string
}

/** A place where an agent lives: a folder with its file, its key and its journal. */
export interface AgentHome {
  readonly folder: string
  /** Where key, pins and journal are. */
  readonly dataFolder: string
  readonly configFile: string
  /** Runs one of the other verbs to its end. */
  command(...words: readonly string[]): Promise<Ended>
  /** `npm run agent -- enrol CODE`. @throws Error when it did not work */
  enrol(code: string, name?: string): Promise<void>
  /** Starts the real process. */
  start(): Promise<AgentProcess>
  remove(): Promise<void>
}

export interface AgentProcess {
  readonly pid: number
  readonly home: AgentHome
  /** Everything that it has logged. */
  readonly lines: readonly LogLine[]
  /** Waits for a line that says this, also among those that came already. */
  logged(text: string | ((line: LogLine) => boolean), longest?: number): Promise<LogLine>
  /** Waits for its end: exit code, and what it wrote. */
  readonly ended: Promise<Ended>
  stop(how?: 'SIGTERM' | 'SIGKILL'): Promise<Ended>
  /** The same home, another process. */
  restart(how?: 'SIGTERM' | 'SIGKILL'): Promise<AgentProcess>
}

/** A test that fails leaves nobody behind who dials for ever. */
const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})

const main = fileURLToPath(new URL('../../agent/main.ts', import.meta.url))

/** Writes the agent's file into a folder of its own. Environment variables are those of the test, and these. */
export async function agentHome(
  file: AgentFile,
  environment: Readonly<Record<string, string>> = {},
): Promise<AgentHome> {
  const folder = await mkdtemp(join(tmpdir(), 'helpbot-agent-'))
  const configFile = join(folder, 'agent.yaml')
  const { bot, directory } = file
  const { bind, ca, ...named } = directory
  await writeFile(join(folder, 'bind-password'), `${bind.password}\n`, { mode: 0o600 })
  if (ca !== undefined) await writeFile(join(folder, 'directory-ca.pem'), ca)
  if (bot.ca !== undefined) await writeFile(join(folder, 'bot-ca.pem'), bot.ca)
  const written = {
    ...file,
    bot: { ...bot, ...(bot.ca === undefined ? {} : { ca: './bot-ca.pem' }) },
    directory: {
      ...named,
      ...(ca === undefined ? {} : { ca: './directory-ca.pem' }),
      bind: { name: bind.name, passwordFile: './bind-password' },
    },
  }
  await writeFile(configFile, stringify(written))

  const run = (...words: readonly string[]) =>
    spawn(process.execPath, [main, ...words, '--config', configFile], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    })
  const home: AgentHome = {
    folder,
    dataFolder: join(folder, 'agent-data'),
    configFile,
    command: (...words) => endOf(run(...words)),
    async enrol(code, name = 'dc-side agent') {
      const { code: exit, output } = await endOf(run('enrol', code, '--name', name))
      if (exit !== 0) throw new Error(`the agent was not enrolled: ${output}`)
    },
    start: () => processOf(run('run'), home),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
  return home
}

/** An agent with a home of its own, enrolled with this code and running. */
export async function startAgent(
  file: AgentFile,
  options: { readonly code: string; readonly name?: string; readonly environment?: Readonly<Record<string, string>> },
): Promise<AgentProcess> {
  const home = await agentHome(file, options.environment)
  await home.enrol(options.code, options.name)
  return home.start()
}

async function processOf(child: ChildProcess, home: AgentHome): Promise<AgentProcess> {
  const lines: LogLine[] = []
  const hearers = new Set<() => void>()
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = parseLine(text)
      if (line) lines.push(line)
      for (const hear of hearers) hear()
    })
  const ended = endOf(child)
  const { pid } = child
  if (pid === undefined) throw new Error(`the agent does not start: ${(await ended).output}`)

  const agent: AgentProcess = {
    pid,
    home,
    lines,
    ended,
    logged(wanted, longest = 60_000) {
      const matches = typeof wanted === 'string' ? (line: LogLine) => line.msg.includes(wanted) : wanted
      return new Promise((resolve, reject) => {
        const settle = (work: () => void) => {
          hearers.delete(look)
          clearTimeout(patience)
          work()
        }
        const look = () => {
          const found = lines.find(matches)
          if (found) settle(() => resolve(found))
        }
        const give = (why: string) =>
          settle(() =>
            reject(new Error(`${why}: the agent never logged ${wanted}. It logged ${JSON.stringify(lines)}`)),
          )
        const patience = setTimeout(() => give('too late'), longest)
        void ended.then(({ output }) => give(`it ended: ${output}`))
        hearers.add(look)
        look()
      })
    },
    async stop(how = 'SIGTERM') {
      child.kill(how)
      return ended
    },
    async restart(how = 'SIGTERM') {
      await agent.stop(how)
      return home.start()
    },
  }
  return agent
}

function endOf(child: ChildProcess): Promise<Ended> {
  alive.add(child)
  let output = ''
  const take = (data: Buffer) => {
    output += data.toString('utf8')
  }
  child.stdout?.on('data', take)
  child.stderr?.on('data', take)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      alive.delete(child)
      resolve({ code, output })
    })
  })
}

function parseLine(text: string): LogLine | undefined {
  try {
    const line: unknown = JSON.parse(text)
    const isLine = typeof line === 'object' && line !== null && 'msg' in line && typeof line.msg === 'string'
    return isLine ? { ...line, msg: String(line.msg) } : undefined
  } catch {
    return undefined
  }
}
