import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { generateKey } from '../../bot/identity/key-ring.ts'
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts'

const tenant = '7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'
const ada = '00000000-0000-4000-8000-00000000000a'
const command = fileURLToPath(new URL('../../bot/identity-command.ts', import.meta.url))

describe('npm run identity', () => {
  let postgres: TestPostgres
  before(async () => {
    postgres = await startTestPostgres()
  })
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

  it('forgets whose Slack account an address was, with a row in the audit that says who wanted it', async () => {
    const now = new Date()
    await postgres.database
      .insertInto('slack_people')
      .values({
        team_id: 'T1',
        slack_user_id: 'U1',
        tenant_id: tenant,
        user_id: ada,
        email: 'ada@nordwind.example',
        bound_at: now,
        checked_at: now,
      })
      .execute()
    assert.deepEqual(await run('forget-slack', 'Ada@Nordwind.example'), { code: 0, said: 'Done.\n' })
    assert.deepEqual(await postgres.database.selectFrom('slack_people').select('email').execute(), [])
    const [row] = await postgres.database.selectFrom('audit').select('event').execute()
    const event = row?.event as { action: string; target: string; why: string }
    assert.deepEqual([event.action, event.target], ['unbind-slack', ada])
    assert.match(event.why, /npm run identity by helen/)
    assert.match((await run('forget-slack', 'ada@nordwind.example')).said, /No Slack account is bound/)
  })

  it('says how it is used when it is used otherwise', async () => {
    for (const args of [['forget-slack', 'ada'], ['unlock'], ['surprise', ada]]) {
      const { code, said } = await run(...args)
      assert.equal(code, 1)
      assert.match(said, /npm run identity -- forget-slack ADDRESS/)
    }
  })
})
