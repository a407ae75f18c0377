import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { generateKey } from '../../bot/identity/key-ring.ts'
import { freePort } from '../../bot/store/free-port.ts'
import { practice } from '../../infra/practice/company.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll('\\\n', ' ')
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n')
const lines = dockerfile.split('\n').filter((line) => /^[A-Z]/.test(line))
const lastStage = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM ')))
/** What the image takes from here, and not from an earlier stage. */
const shipped = lastStage
  .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
  .flatMap((line) => line.split(/\s+/).slice(1, -1))
const command = z
  .array(z.string())
  .parse(JSON.parse((lastStage.find((line) => line.startsWith('CMD ')) ?? '').slice(4)))
const lockfile = z
  .object({
    packages: z.record(z.string(), z.object({ dev: z.boolean().optional(), devOptional: z.boolean().optional() })),
  })
  .parse(JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')))

/** As root the bot is started as nobody, as the image does; anybody else cannot be root to begin with. */
const isRoot = process.getuid?.() === 0
const asNobody = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--no-new-privs', '--'] : []

describe('the container image', function () {
  this.timeout(180_000)
  let folder: string
  let image: string
  let data: string

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'helpbot-image-'))
    chmodSync(folder, 0o755)
    image = join(folder, 'helpbot')
    data = join(folder, 'data')
    mkdirSync(image)
    for (const name of shipped) cpSync(join(root, name), join(image, name), { recursive: true })
    // What `npm ci --omit=dev` leaves: a machine without a registry cannot run it.
    for (const [path, { dev, devOptional }] of Object.entries(lockfile.packages))
      if (path !== '' && !dev && !devOptional) takePackage(path)
    mkdirSync(data, { mode: 0o700 })
    const run = (...words: string[]) =>
      assert.equal(spawnSync(words[0] ?? '', words.slice(1)).status, 0, words.join(' '))
    if (isRoot) run('chown', '65534:65534', data)
    run('chmod', '-R', 'a+rX,a-w', ...shipped.map((name) => join(image, name)))
    chmodSync(image, 0o555)
  })
  after(() => {
    spawnSync('chmod', ['-R', 'u+w', ...shipped.map((name) => join(image, name))])
    chmodSync(image, 0o755)
    rmSync(folder, { recursive: true, force: true })
  })

  /** One package without those that lie within it: they are listed themselves. */
  function takePackage(path: string): void {
    if (existsSync(join(root, path))) link(join(root, path), join(image, path), 'node_modules')
  }

  it('runs as a user by number that is not root, from a named release of Node 24, and says how it fares', () => {
    const [user = ''] = lastStage.filter((line) => line.startsWith('USER ')).slice(-1)
    assert.match(user, /^USER [1-9]\d*:[1-9]\d*$/)
    assert.ok(lastStage.indexOf(user) < lastStage.findIndex((line) => line.startsWith('CMD ')))
    assert.match(dockerfile, /^ARG NODE_IMAGE=node:24-[a-z]+-slim(@sha256:[0-9a-f]{64})?$/m)
    for (const line of lines.filter((one) => one.startsWith('FROM '))) assert.match(line, /^FROM \$\{NODE_IMAGE\}/)
    assert.ok(lastStage.some((line) => line.startsWith('HEALTHCHECK ') && line.includes('/healthz')))
    assert.ok(lines.some((line) => line === 'RUN npm ci --omit=dev'))
    assert.ok(!lines.some((line) => /^(ADD|ARG|ENV) .*(PASSWORD|TOKEN|SECRET|KEYS)/.test(line)))
  })

  it('takes what it needs and nothing else: no settings, no keys, no tests, no history', () => {
    assert.equal(ignored.filter((line) => line && !line.startsWith('#'))[0], '*')
    const letIn = ignored.filter((line) => line.startsWith('!')).map((line) => line.slice(1))
    assert.deepEqual(letIn.sort(), [...new Set([...shipped, 'package-lock.json', '.npmrc'])].sort())
    for (const never of ['**/.env*', '**/*.pem', '**/bind-password', '**/agent-data'])
      assert.ok(ignored.includes(never))
    assert.deepEqual(
      shipped.filter((name) => !['package.json', 'LICENSE', 'bot', 'dialogs', 'cards', 'agent'].includes(name)),
      [],
    )
  })

  it('imports nothing that is not in it, and no development dependency', () => {
    const files = globSync('**/*.ts', { cwd: image, exclude: ['node_modules'] }).filter(
      (file) => !file.startsWith('node_modules'),
    )
    assert.ok(files.length > 400, `${files.length} files`)
    const missing: string[] = []
    let looked = 0
    for (const file of files)
      for (const name of importsOf(readFileSync(join(image, file), 'utf8'))) {
        looked += 1
        const isThere = name.startsWith('.')
          ? existsSync(resolve(image, dirname(file), name)) &&
            !relative(image, resolve(image, dirname(file), name)).startsWith('..')
          : name.startsWith('node:') ||
            builtinModules.includes(name) ||
            existsSync(join(image, 'node_modules', packageOf(name)))
        if (!isThere) missing.push(`${file}: ${name}`)
      }
    assert.ok(looked > 1_500, `${looked} imports`)
    assert.deepEqual(missing, [])
    for (const development of ['mocha', 'typescript', '@biomejs/biome', 'playwright-core', 'emulate'])
      assert.ok(!existsSync(join(image, 'node_modules', development)), development)
  })

  it('starts, memory included, as somebody who can write nothing but its data', async () => {
    if (isRoot)
      assert.notEqual(spawnSync('setpriv', [...asNobody.slice(1), 'test', '-w', join(image, 'bot')]).status, 0)
    const port = await freePort()
    const node = [process.execPath, ...command.slice(1)]
    const [program = '', ...rest] = [...asNobody, ...node]
    const bot = spawn(program, rest, {
      cwd: image,
      env: { ...settings(port), HELPBOT_DATA: data },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said: string[] = []
    for (const stream of [bot.stdout, bot.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => said.push(chunk))
    try {
      await healthy(bot, port, said)
      if (isRoot) assert.match(readFileSync(`/proc/${bot.pid}/status`, 'utf8'), /^Uid:\t65534\t65534\t65534\t65534$/m)
      assert.deepEqual(
        readdirSync(image).sort(),
        [...shipped, 'node_modules'].sort(),
        'nothing was written beside the code',
      )
      assert.ok(existsSync(join(data, 'postgres', 'PG_VERSION')))
    } finally {
      const ended = once(bot, 'exit')
      bot.kill('SIGTERM')
      const [code] = await ended
      assert.equal(code, 0, said.join(''))
    }
  })
})

/** The same files under another name, which is quicker than copying them, where both are on one disk. */
function link(from: string, to: string, but?: string): void {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [here, there] = [join(from, entry.name), join(to, entry.name)]
    if (entry.name === but) continue
    if (entry.isDirectory()) link(here, there)
    else if (entry.isSymbolicLink()) symlinkSync(readlinkSync(here), there)
    else
      try {
        linkSync(here, there)
      } catch {
        copyFileSync(here, there)
      }
  }
}

