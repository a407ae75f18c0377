import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { type CommandName, commands } from '../../agent/protocol/commands.ts'
import type { Health, ResultFrame } from '../../agent/protocol/frames.ts'
import { newSealKey } from '../../bot/agent-link/open-seal.ts'
import { type AgentProcess, startAgent } from '../support/agent-process.ts'
import { startTestDomain, type TestDomain } from '../support/samba.ts'
import { type ScriptedBot, scriptedBot, type Visit } from './link/scripted-bot.ts'

function answerOf<Name extends CommandName>(
  { output }: { readonly output: z.ZodType<z.output<(typeof commands)[Name]['output']>> },
  result: ResultFrame,
) {
  assert.ok(result.outcome.ok, JSON.stringify(result.outcome))
  return output.parse(result.outcome.value)
}

describe('the agent as a process, with a real domain controller', () => {
  let bot: ScriptedBot
  let domain: TestDomain
  let agent: AgentProcess
  let visit: Visit
  let passwords: string[]

  const serves = (connected: Visit): Promise<Health> =>
    connected.next('health', (frame) => frame.type === 'health' && frame.fault === null)
  const reset = (guid: string) => {
    const seal = newSealKey()
    const order = visit.order({ do: 'reset-password', input: { guid, sealTo: seal.publicKey, rules: { length: 16 } } })
    const opened = (result: ResultFrame) => {
      const { sealed } = answerOf<'reset-password'>(commands['reset-password'], result)
      assert.ok(sealed)
      const password = seal.open(sealed, order.id)
      passwords.push(password)
      return password
    }
    return { order, opened }
  }

  before(async () => {
    passwords = []
    bot = await scriptedBot()
    domain = await startTestDomain()
    const { url, ca, host, service, domainDn, units } = domain
    agent = await startAgent(
      {
        bot: { url: bot.url, practice: true },
        directory: { urls: [url], ca, servername: host, bind: { name: service.upn, password: service.password } },
        policy: {
          read: [domainDn],
          write: [units.people, units.groups],
          operations: ['reset-password', 'unlock'],
          perHour: { all: 100 },
        },
      },
      { code: bot.makeCode() },
    )
    await bot.visit()
    visit = await bot.visit()
  })
  after(async () => {
    await agent?.stop('SIGKILL')
    await agent?.home.remove()
    await bot?.close()
    await domain?.close()
  })

  it('says which domain it serves, through which controller and how fast', async () => {
    const health = await serves(visit)
    assert.equal(health.domain, domain.realm)
    assert.match(health.domainSid ?? '', /^S-1-5-21-/)
    assert.equal(health.controller, domain.host)
    assert.ok(health.latency !== null && health.latency < 5_000)
  })

  it('resets a password once; a repeat is told of it, and gets no password', async () => {
    const anna = await domain.addUser('anna')
    const { order, opened } = reset(anna.guid)
    const password = opened(await visit.resultOf(order.id))
    const { pwdLastSet } = await domain.attributes(anna.guid)
    visit.say(order)
    const again = await visit.resultOf(order.id)
    assert.equal(again.repeated, true)
    assert.equal(answerOf<'reset-password'>(commands['reset-password'], again).sealed, null)
    assert.equal((await domain.attributes(anna.guid)).pwdLastSet, pwdLastSet)
    assert.equal(await domain.bind(anna.upn, password), '773', 'it is right, and must be changed')
  })

  it('cut right after the order: one reset, and the password comes over the next connection, whole', async () => {
    const ben = await domain.addUser('ben')
    const { order, opened } = reset(ben.guid)
    while (!(await readFile(join(agent.home.dataFolder, 'journal.jsonl'), 'utf8')).includes(order.id))
      await new Promise((resolve) => setTimeout(resolve, 5))
    visit.cut()
    visit = await bot.visit()
    const password = opened(await visit.resultOf(order.id))
    // The bot may not have waited for it on this connection: it asks again, and it is the same answer and no other reset.
    visit.say(order)
    const asked = await visit.resultOf(order.id)
    assert.equal(opened(asked), password)
    assert.equal(await domain.bind(ben.upn, password), '773')
  })

  it('tells IT when it was asked for what it may not do', async () => {
    const carla = await domain.addUser('carla', { unit: domain.units.forbidden })
    const order = visit.order({ do: 'unlock', input: { guid: carla.guid } })
    const { outcome } = await visit.resultOf(order.id)
    assert.ok(!outcome.ok)
    assert.equal(outcome.error.code, 'forbidden')
    const alarm = await visit.next('alarm')
    assert.deepEqual([alarm.kind, alarm.commandId, alarm.correlationId], ['outside', order.id, 'test'])
    assert.equal(alarm.what, `unlock ${carla.guid}`)
  })

  it('changes nothing while its journal cannot be written, says so, and goes on reading', async () => {
    const dora = await domain.addUser('dora')
    const before = await domain.attributes(dora.guid)
    const obstacle = join(agent.home.dataFolder, 'journal.jsonl.new')
    await mkdir(obstacle)
    agent = await agent.restart()
    visit = await bot.visit()
    const health = await visit.next('health', (frame) => frame.type === 'health' && frame.controller !== null)
    assert.match(health.fault ?? '', /journal .* cannot be written, so nothing is changed/)
    const { outcome } = await visit.resultOf(reset(dora.guid).order.id)
    assert.ok(!outcome.ok)
    assert.deepEqual([outcome.error.code, outcome.error.maybeDone], ['internal', false])
    assert.equal((await domain.attributes(dora.guid)).pwdLastSet, before.pwdLastSet)
    const user = await visit.resultOf(visit.order({ do: 'user', input: { guid: dora.guid } }).id)
    assert.equal(answerOf<'user'>(commands.user, user).samAccountName, 'dora')
    await rm(obstacle, { recursive: true })
    const { order, opened } = reset(dora.guid)
    assert.ok(opened(await visit.resultOf(order.id)))
  })

  it('says so when the domain controller goes, and serves again when it is back, without being started anew', async () => {
    await domain.stop()
    const order = visit.order({ do: 'user', input: { guid: randomUUID() } })
    const { outcome } = await visit.resultOf(order.id)
    assert.ok(!outcome.ok)
    assert.equal(outcome.error.code, 'unreachable')
    await domain.start()
    const user = await visit.resultOf(visit.order({ do: 'probe', input: {} }).id)
    assert.ok(user.outcome.ok, JSON.stringify(user.outcome))
  })

  it('looks at all it needs: the doctor runs from here', async () => {
    const { output } = await agent.home.command('doctor')
    assert.match(output, /\d+ missing, \d+ warnings, \d+ ok/)
  })

  it('has left no password anywhere', async () => {
    const { output } = await agent.stop()
    const names = await readdir(agent.home.dataFolder)
    const files = await Promise.all(names.map((name) => readFile(join(agent.home.dataFolder, name), 'utf8')))
    assert.ok(passwords.length >= 3)
    for (const password of [...passwords, domain.service.password])
      for (const text of [output, ...files]) assert.ok(!text.includes(password))
    assert.ok(
      files.every((text) => !text.includes('ciphertext')),
      'nor a sealed one',
    )
  })
})
