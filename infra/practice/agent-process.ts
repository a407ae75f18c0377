import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
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
  /** Lines of its log. */
  readonly log: readonly string[]
  stop(how: 'SIGTERM' | 'SIGKILL'): Promise<void>
  start(): Promise<void>
}

/** Writes the agent's configuration and lets it enrol itself. @param code as `npm run agents -- code` gives one */
export async function enrolAgent(place: AgentPlace, code: string, name: string): Promise<void> {
  const file = writeConfig(place)
  await execute(process.execPath, [agentMain, 'enrol', code, '--name', name, '--config', file], {
    env: inheritedEnvironment(),
    timeout: startPatience,
  })
}

/** Asks for an enrolment code as an administrator does. @param settings those of the bot */
export async function enrolmentCode(settings: Readonly<Record<string, string>>): Promise<string> {
  const { stdout } = await execute(process.execPath, [agentsCommand, 'code', '--by', 'practice'], {
    env: { ...inheritedEnvironment(), ...settings },
    timeout: startPatience,
  })
  const code = /[a-z2-7]{8}-[a-z2-7]{26}-[a-z2-7]{26}/.exec(stdout)?.[0]
  if (code === undefined) throw new Error('there is no enrolment code in what the command said')
  return code
}

/** Runs an enrolled agent. */
export async function startAgentProcess(place: AgentPlace, onLine: (line: string) => void): Promise<AgentProcess> {
  const log: string[] = []
  let child: ChildProcess | undefined
  const start = async (): Promise<void> => {
    child = spawn(process.execPath, [agentMain, 'run', '--config', configFile(place)], {
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

const configFile = ({ folder }: AgentPlace): string => join(folder, 'agent.yaml')

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
    data: join(place.folder, 'data'),
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
