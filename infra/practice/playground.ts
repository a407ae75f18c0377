import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from '../../bot/store/free-port.ts'
import { openPlaygroundGate } from './playground-gate.ts'

export interface PlaygroundPerson {
  readonly id: string
  readonly name: string
  readonly userPrincipalName: string
}

export interface Playground {
  readonly url: string
  close(): Promise<void>
}

export interface PlaygroundOptions {
  readonly folder: string
  readonly botUrl: string
  readonly tenantId: string
  readonly botId: string
  /** The one who sits at it, then five colleagues. */
  readonly people: readonly PlaygroundPerson[]
  readonly port?: number
}

/** The playground's own rule: the current user and exactly five others. */
const others = 5
const patience = 30_000
const quiet = 1_000
const preload = new URL('listen-on-loopback.ts', import.meta.url).href

/**
 * Starts Microsoft's Agents Playground, a second and independent Teams client, for one person of the company. It sends no
 * tokens, which the bot accepts only in playground mode and from loopback; so it listens on loopback, too.
 * @throws Error when it does not listen on its port in time
 */
export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  mkdirSync(options.folder, { recursive: true })
  writeFileSync(join(options.folder, '.m365agentsplayground.yml'), stringify(settings(options)))
  const port = String(options.port ?? (await freePort()))
  const url = `http://127.0.0.1:${port}`
  const gate = await openPlaygroundGate({ botUrl: options.botUrl, playgroundUrl: url, quietMilliseconds: quiet })
  const manifest = createRequire(import.meta.url).resolve('@microsoft/m365agentsplayground/package.json')
  const program = join(dirname(manifest), 'cli.js')
  const toBot = ['--app-endpoint', gate.messagesUrl, '--channel-id', 'msteams']
  const toUs = ['--port', port, '--service-url', gate.serviceUrl, '--disable-telemetry']
  const child = spawn(process.execPath, ['--import', preload, program, ...toBot, ...toUs], {
    cwd: options.folder,
    env: { PATH: process.env.PATH, HOME: options.folder, TEAMSAPPTESTER_BROWSER: 'none' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(timer)
    await gate.close()
  }
  const listensOn = await Promise.race([portOf(child.stdout), ended.then(() => 'none: it ended')])
  if (listensOn === port) return { url, close }
  await close()
  throw new Error(`the Agents Playground should listen on ${port}, but listens on ${listensOn}`)
}

/** The port that it says it listens on; it takes another one when somebody else has taken the one it was given. */
function portOf(output: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('none in time'), patience)
    let said = ''
    output.setEncoding('utf8')
    output.on('data', (chunk: string) => {
      said = (said + chunk).slice(-10_000)
      const [, port] = said.match(/^Listening on (\d+)$/m) ?? []
      if (!port) return
      clearTimeout(timer)
      resolve(port)
    })
    output.once('close', () => clearTimeout(timer))
  })
}

function settings({ tenantId, botId, people }: PlaygroundOptions): object {
  const [current, ...rest] = people
  if (!current || rest.length < others) throw new Error(`the playground needs one person and ${others} colleagues`)
  return {
    version: '0.1.1',
    tenantId,
    bot: { id: botId, name: 'HelpBot' },
    currentUser: describe(current),
    users: rest.slice(0, others).map(describe),
    // Never the id of a person: the playground would send nothing said there.
    personalChat: { id: `playground-chat-${current.id}` },
    groupChat: { id: 'playground-group', name: 'Group chat' },
    team: {
      id: 'playground-team',
      name: 'Practice',
      aadGroupId: tenantId,
      channels: [{ id: 'playground-general', name: 'General' }],
    },
  }
}

function describe(person: PlaygroundPerson): Record<string, string> {
  const [givenName = person.name, ...surname] = person.name.split(' ')
  return {
    id: `playground-${person.id}`,
    name: person.name,
    userPrincipleName: person.userPrincipalName,
    aadObjectId: person.id,
    givenName,
    surname: surname.join(' ') || givenName,
    email: person.userPrincipalName,
  }
}