/** Enough to start with; nobody is there to be reached. */
function settings(port: number): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    PORT: String(port),
    HELPBOT_PRACTICE: '1',
    HELPBOT_KEYS: generateKey('k1'),
    GRAPH_TENANT_ID: practice.tenantId,
    GRAPH_CLIENT_ID: practice.appId,
    GRAPH_CERTIFICATE: '/nowhere/app.pem',
    GRAPH_ENDPOINT: 'https://127.0.0.1:9',
    AUTHORITY: 'https://127.0.0.1:9',
    TEAMS_APP_ID: practice.appId,
    TEAMS_SERVICE_URL: 'http://127.0.0.1:9',
  }
}

async function healthy(bot: ChildProcess, port: number, said: readonly string[]): Promise<void> {
  for (;;) {
    if (bot.exitCode !== null || bot.signalCode !== null) throw new Error(`it ended:\n${said.join('')}`)
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((done) => setTimeout(done, 100))
  }
}

/** What is loaded when a file runs: `import type` is not. */
function importsOf(source: string): readonly string[] {
  const statements = source.matchAll(/^(?:import|export) (?!type )(?:[^'";]*? from )?'([^']+)'/gms)
  const dynamic = source.matchAll(/\bimport\('([^']+)'\)/g)
  return [...statements, ...dynamic].flatMap(([, name]) => name ?? [])
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')
}
