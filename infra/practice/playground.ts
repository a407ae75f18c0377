import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { freePort } from './bot-process.ts'

export interface PlaygroundPerson {
  readonly id: string
  readonly name: string
  readonly userPrincipalName: string
}

export interface Playground {
  readonly url: string
  close(): Promise<void>
}

/** The playground's own rule: the current user and exactly five others. */
const others = 5

/**
 * Starts Microsoft's Agents Playground, a second and independent Teams client, for one person of the company. It sends no
 * tokens, which the bot accepts only in playground mode and from loopback.
 */
export async function startPlayground(options: {
  readonly folder: string
  readonly botUrl: string
  readonly tenantId: string
  readonly botId: string
  /** The one who sits at it, then five colleagues. */
  readonly people: readonly PlaygroundPerson[]
  readonly port?: number
}): Promise<Playground> {
  const [current, ...rest] = options.people
  if (!current || rest.length < others) throw new Error(`the playground needs one person and ${others} colleagues`)
  mkdirSync(options.folder, { recursive: true })
  const settings = {
    version: '0.1.1',
    tenantId: options.tenantId,
    bot: { id: options.botId, name: 'HelpBot' },
    currentUser: describe(current),
    users: rest.slice(0, others).map(describe),
    personalChat: { id: `playground-${current.id}` },
    groupChat: { id: 'playground-group', name: 'Group chat' },
    team: {
      id: 'playground-team',
      name: 'Practice',
      aadGroupId: options.tenantId,
      channels: [{ id: 'playground-general', name: 'General' }],
    },
  }
  writeFileSync(join(options.folder, '.m365agentsplayground.yml'), stringify(settings))
  const port = options.port ?? (await freePort())
  const command = join(
    dirname(createRequire(import.meta.url).resolve('@microsoft/m365agentsplayground/package.json')),
    'cli.js',
  )
  const args = [
    command,
    '-e',
    `${options.botUrl}/api/messages`,
    '-c',
    'msteams',
    '--disable-telemetry',
    '-p',
    String(port),
  ]
  const child = spawn(process.execPath, args, {
    cwd: options.folder,
    env: { PATH: process.env.PATH, HOME: options.folder, TEAMSAPPTESTER_BROWSER: 'none' },
    stdio: 'ignore',
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const url = `http://127.0.0.1:${port}`
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await ended
    clearTimeout(timer)
  }
  for (let turn = 0; turn < 300; turn++) {
    if (child.exitCode !== null) throw new Error('the Agents Playground ended at start')
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    if (answer?.ok) return { url, close }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await close()
  throw new Error('the Agents Playground did not answer within 30 seconds')
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
