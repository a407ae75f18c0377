import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { hostname } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { verifyDatabase } from '../../bot/audit/rows.ts'
import { generateKey } from '../../bot/identity/key-ring.ts'
import { tenantId } from '../../bot/identity/person.ts'
import { lockdownNow } from '../../bot/lockdown/in-force.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'
import { lift, lockDown } from './lockdown/in-force.ts'

const tenant = tenantId.parse('7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10')
const command = fileURLToPath(new URL('../../bot/lockdown-command.ts', import.meta.url))

describe('npm run lockdown', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
  beforeEach(() => lift(postgres.database))
  after(() => postgres.close())

  async function run(...args: string[]): Promise<{ readonly code: number; readonly said: string }> {
    const env = {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: postgres.url,
      HELPBOT_KEYS: generateKey('k1'),
      GRAPH_TENANT_ID: tenant,
      GRAPH_CLIENT_ID: tenant,
      GRAPH_CERTIFICATE: 'none.pem',
      TEAMS_APP_ID: tenant,
      TEAMS_IT_CHANNEL: '19:it@thread.tacv2',
      HELPBOT_IT_GROUP: tenant,
      USER: 'helen',
    }
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [command, ...args], { env })
      return { code: 0, said: stdout }
    } catch (error) {
      const { code, stderr } = error as { code: number; stderr: string }
      return { code, said: stderr }
    }
  }
  const freeze = () => lockDown(postgres.database, tenant, 'freeze', new Date('2026-03-02T09:00:00Z'))
  const state = () => lockdownNow(postgres.database, tenant)

  it('says what is in force', async () => {
    assert.match((await run()).said, /In force: Nothing: self-service is open/)
    await freeze()
    assert.match(
      (await run()).said,
      /Freeze.*\nWhy: Somebody phishes our passwords\nSince: 2 March 2026.*\nAsked by: Helen/,
    )
    assert.equal(await state(), 'freeze', 'and leaves it so')
  })

  it('lifts it, and tells IT and the audit who did it, where and why', async () => {
    await freeze()
    const { code, said } = await run('lift', '--why', 'Both of IT are on a plane')
    assert.deepEqual([code, said], [0, 'Lifted: self-service is open for everybody.\n'])
    assert.equal(await state(), 'open')
    const posts = await postgres.database.selectFrom('posts').selectAll().execute()
    const news = posts.filter(({ key }) => key.startsWith('lockdown-news:'))
    assert.deepEqual([news.length, news[0]?.user_id, news[0]?.state], [1, null, 'due'])
    assert.match(JSON.stringify(news[0]?.content), /at the server by helen at .*without a second person.*on a plane/)
    const rows = await postgres.database.selectFrom('audit').select('event').execute()
    const [event, ...others] = rows
      .map(({ event }) => event as { action: string; why: string; detail: Record<string, string> })
      .filter(({ action }) => action === 'lift-lockdown-at-server')
    assert.deepEqual(others, [])
    assert.equal(event?.why, 'Both of IT are on a plane')
    assert.deepEqual(
      [event?.detail.by, event?.detail['instead-of'], event?.detail.since],
      [`helen at ${hostname()}`, 'freeze', '2026-03-02T09:00:00.000Z'],
    )
    const verified = await verifyDatabase(postgres.database)
    assert.equal(verified.fault, undefined)
  })

  it('changes nothing without a reason, nor where there is nothing to lift', async () => {
    await freeze()
    for (const args of [['lift'], ['lift', '--why', ' \u202e '], ['lift', 'now', '--why', 'x'], ['surprise']]) {
      const { code, said } = await run(...args)
      assert.equal(code, 1)
      assert.match(said, /npm run lockdown -- lift --why/)
    }
    assert.equal(await state(), 'freeze')
    await lift(postgres.database)
    assert.match((await run('lift', '--why', 'x')).said, /There is no lockdown/)
  })
})
