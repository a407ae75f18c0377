import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { z } from 'zod'
import { inheritedEnvironment } from './inherited-environment.ts'

const agentMain = fileURLToPath(new URL('../../agent/main.ts', import.meta.url))
const agentsCommand = fileURLToPath(new URL('../../bot/agents-command.ts', import.meta.url))
const execute = promisify(execFile)
const startPatience = 30_000

/** What an agent of the practice company is told. */
export interface AgentPlace {
  /** Where its configuration, key and journal are kept. */
  readonly folder: string
  readonly bot: { readonly url: string; readonly ca: string }
  readonly directory: {
    readonly url: string
    readonly ca: string
    readonly servername: string
    readonly bind: { readonly name: string; readonly password: string }
  }
  /** The `policy` part of its file. */
  readonly policy: object
}

/** An agent that runs as a process of its own. */
export interface AgentProcess {
  readonly pid: () => number | undefined
  readonly isRunning: () => boolean
  /** Lines of its log. */
  readonly log: readonly string[]
  stop(how: 'SIGTERM' | 'SIGKILL'): Promise<void>
  start(): Promise<void>
}

/** An enrolled agent, as `npm run agents -- list` names it. */
export interface KnownAgent {
  readonly id: string
  readonly how: 'live' | 'silent' | 'revoked'
  readonly name: string
}

/** Writes the agent's configuration and lets it enrol itself, anew where it was before. @param code as `npm run agents -- code` gives one */
export async function enrolAgent(place: AgentPlace, code: string, name: string): Promise<void> {
  const file = writeConfig(place)
  const enrolling = execute(process.execPath, [agentMain, 'enrol', '--name', name, '--again', '--config', file], {
    env: inheritedEnvironment(),
    timeout: startPatience,
  })
  // Not among its arguments, which everybody on a machine can see.
  enrolling.child.stdin?.end(`${code}\n`)
  await enrolling
}

/** Asks for an enrolment code as an administrator does. @param settings those of the bot */
export async function enrolmentCode(settings: Readonly<Record<string, string>>): Promise<string> {
  const said = await askForAgents(settings, ['code'])
  const code = /[a-z2-7]{8}-[a-z2-7]{26}-[a-z2-7]{26}/.exec(said)?.[0]
  if (code === undefined) throw new Error('there is no enrolment code in what the command said')
  return code
}

/** The agents that the bot has ever enrolled. @param settings those of the bot */
export async function knownAgents(settings: Readonly<Record<string, string>>): Promise<readonly KnownAgent[]> {
  const said = await askForAgents(settings, ['list'])
  return said.split('\n').flatMap((line) => {
    const [id, how, name] = line.split(/ {2,}/)
    const agent = knownAgent.safeParse({ id, how, name })
    return agent.success ? [agent.data] : []
  })
}

/** Ends what an agent may do. @param settings those of the bot */
export async function revokeAgent(settings: Readonly<Record<string, string>>, id: string): Promise<void> {
  await askForAgents(settings, ['revoke', id])
}

/** The id that this agent was enrolled with; undefined where it was not, or has forgotten. */
export function enrolledAs(place: AgentPlace): string | undefined {
  try {
    return identity.parse(JSON.parse(readFileSync(join(dataFolder(place), 'identity.json'), 'utf8'))).agentId
  } catch {
    return undefined
  }
}

const knownAgent = z.object({ id: z.guid(), how: z.enum(['live', 'silent', 'revoked']), name: z.string() })
const identity = z.object({ agentId: z.guid() })

/** What `npm run agents` answers. */
async function askForAgents(settings: Readonly<Record<string, string>>, words: readonly string[]): Promise<string> {
  const { stdout } = await execute(process.execPath, [agentsCommand, ...words, '--by', 'practice'], {
    env: { ...inheritedEnvironment(), ...settings },
    timeout: startPatience,
  })
  return stdout
}

/** Runs an enrolled agent, with its configuration as the place says now: ports and certificates may be others than before. */
export async function startAgentProcess(place: AgentPlace, onLine: (line: string) => void): Promise<AgentProcess> {
  const log: string[] = []
  const file = writeConfig(place)
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    child = spawn(process.execPath, [agentMain, 'run', '--config', file], {
      env: inheritedEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8')
      stream?.on('data', (chunk: string) => {
        for (const line of chunk.split('\n').filter((one) => one !== '')) {
          log.push(line)
          onLine(line)
        }
      })
    }
  }
  await start()
  return {
    pid: () => child?.pid,
    isRunning: () => child !== undefined && child.exitCode === null && child.signalCode === null,
    log,
    start,
    async stop(how) {
      const running = child
      if (!running || running.exitCode !== null || running.signalCode !== null) return
      const ended = new Promise((resolve) => running.once('exit', resolve))
      running.kill(how)
      const impatience = setTimeout(() => running.kill('SIGKILL'), 15_000)
      await ended
      clearTimeout(impatience)
    },
  }
}

const dataFolder = ({ folder }: AgentPlace): string => join(folder, 'data')

function writeConfig(place: AgentPlace): string {
  mkdirSync(place.folder, { recursive: true, mode: 0o700 })
  const inFolder = (name: string, content: string): string => {
    const file = join(place.folder, name)
    writeFileSync(file, content, { mode: 0o600 })
    return file
  }
  const { bot, directory } = place
  const config = {
    bot: { url: bot.url, ca: inFolder('bot-ca.pem', bot.ca) },
    data: dataFolder(place),
    directory: {
      urls: [directory.url],
      ca: inFolder('domain-ca.pem', directory.ca),
      servername: directory.servername,
      bind: { name: directory.bind.name, passwordFile: inFolder('bind-password', directory.bind.password) },
    },
    policy: place.policy,
  }
  return inFolder('agent.yaml', stringify(config))
}
