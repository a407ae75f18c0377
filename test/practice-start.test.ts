import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../bot/store/free-port.ts'
import { wellKnown } from '../infra/practice/company/cast.ts'
import { findAction } from '../infra/practice/teams/card-actions.ts'
import type { Chat } from '../infra/practice/teams/client.ts'
import type { JsonObject } from '../infra/practice/teams/json.ts'
import { cardShownTo } from '../infra/practice/teams/message.ts'
import { numberIn } from './support/enrol.ts'
import { readCard } from './support/talker.ts'

const start = fileURLToPath(new URL('../infra/start.ts', import.meta.url))

/** `npm start` in a folder of its own, as a newcomer has it: no settings but those given. */
interface Started {
  readonly process: ChildProcess
  output(): string
  /** Resolves when it has printed this; fails when it ends before or takes longer than a minute. */
  prints(words: string): Promise<void>
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>
}

function npmStart(
  folder: string,
  environment: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Started {
  const inherited = Object.fromEntries(
    ['PATH', 'HOME', 'TMPDIR', 'LANG', 'NODE_V8_COVERAGE'].flatMap((name) =>
      process.env[name] === undefined ? [] : [[name, process.env[name]]],
    ),
  )
  const child = spawn(process.execPath, ['--use-env-proxy', '--disable-warning=ExperimentalWarning', start, ...args], {
    cwd: folder,
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let written = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      written += chunk
      for (const listener of listeners) listener()
    })
  const ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
  return {
    process: child,
    ended,
    output: () => written,
    async prints(words) {
      let look: (() => void) | undefined
      const printed = new Promise<'printed'>((resolve) => {
        look = () => void (written.includes(words) && resolve('printed'))
        listeners.add(look)
        look()
      })
      const late = AbortSignal.timeout(180_000)
      const tooLate = once(late, 'abort').then(() => 'late' as const)
      const how = await Promise.race([printed, tooLate, ended.then((code) => `ended with ${code}`)])
      if (look) listeners.delete(look)
      assert.equal(how, 'printed', `"${words}" was not printed, but:\n${written}`)
    },
  }
}

/** Command lines of the processes that know of this folder, by argument or by environment. */
function processesOf(folder: string): string[] {
  const read = (file: string) => {
    try {
      return readFileSync(file, 'utf8')
    } catch {
      // It ended while we looked, or is somebody else's.
      return ''
    }
  }
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => ({ line: read(`/proc/${pid}/cmdline`), all: read(`/proc/${pid}/environ`) }))
    .filter(({ line, all }) => `${line}\0${all}`.includes(folder))
    .map(({ line }) => line.replaceAll('\0', ' '))
}

describe('npm start without any settings', function () {
  this.timeout(180_000)
  let folder: string
  let port: number
  let running: Started | undefined

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'helpbot-start-'))
    port = await freePort()
  })
  after(async () => {
    running?.process.kill('SIGTERM')
    await running?.ended
    rmSync(folder, { recursive: true, force: true })
  })

  const data = () => join(folder, 'data')
  const address = (path: string) => `http://127.0.0.1:${port}/practice${path}`

  async function open(): Promise<Started> {
    running = npmStart(folder, { PORT: String(port), HELPBOT_DATA: data() })
    await running.prints(`Practice company: http://127.0.0.1:${port}/practice`)
    return running
  }

  async function end(signal: 'SIGTERM' | 'SIGINT'): Promise<number | string | undefined> {
    running?.process.kill(signal)
    const how = await running?.ended
    running = undefined
    return how
  }

  async function ask<T>(path: string, body?: object): Promise<T> {
    const request = body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }
    const answer = await fetch(address(`/api${path}`), request)
    assert.ok(answer.ok, `${path} answers ${answer.status}: ${await answer.clone().text()}`)
    return (await answer.json()) as T
  }

  /** The newest card in somebody's chat that holds these words. */
  async function card(personId: string, words: string): Promise<{ messageId: string; card: JsonObject; text: string }> {
    for (let turn = 0; turn < 150; turn++) {
      const { messages } = await ask<Chat>(`/teams/people/${personId}/chat`)
      for (const message of messages.toReversed()) {
        const shown = cardShownTo(personId, message)
        const text = shown && readCard(shown).text
        if (shown && text?.includes(words)) return { messageId: message.id, card: shown, text }
      }
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    throw new Error(`nobody wrote "${words}" within 30 seconds`)
  }

  const auditRows = async () => (await ask<{ rows: number }>('/audit/verify')).rows

  it('prints the address within a minute, and the page answers there', async () => {
    await open()
    const page = await fetch(address(''))
    assert.equal(page.status, 200)
    assert.match(page.headers.get('content-type') ?? '', /text\/html/)
    assert.match(await page.text(), /<title>[^<]*HelpBot|<title>[^<]*[Pp]ractice/)
    assert.equal(
      (await fetch(`http://127.0.0.1:${port}/healthz`)).status,
      200,
      'the bot stands behind the same address',
    )
  })

  it('is a company that works: a manager confirms somebody, and the audit has it', async () => {
    const { tomas, financeManager: hugo } = wellKnown
    await ask(`/teams/people/${tomas.id}/open`, {})
    await ask(`/teams/people/${hugo.id}/open`, {})
    await ask(`/teams/people/${tomas.id}/messages`, { text: 'I forgot my password' })
    const waiting = await card(tomas.id, 'Ask your manager to confirm')
    const asked = await card(hugo.id, 'Is this really')
    const action = findAction(asked.card, numberIn(waiting.text))
    assert.ok(action)
    const { data: hidden, ...pressed } = action
    await ask(`/teams/people/${hugo.id}/actions`, { messageId: asked.messageId, action: pressed, data: hidden })
    await card(tomas.id, 'I know it is you')
    assert.ok((await auditRows()) >= 1)
  })

  it('ends at SIGTERM with everything it started, PostgreSQL too', async () => {
    const rows = await auditRows()
    assert.equal(await end('SIGTERM'), 0)
    assert.deepEqual(processesOf(folder), [])
    await assert.rejects(fetch(address('')), 'nobody listens any more')
    await open()
    assert.equal(await auditRows(), rows, 'the second start remembers')
    const { whole } = await ask<{ whole: boolean }>('/audit/verify')
    assert.ok(whole)
  })

  it('ends at Ctrl-C just as well', async () => {
    assert.equal(await end('SIGINT'), 0)
    assert.deepEqual(processesOf(folder), [])
  })
})

