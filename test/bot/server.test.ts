import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { freePort } from '../../bot/store/free-port.ts'
import { startBot } from '../../infra/practice/bot-process.ts'
import { practice } from '../../infra/practice/company.ts'
import { startTestCompany, type TestCompany } from '../support/company.ts'
import { enrolWithManager } from '../support/enrol.ts'
import { stallTable } from '../support/stall.ts'

const main = fileURLToPath(new URL('../../bot/main.ts', import.meta.url))

/** Runs the bot until it ends by itself; whatever still runs after a minute is killed and fails the test. */
async function runToItsEnd(environment: Readonly<Record<string, string>>): Promise<{ code: unknown; said: string }> {
  const names = ['PATH', 'HOME', 'TMPDIR', 'NODE_V8_COVERAGE', 'LANG']
  const inherited = Object.fromEntries(names.map((name) => [name, process.env[name]]))
  const child = spawn(process.execPath, ['--use-env-proxy', '--disable-warning=ExperimentalWarning', main], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000)
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
    })
  const [code, signal] = await once(child, 'close')
  clearTimeout(timer)
  return { code: code ?? signal, said }
}

/** What Prometheus would store of one series: the sum over all of its labels that match. */
function total(metrics: string, series: RegExp): number {
  const lines = metrics.split('\n').filter((line) => !line.startsWith('#') && series.test(line))
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

describe('the HTTP server', function () {
  this.timeout(180_000)
  let company: TestCompany

  before(async () => {
    company = await startTestCompany()
  })
  after(() => company.close())

  const ask = (path: string, init?: RequestInit) => fetch(`${company.bot().url}${path}`, init)
  const post = (body: string, headers: Record<string, string> = {}) =>
    ask('/api/messages', { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body })

  it('says at /healthz that it is alive', async () => {
    const answer = await ask('/healthz')
    assert.deepEqual([answer.status, await answer.json()], [200, { alive: true }])
  })

  it('says at /readyz what really answers', async () => {
    const answer = await ask('/readyz')
    const expected = { ready: true, database: 'ok', ephemeral: 'ok', directory: 'ok', slack: 'ok', teams: 'ok' }
    assert.deepEqual([answer.status, await answer.json()], [200, expected])
  })

  it('names at /readyz the directory that does not answer, and not why', async () => {
    const { faults } = company.company.tenant.control
    faults.set({ class: 'users.read', kind: '500', times: 'always' })
    try {
      let detail: Record<string, unknown> = {}
      for (let turn = 0; turn < 100; turn++) {
        const answer = await ask('/readyz')
        detail = (await answer.json()) as Record<string, unknown>
        if (answer.status === 503) break
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      assert.deepEqual(detail, {
        ready: false,
        database: 'ok',
        ephemeral: 'ok',
        directory: 'failing',
        slack: 'ok',
        teams: 'ok',
      })
    } finally {
      faults.clear()
    }
  })

  it('counts at /metrics what happened, and names nobody', async () => {
    const metrics = async () => (await ask('/metrics')).text()
    const before = await metrics()
    const ada = company.person('ada')
    const maya = company.person('maya')
    const phone = await enrolWithManager(company, ada, maya)
    await ada.say('I forgot my password')
    await ada.sees('make sure that it is you')
    await ada.press('A code from my authenticator app')
    await ada.sees('Enter the code')
    await ada.press('Check the code', { code: phone.code(1) })
    await ada.sees('I know it is you')
    await ada.open('Show my temporary password')
    await ada.sees('Sign in with the temporary password now')
    const after = await metrics()
    const grew = (series: RegExp) => total(after, series) - total(before, series)
    assert.ok(grew(/^helpbot_turns_total\{.*kind="text"/) >= 2)
    assert.ok(grew(/^helpbot_turns_total\{.*kind="press"/) >= 4)
    assert.ok(grew(/^helpbot_turns_total\{.*kind="open"/) >= 2)
    assert.equal(grew(/^helpbot_operations_total\{name="reset-password",state="done"/), 1)
    assert.ok(grew(/^helpbot_turn_seconds_count/) >= 8)
    assert.match(after, /^helpbot_posts_pending \d+$/m)
    const { tenantId, appId } = practice
    for (const told of [ada.id, ada.name, maya.id, maya.name, tenantId, appId, 'Lindqvist', 'nordwind'])
      assert.ok(!after.toLowerCase().includes(told.toLowerCase()), `/metrics names ${told}`)
    const labels = [...after.matchAll(/(\w+)="([^"]*)"/g)].filter(([, name]) =>
      ['kind', 'outcome', 'name', 'state'].includes(name ?? ''),
    )
    assert.ok(labels.length > 0)
    for (const [, name, value] of labels) assert.match(value ?? '', /^[a-z-]{1,30}$/, `label ${name}`)
  })

  for (const path of ['/healthz', '/readyz', '/metrics', '/nothing-here', '/not-me'])
    it(`sends security headers with ${path} and does not say what it is made of`, async () => {
      const { headers } = await ask(path)
      assert.equal(headers.get('x-content-type-options'), 'nosniff')
      assert.equal(headers.get('x-frame-options'), 'DENY')
      assert.equal(headers.get('x-powered-by'), null)
      assert.equal(headers.get('server'), null)
    })

  it('knows no other path', async () => {
    for (const [path, method] of [
      ['/', 'GET'],
      ['/api/messages', 'GET'],
      ['/.env', 'GET'],
      ['/practice', 'GET'],
      ['/healthz', 'DELETE'],
      ['/%2e%2e/package.json', 'GET'],
    ] as const) {
      const answer = await ask(path, { method })
      assert.equal(answer.status, 404, `${method} ${path}`)
      assert.doesNotMatch(await answer.text(), /\.ts|node_modules/)
    }
  })

  it('takes no body that is larger than an activity can be', async () => {
    const large = JSON.stringify({ type: 'message', text: 'x'.repeat(300_000) })
    const answer = await post(large)
    assert.equal(answer.status, 413)
    assert.doesNotMatch(await answer.text(), /\.ts|node_modules|PayloadTooLarge/)
    const page = await ask('/not-me', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token: 'x'.repeat(2_000) }),
    })
    assert.equal(page.status, 413)
    for (const path of ['/slack/events', '/slack/commands', '/slack/interactivity']) {
      const slack = await ask(path, { method: 'POST', body: large })
      assert.equal(slack.status, 413, path)
    }
  })

  it('unpacks nothing without end', async () => {
    const body = gzipSync(JSON.stringify({ type: 'message', text: 'x'.repeat(20_000_000) }))
    assert.ok(body.length < 30_000, 'small on its way')
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
    for (const [path, status] of [
      ['/api/messages', 413],
      ['/not-me', 413],
      ['/slack/events', 415],
    ] as const)
      assert.equal((await ask(path, { method: 'POST', headers, body })).status, status, path)
  })

  it('takes JSON that is nested without end for no activity', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    assert.ok([400, 401].includes((await post(deep)).status))
    assert.equal((await ask('/healthz')).status, 200)
  })

  for (const [name, body, headers] of [
    ['JSON that is none', '{"type": "mess', {}],
    ['an empty body', '', {}],
    ['a text', '"hello"', {}],
    ['null', 'null', {}],
    ['another content type', 'type=message', { 'content-type': 'text/plain' }],
    ['an unknown character set', '{}', { 'content-type': 'application/json; charset=klingon' }],
    ['an unknown encoding', '{}', { 'content-encoding': 'nonsense' }],
    ['a broken encoding', '{}', { 'content-encoding': 'gzip' }],
  ] as const)
    it(`answers ${name} with a refusal, never with a fault`, async () => {
      const answer = await post(body, headers)
      assert.ok([400, 401, 415].includes(answer.status), `answers ${answer.status}`)
      assert.doesNotMatch(await answer.text(), /\.ts|node_modules|SyntaxError/)
    })

  it('answers malformed JSON with 400', async () => {
    assert.equal((await post('{"type": "mess')).status, 400)
  })

  it('at SIGTERM finishes what it has begun, takes nothing new, and ends with 0', async () => {
    const ada = company.person('ada')
    await ada.say('cancel')
    const bot = company.bot()
    assert.ok(bot.pid)
    // A connection that is open already is told to come back later; a new one finds nobody.
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const status = () =>
      new Promise<number>((resolve) => {
        const sent = request(`${bot.url}/healthz`, { agent }, (answer) => {
          answer.resume()
          answer.once('end', () => resolve(answer.statusCode ?? 0))
        })
        sent.once('error', () => resolve(0))
        sent.end()
      })
    assert.equal(await status(), 200)
    const stall = await stallTable(company.databaseUrl, 'dialogs')
    const said = ada.say('I forgot my password')
    await stall.reached()
    process.kill(bot.pid, 'SIGTERM')
    let turnedAway = 200
    for (let turn = 0; turnedAway === 200 && turn < 100; turn++) {
      turnedAway = await status()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    assert.ok([0, 503].includes(turnedAway), `new requests are answered ${turnedAway} while it drains`)
    await stall.release()
    await said
    await ada.sees('make sure that it is you')
    agent.destroy()
    assert.equal(await bot.ended, 0)
    assert.ok(
      company.log.some((line) => line.includes('"draining"')) && company.log.some((line) => line.includes('"stopped"')),
    )
    await company.restart('SIGTERM')
    assert.equal(
      ada.chat().filter(({ text }) => text.includes('make sure that it is you')).length,
      2,
      'asked once in the first reset and once in this one',
    )
    await ada.say('cancel')
    await ada.sees('Cancelled')
  })

  it('answers with a plain "no" from a PORT that is taken', async () => {
    const { PORT: port = '' } = company.company.botEnvironment
    const { code, said } = await runToItsEnd({
      ...company.company.botEnvironment,
      DATABASE_URL: company.databaseUrl,
      HELPBOT_REPLICA: 'helpbot-2',
    })
    assert.equal(code, 1)
    assert.match(said, new RegExp(`PORT: ${port} is in use on 127\\.0\\.0\\.1; choose another`))
    assert.doesNotMatch(said, /\n\s+at /, 'a sentence, not a stack')
    assert.equal((await ask('/healthz')).status, 200, 'the one that runs goes on')
  })

  it('is not ready with a certificate that is not there, and says which setting and what to do', async () => {
    const lines: string[] = []
    const environment = {
      ...company.company.botEnvironment,
      PORT: String(await freePort()),
      DATABASE_URL: company.databaseUrl,
      HELPBOT_REPLICA: 'helpbot-2',
      GRAPH_CERTIFICATE: '/nowhere/app.pem',
    }
    const bot = await startBot(environment, (line) => lines.push(line))
    try {
      const answer = await fetch(`${bot.url}/readyz`)
      const expected = {
        ready: false,
        database: 'ok',
        ephemeral: 'ok',
        directory: 'failing',
        slack: 'ok',
        teams: 'failing',
      }
      assert.deepEqual([answer.status, await answer.json()], [503, expected])
      assert.match(lines.join('\n'), /GRAPH_CERTIFICATE: the file \/nowhere\/app\.pem cannot be read .*Give the path/)
    } finally {
      await bot.stop('SIGTERM')
    }
  })
})

describe('a start that cannot work', function () {
  this.timeout(180_000)
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'helpbot-server-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  const secret = 'Fjord-Secret-8472-never-printed'
  const key = Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')

  const good = async (): Promise<Record<string, string>> => ({
    PORT: String(await freePort()),
    HELPBOT_DATA: folder,
    HELPBOT_KEYS: `k1:${key}`,
    GRAPH_TENANT_ID: practice.tenantId,
    GRAPH_CLIENT_ID: practice.appId,
    GRAPH_CERTIFICATE: join(folder, 'app.pem'),
    TEAMS_APP_ID: practice.appId,
    PUBLIC_URL: 'https://helpbot.example.com',
  })

  async function refuses(environment: Readonly<Record<string, string>>): Promise<string> {
    const { code, said } = await runToItsEnd(environment)
    assert.equal(code, 1, said)
    assert.ok(!said.includes(secret), 'no secret is printed')
    assert.ok(!said.includes(key), 'no key is printed')
    return said
  }

  it('names every faulty setting at once, with what to write instead', async () => {
    const said = await refuses({
      PORT: 'seventy',
      LOG_LEVEL: 'loud',
      DATABASE_URL: `mysql://helpbot:${secret}@db.example.com/helpbot`,
      REDIS_URL: `http://:${secret}@cache.example.com`,
      HELPBOT_KEYS: secret,
      HELPBOT_REPLICA: 'a b',
      GRAPH_TENANT_ID: 'our tenant',
      GRAPH_CLIENT_ID: 'our app',
      GRAPH_ENDPOINT: 'http://graph.microsoft.com',
      NOTICE_MAILBOX: 'nobody',
      TEAMS_APP_PASSWORD: secret,
      TEAMS_IT_CHANNEL: 'General',
    })
    for (const [name, fix] of [
      ['PORT', 'whole number'],
      ['LOG_LEVEL', 'debug, info, warn, error or silent'],
      ['DATABASE_URL', 'postgres://'],
      ['REDIS_URL', 'redis://'],
      ['HELPBOT_KEYS', 'id:base64 of 32 bytes'],
      ['HELPBOT_REPLICA', 'letters, digits'],
      ['GRAPH_TENANT_ID', ''],
      ['GRAPH_CLIENT_ID', ''],
      ['GRAPH_CERTIFICATE', 'missing'],
      ['GRAPH_ENDPOINT', 'https://'],
      ['NOTICE_MAILBOX', 'address'],
      ['TEAMS_APP_ID', 'missing'],
      ['TEAMS_IT_CHANNEL', '19:'],
    ] as const)
      assert.ok(
        said.split('\n').some((line) => line.includes(`- ${name}: `) && line.includes(fix)),
        `${name} … ${fix} is not in:\n${said}`,
      )
    assert.match(said, /14 settings need a change/)
    assert.doesNotMatch(said, /\n\s+at /, 'sentences, not a stack')
  })

  it('refuses keys that are no keys without repeating them', async () => {
    const short = Buffer.from(secret.slice(0, 20)).toString('base64')
    const said = await refuses({ ...(await good()), HELPBOT_KEYS: `k1:${short}` })
    assert.ok(!said.includes(short))
    assert.match(said, /HELPBOT_KEYS|32 bytes/)
    assert.doesNotMatch(said, /\n\s+at /, 'a sentence, not a stack')
  })

  it('refuses a policy with a fault and names the line and the fix', async () => {
    const file = join(folder, 'policy.yaml')
    writeFileSync(file, 'operations:\n  reset-password:\n    mode: automattic\n    proofs: none\n')
    const said = await refuses({ ...(await good()), HELPBOT_POLICY: file })
    assert.match(said, /policy\.yaml/)
    assert.match(said, /\b3\b/, 'the line')
    assert.match(said, /automatic/, 'the fix')
    assert.doesNotMatch(said, /\n\s+at /, 'sentences, not a stack')
  })

  it('refuses a weak policy and says why', async () => {
    const file = join(folder, 'weak.yaml')
    const proofs = '    proofs:\n      anyOf:\n        - allOf: [channel]\n'
    writeFileSync(file, `operations:\n  reset-password:\n    mode: automatic\n${proofs}    freshness: 10 min\n`)
    const said = await refuses({ ...(await good()), HELPBOT_POLICY: file })
    assert.match(said, /weak\.yaml/)
    assert.match(said, /channel/)
  })

  it('refuses a policy that is not there', async () => {
    const said = await refuses({ ...(await good()), HELPBOT_POLICY: join(folder, 'nowhere.yaml') })
    assert.match(said, /HELPBOT_POLICY/)
    assert.match(said, /nowhere\.yaml/)
    assert.doesNotMatch(said, /\n\s+at /, 'a sentence, not a stack')
  })

  it('refuses a database that does not answer, without its password', async () => {
    const port = await freePort()
    const said = await refuses({
      ...(await good()),
      DATABASE_URL: `postgres://helpbot:${secret}@127.0.0.1:${port}/helpbot`,
    })
    assert.match(said, /DATABASE_URL|database/i)
    assert.match(said, /127\.0\.0\.1|ECONNREFUSED/)
    assert.doesNotMatch(said, /\n\s+at /, 'a sentence, not a stack')
  })
})
