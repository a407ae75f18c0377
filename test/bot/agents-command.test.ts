import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { scriptedAgent } from './agent-link/scripted-agent.ts'
import { type LinkReplica, type Stand, startStand, until } from './agent-link/stand.ts'

const tenant = '7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'
const command = fileURLToPath(new URL('../../bot/agents-command.ts', import.meta.url))

describe('npm run agents', function () {
  this.timeout(180_000)
  let stand: Stand
  let bot: LinkReplica
  before(async () => {
    stand = await startStand()
    bot = await stand.replica()
  })
  after(() => stand.close())

  const run = (...args: string[]) => runWith({}, ...args)

  async function runWith(
    more: Readonly<Record<string, string>>,
    ...args: string[]
  ): Promise<{ readonly code: number; readonly said: string }> {
    const env = {
      PATH: process.env.PATH ?? '',
      DATABASE_URL: stand.postgres.url,
      HELPBOT_KEYS: stand.keys,
      GRAPH_TENANT_ID: tenant,
      GRAPH_CLIENT_ID: tenant,
      GRAPH_CERTIFICATE: 'none.pem',
      TEAMS_APP_ID: tenant,
      USER: 'helen',
      ...more,
    }
    try {
      const { stdout } = await promisify(execFile)(process.execPath, [command, ...args], { env })
      return { code: 0, said: stdout }
    } catch (error) {
      const { code, stderr } = error as { code: number; stderr: string }
      return { code, said: stderr }
    }
  }

  async function lastAudited(): Promise<readonly unknown[]> {
    const event = (await stand.audited()).at(-1)
    return [event?.action, event?.target, event?.why]
  }

  it('makes a code that enrols one agent, lists it, has it make a new key, and revokes it', async () => {
    const { said } = await run('code', '--by', 'Grace Hopper')
    const [code = '', until15 = ''] = said.split('\n')
    const minutes = (Date.parse(until15.replace(/^good once, until /, '')) - Date.now()) / 60_000
    assert.ok(minutes > 13 && minutes <= 15, until15)
    assert.deepEqual(await lastAudited(), ['issue-agent-code', tenant, 'npm run agents by Grace Hopper'])
    assert.equal((await run('list')).said, 'No agent is enrolled.\n')

    const agent = scriptedAgent(bot.url, 'Server 1')
    assert.equal((await agent.enrol(code)).welcomed, true)
    await agent.come()
    const { connection } = agent
    await until(async () => (await bot.link.agents())[0]?.lastSeenAt !== undefined)
    const listed = (await run('list')).said
    assert.match(listed, new RegExp(`^${agent.id}  live     Server 1  corp.nordwind.example  seen `))

    assert.match((await run('rotate', agent.id)).said, /Server 1 makes a new key/)
    await until(() => connection.others.some(({ type }) => type === 'rotate'))
    assert.deepEqual(await lastAudited(), ['request-agent-rotation', agent.id, 'npm run agents by helen'])

    assert.match((await run('revoke', agent.id.toUpperCase())).said, /Server 1 is revoked/)
    assert.equal(await connection.closed, 4001)
    assert.deepEqual(await lastAudited(), ['revoke-agent', agent.id, 'npm run agents by helen'])
    for (const verb of ['revoke', 'rotate'])
      assert.match((await run(verb, agent.id)).said, /There is no such agent, or it was revoked/)
    assert.match((await run('list')).said, /revoked {2}Server 1/)
  })

  it('says what to type on the server next, with the address where it is known', async () => {
    const unknown = (await run('code')).said
    assert.match(unknown, /PUBLIC_URL is not set/)
    assert.match(unknown, /url: wss:\/\/HOST-OF-THE-BOT\/agent$/m)
    const { said } = await runWith({ PUBLIC_URL: 'https://helpbot.example.com/' }, 'code')
    assert.match(said, /-BotUrl wss:\/\/helpbot\.example\.com\/agent /)
    assert.match(said, /url: wss:\/\/helpbot\.example\.com\/agent$/m)
    assert.match(said, /npm run agent -- enrol /)
    assert.doesNotMatch(said, /PUBLIC_URL/)
    const [code = '', ...rest] = said.split('\n')
    assert.ok(!rest.join('\n').includes(code), 'the code stands there once')
  })

  it('gives the bot a new key that agents can follow', async () => {
    const agent = await stand.agent(bot)
    await agent.identify()
    const before = agent.connection.challenge.botKey
    await agent.leave()
    assert.match((await run('rotate-bot-key')).said, /The bot has a new key/)
    assert.deepEqual(await lastAudited(), ['rotate-bot', tenant, 'npm run agents by helen'])
    await agent.identify()
    const { challenge } = agent.connection
    assert.notEqual(challenge.botKey, before)
    assert.equal(challenge.follows[0]?.botKey, before)
  })

  it('says how it is used when it is used otherwise', async () => {
    for (const args of [[], ['surprise'], ['revoke'], ['revoke', 'srv1'], ['code', 'more'], ['list', '--all']]) {
      const { code, said } = await run(...args)
      assert.equal(code, 1)
      assert.match(said, /npm run agents -- rotate-bot-key|Unknown option/)
    }
  })
})