describe('npm start that cannot be meant', function () {
  this.timeout(180_000)
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'helpbot-start-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const password = 'Fjord-Secret-8472-never-printed'

  /** Starts, expects it to refuse, and answers what it said. */
  async function refuses(environment: Readonly<Record<string, string>>, args: readonly string[] = []): Promise<string> {
    const started = npmStart(folder, { HELPBOT_DATA: join(folder, 'data'), ...environment }, args)
    assert.equal(await started.ended, 1, started.output())
    assert.ok(!started.output().includes(password), 'no secret is printed')
    assert.doesNotMatch(started.output(), /Practice company:/)
    assert.deepEqual(processesOf(folder), [], 'nothing is left running')
    return started.output()
  }

  it('refuses practice mode together with real credentials', async () => {
    const said = await refuses({
      HELPBOT_PRACTICE: '1',
      TEAMS_APP_ID: '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43',
      TEAMS_APP_PASSWORD: password,
    })
    assert.match(said, /HELPBOT_PRACTICE/)
    assert.match(said, /TEAMS_APP_ID, TEAMS_APP_PASSWORD/)
    assert.match(said, /exclude each other/)
  })

  it('refuses half of the real settings and names every missing one', async () => {
    const said = await refuses({
      TEAMS_APP_ID: '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43',
      TEAMS_APP_PASSWORD: password,
    })
    for (const name of ['HELPBOT_KEYS', 'GRAPH_TENANT_ID', 'GRAPH_CLIENT_ID', 'GRAPH_CERTIFICATE'])
      assert.match(said, new RegExp(`${name}: .*(missing|set)`), name)
    assert.doesNotMatch(said, / at .*\.ts:\d+/, 'sentences, not a stack')
  })

  for (const [args, words] of [
    [['--people', '5'], /--people: must be a whole number between 60 and 1000000/],
    [['--people', 'many'], /--people: must be a whole number/],
    [['--people'], /--people: must be a whole number/],
    [
      ['--poeple', '100'],
      /unknown argument --poeple: known are --people N, --it-in teams\|slack, --hybrid and --playground/,
    ],
  ] as const)
    it(`refuses ${args.join(' ')}`, async () => {
      const said = await refuses({ PORT: String(await freePort()) }, args)
      assert.match(said, words)
      assert.doesNotMatch(said, /\n\s+at /, 'a sentence, not a stack')
    })

  it('refuses a PORT that somebody else listens on, and leaves no bot and no PostgreSQL behind', async () => {
    const somebody = createServer()
    somebody.listen(0, '127.0.0.1')
    await once(somebody, 'listening')
    const { port } = somebody.address() as AddressInfo
    try {
      const said = await refuses({ PORT: String(port) })
      assert.match(said, new RegExp(`PORT: ${port} is in use; choose another`))
      assert.doesNotMatch(said, /\n\s+at /, 'a sentence, not a stack')
    } finally {
      somebody.close()
      await once(somebody, 'close')
    }
  })

  it('refuses a PORT that is none', async () => {
    const said = await refuses({ PORT: 'seventy' })
    assert.match(said, /PORT: must be a whole number/)
    assert.doesNotMatch(said, /\n\s+at /, 'a sentence, not a stack')
  })
})
