import assert from 'node:assert/strict'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { AgentConfigError, loadAgentSettings, readPassword } from '../../agent/config.ts'

const right = {
  bot: { url: 'wss://helpbot.example.com/agent' },
  directory: {
    urls: ['ldaps://dc1.corp.example'],
    bind: { name: 'agent@corp.example', passwordFile: './bind-password' },
  },
  policy: {
    read: ['DC=corp,DC=example'],
    write: ['OU=People,DC=corp,DC=example'],
    operations: ['unlock'],
    perHour: { all: 10 },
  },
}

describe('the file of the agent', () => {
  let folder: string
  let file: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'helpbot-config-'))
    file = join(folder, 'agent.yaml')
    await writeFile(join(folder, 'bind-password'), 'sesame\r\n')
  })
  afterEach(() => rm(folder, { recursive: true }))

  async function faults(content: unknown): Promise<readonly string[]> {
    await writeFile(file, typeof content === 'string' ? content : stringify(content))
    try {
      loadAgentSettings(file)
      return []
    } catch (error) {
      assert.ok(error instanceof AgentConfigError)
      assert.ok(!error.message.includes('sesame'))
      return error.faults
    }
  }

  it('is read, with paths meant from where it lies', async () => {
    assert.deepEqual(await faults(right), [])
    const settings = loadAgentSettings(file)
    assert.equal(settings.dataFolder, join(folder, 'agent-data'))
    assert.equal(settings.directory.bind.passwordFile, join(folder, 'bind-password'))
    assert.equal(readPassword(settings.directory.bind.passwordFile), 'sesame')
    assert.deepEqual(settings.policy.operations, ['unlock'])
  })

  it('can be made of the example', async () => {
    await cp(new URL('../../infra/agent.example.yaml', import.meta.url), file)
    const settings = loadAgentSettings(file)
    assert.equal(settings.bot.url, 'wss://helpbot.example.com/agent')
    assert.equal(settings.logLevel, 'info')
  })

  it('names an alias of nothing', async () => {
    assert.match((await faults('policy: *nothing')).join(), /write the values out instead/)
  })

  it('names every fault at once, each with its field and what to write', async () => {
    const found = await faults({
      bot: { url: 'https://helpbot.example.com', proxi: 'http://proxy' },
      directory: { urls: ['ldap://dc1'], bind: { name: '' } },
      policy: { ...right.policy, operations: ['fly'] },
      log: 'loud',
    })
    const named = [
      /^bot\.url: must be the address that the bot gives its agents, such as wss:/,
      /^bot\.proxi: is not known here/,
      /^directory\.urls\.0: must be the address of a domain controller, such as ldaps:/,
      /^directory\.bind\.name: is empty/,
      /^directory\.bind\.passwordFile: is missing: a file that holds/,
      /^policy\.operations\.0: must be one of reset-password/,
      /^log: must be one of debug/,
    ]
    for (const fault of named)
      assert.ok(
        found.some((one) => fault.test(one)),
        `${fault} is not among ${found}`,
      )
    assert.equal(found.length, named.length)
  })

  it('lets nothing go without TLS but on this machine, in practice', async () => {
    const bot = async (values: object) => faults({ ...right, bot: values })
    assert.match(String(await bot({ url: 'ws://helpbot.example.com/agent', practice: true })), /wss:\/\//)
    assert.match(String(await bot({ url: 'ws://127.0.0.1:1/agent' })), /wss:\/\//)
    assert.deepEqual(await bot({ url: 'ws://127.0.0.1:1/agent', practice: true }), [])
    assert.match(String(await bot({ url: 'wss://helpbot.example.com' })), /the path is missing/)
    assert.match(String(await bot({ url: 'wss://me:pw@helpbot.example.com/agent' })), /no name, password/)
  })

  it('says which file is missing, empty or something else', async () => {
    const directory = { ...right.directory, ca: './ca.pem' }
    assert.match(String(await faults({ ...right, directory })), /directory\.ca: .*ca\.pem is not there/)
    await writeFile(join(folder, 'ca.pem'), 'no certificate')
    assert.match(String(await faults({ ...right, directory })), /directory\.ca: .*holds no certificate/)
    for (const [bytes, fault] of [
      ['\n', /is empty/],
      [Buffer.from('\ufeffsesame', 'utf16le'), /save it as UTF-8/],
    ] as const) {
      await writeFile(join(folder, 'bind-password'), bytes)
      assert.match(String(await faults(right)), fault)
    }
  })

  it('is refused before it is parsed when it is nested too deep or far too long', async () => {
    const file = join(folder, 'deep.yaml')
    await writeFile(file, `bot:\n  url: ${'['.repeat(50_000)}`)
    assert.throws(
      () => loadAgentSettings(file),
      /line 2, column \d+: nested more than 64 levels deep: check the brackets/,
    )
    await writeFile(file, `# ${'x'.repeat(300_000)}`)
    assert.throws(() => loadAgentSettings(file), /line 1: longer than 262144 characters: write one like infra/)
  })

  it('says where it is no YAML, and what to do when it is not there', async () => {
    assert.match(String(await faults('bot: [')), /at line 1/)
    assert.match(String(await faults('')), /must be a block/)
    await rm(file)
    assert.throws(() => loadAgentSettings(file), /is not there: write one like infra\/agent\.example\.yaml/)
  })
})
