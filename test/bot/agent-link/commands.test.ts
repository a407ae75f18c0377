import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { DirectoryError, type DirectoryErrorCode } from '../../../bot/directory/directory-error.ts'
import { alarmOf, failure, healthOf, result, type ScriptedAgent } from './scripted-agent.ts'
import { type LinkReplica, type Stand, startStand, until } from './stand.ts'

const domain = 'corp.nordwind.example'
const asked = { domain, correlationId: 'c-1' }
const guid = '11111111-2222-4333-8444-555555555555'
const probed = { controller: 'dc1', latency: 1 }
const moved = { changed: true, controller: 'dc1' }
const reset = { guid, enabled: true }

function failed(code: DirectoryErrorCode, more: { maybeDone?: boolean; sentence?: RegExp; detail?: RegExp } = {}) {
  return (error: unknown) => {
    assert.ok(error instanceof DirectoryError, String(error))
    assert.deepEqual([error.code, error.maybeDone], [code, more.maybeDone ?? false], error.detail)
    if (more.sentence) assert.match(error.sentence, more.sentence)
    if (more.detail) assert.match(error.detail, more.detail)
    return true
  }
}

describe('what is asked of an agent', () => {
  let stand: Stand
  let bot: LinkReplica
  let agent: ScriptedAgent
  before(async () => {
    stand = await startStand()
  })
  beforeEach(async () => {
    bot = await stand.replica()
    agent = await stand.agent(bot)
  })
  afterEach(() => stand.clear())
  after(() => stand.close())

  const live = (name: string) =>
    until(async () => (await bot.link.agents()).some((one) => one.name === name && one.state === 'live'))
  const answering = (one: ScriptedAgent, value: unknown) => {
    one.connection.onCommand = (command) => one.connection.say(result(command, value))
  }

  it('is answered, with who answered it', async () => {
    await agent.come()
    answering(agent, probed)
    const answered = await bot.link.ask('probe', {}, { ...asked, domain: 'CORP.Nordwind.Example' })
    const [command] = agent.connection.commands
    assert(command)
    assert.deepEqual(answered, { value: probed, agent: agent.id, repeated: false, commandId: command.id })
    assert.deepEqual(
      [command.agentId, command.correlationId, command.command],
      [agent.id, 'c-1', { do: 'probe', input: {} }],
    )
    assert.equal(Date.parse(command.expires) - Date.parse(command.issued), 2_500)
    assert.deepEqual((await bot.link.ask('probe', {}, { correlationId: 'c-2' })).value, probed)
    assert.deepEqual((await bot.link.ask('probe', {}, { agent: agent.id, correlationId: 'c-2' })).value, probed)
    assert.deepEqual(await bot.link.domains(), [domain])
  })

  it('is answered each with its own, many at once and in any order', async () => {
    await agent.come()
    const commands = agent.connection.commands
    agent.connection.onCommand = () => {
      if (commands.length < 50) return
      for (const command of commands.toReversed()) {
        const { input } = command.command as { input: { value: string } }
        agent.connection.say(result(command, { users: [], echo: undefined }))
        assert.match(input.value, /^user \d+$/)
      }
    }
    const asks = Array.from({ length: 50 }, (_, index) =>
      bot.link.ask('find-users', { by: 'samAccountName', value: `user ${index}` }, asked),
    )
    const ids = (await Promise.all(asks)).map(({ commandId }) => commandId)
    assert.equal(new Set(ids).size, 50)
  })

  it('does not leave when it is no such question, and is not believed when it is no such answer', async () => {
    await agent.come()
    await assert.rejects(bot.link.ask('user', { guid: 'ada' }, asked), failed('refused'))
    assert.deepEqual(agent.connection.commands, [])
    answering(agent, { controller: 'dc1' })
    await assert.rejects(bot.link.ask('probe', {}, asked), failed('unreachable', { detail: /not understood/ }))
    await assert.rejects(bot.link.ask('set-enabled', reset, asked), failed('unreachable', { maybeDone: true }))
  })

  it('fails in words for the person, and says to IT which agent said what', async () => {
    await agent.come()
    const failing = (code: Parameters<typeof failure>[1], more?: Parameters<typeof failure>[2]) => {
      agent.connection.onCommand = (command) => agent.connection.say(failure(command, code, more))
      return bot.link.ask('set-enabled', reset, asked)
    }
    await assert.rejects(
      failing('not-found'),
      failed('not-found', { detail: /set-enabled: agent srv1: not-found: as the/ }),
    )
    await assert.rejects(failing('forbidden'), failed('protected', { sentence: /does not let me/ }))
    await assert.rejects(failing('policy', { rule: 'history' }), failed('policy', { sentence: /used before/ }))
    await assert.rejects(failing('policy', { rule: 'length' }), failed('policy', { sentence: /too short/ }))
    await assert.rejects(failing('policy'), failed('policy'))
    await assert.rejects(failing('expired'), failed('unreachable'))
    await assert.rejects(failing('interrupted'), failed('unreachable', { maybeDone: true, sentence: /not certain/ }))
    await assert.rejects(failing('internal', { maybeDone: true }), failed('unreachable', { maybeDone: true }))
    await assert.rejects(failing('throttled'), failed('throttled', { sentence: /busy/ }))
    // Written, and what became of it could not be read back: "nothing was changed" would be untrue, whatever stood in the way.
    for (const code of ['throttled', 'refused', 'conflict', 'not-found', 'protected', 'policy', 'forbidden'] as const)
      await assert.rejects(
        failing(code, { maybeDone: true }),
        failed('unreachable', { maybeDone: true, sentence: /not certain/ }),
      )
    await assert.rejects(failing('unknown-command'), failed('refused'))
  })

  it('goes to the agent nearest to its controller that is well, of the domain', async () => {
    const [slow, ill, other] = [
      await stand.agent(bot, 'slow'),
      await stand.agent(bot, 'ill'),
      await stand.agent(bot, 'other'),
    ]
    await slow.come({ latency: 80 })
    await ill.come({ latency: 0, fault: 'its password has expired' })
    await other.come({ latency: 0, domain: 'other.example' })
    await agent.come({ latency: 9 })
    for (const name of ['slow', 'ill', 'other', 'srv1']) await live(name)
    for (const one of [slow, ill, other, agent]) answering(one, probed)
    assert.equal((await bot.link.ask('probe', {}, asked)).agent, agent.id)
    agent.connection.say(healthOf({ latency: 200 }))
    await until(async () => (await bot.link.ask('probe', {}, asked)).agent === slow.id)
    assert.equal((await bot.link.ask('probe', {}, { ...asked, agent: agent.id })).agent, agent.id)
    assert.deepEqual(await bot.link.domains(), [domain, 'other.example'])
    await assert.rejects(bot.link.ask('probe', {}, { correlationId: 'c' }), failed('conflict'))
    await assert.rejects(bot.link.ask('probe', {}, { ...asked, domain: 'nowhere.example' }), failed('protected'))
    const said = (await bot.link.agents()).map(({ name, state, fault, latency }) => [name, state, fault, latency])
    assert.deepEqual(said[0], ['ill', 'live', 'its password has expired', 0])
    assert.equal(await bot.remark(), `${domain}: 2 of 3 live, other.example: 1 of 1 live`)
  })

  it('is waited for until an agent comes, for a bounded time', async () => {
    const asking = bot.link.ask('probe', {}, asked)
    await agent.come()
    answering(agent, probed)
    assert.deepEqual((await asking).value, probed)
    await agent.leave()
    await until(async () => (await bot.link.agents())[0]?.state === 'silent')
    const began = performance.now()
    await assert.rejects(
      bot.link.ask('set-enabled', reset, asked),
      failed('unreachable', { sentence: /is down just now/ }),
    )
    assert.ok(performance.now() - began >= 1_400)
    assert.equal(await bot.remark(), `${domain}: 0 of 1 live`)
  })

  it('is protected where nobody was ever enrolled', async () => {
    await stand.postgres.database.deleteFrom('agents').execute()
    await assert.rejects(bot.link.ask('probe', {}, asked), failed('protected', { sentence: /not connected to it/ }))
    assert.equal(await bot.remark(), undefined)
  })

  it('is given up when no answer comes; whether a change was made is then unknown', async () => {
    await agent.come()
    const [read, write] = await Promise.allSettled([
      bot.link.ask('probe', {}, asked),
      bot.link.ask('set-enabled', reset, asked),
    ])
    assert.ok(read.status === 'rejected' && failed('unreachable')(read.reason))
    assert.ok(write.status === 'rejected' && failed('unreachable', { maybeDone: true })(write.reason))
    // It comes all the same, and harms nobody.
    for (const command of agent.connection.commands) agent.connection.say(result(command, probed))
    answering(agent, probed)
    assert.deepEqual((await bot.link.ask('probe', {}, asked)).value, probed)
  })

  it('is asked of another agent when the first one breaks off, if it only reads', async () => {
    const second = await stand.agent(bot, 'second')
    await agent.come({ latency: 1 })
    await second.come({ latency: 50 })
    for (const name of ['srv1', 'second']) await live(name)
    agent.connection.onCommand = () => agent.connection.socket.terminate()
    answering(second, probed)
    assert.equal((await bot.link.ask('probe', {}, asked)).agent, second.id)
    assert.notEqual(agent.connection.commands[0]?.id, second.connection.commands[0]?.id)
  })

  it('is given again to the same agent under the same id when it breaks off, if it writes, and to no other', async () => {
    const second = await stand.agent(bot, 'second')
    await agent.come({ latency: 1 })
    await second.come({ latency: 50 })
    for (const name of ['srv1', 'second']) await live(name)
    const { connection: first } = agent
    first.onCommand = () => first.socket.terminate()
    const asking = bot.link.ask('set-enabled', reset, asked)
    await first.closed
    await agent.come({ fault: 'no controller answers' })
    agent.connection.onCommand = (command) => agent.connection.say(result(command, moved, true))
    const answered = await asking
    assert.deepEqual([answered.agent, answered.repeated], [agent.id, true])
    assert.deepEqual(agent.connection.commands, first.commands)
    assert.deepEqual(second.connection.commands, [])
  })

  it('is uncertain when an agent broke off in the middle of a change and does not come back', async () => {
    const second = await stand.agent(bot, 'second')
    await agent.come({ latency: 1 })
    await second.come({ latency: 50 })
    for (const name of ['srv1', 'second']) await live(name)
    agent.connection.onCommand = () => agent.connection.socket.terminate()
    await assert.rejects(
      bot.link.ask('set-enabled', reset, asked),
      failed('unreachable', { maybeDone: true, detail: /agent srv1/ }),
    )
    assert.deepEqual(second.connection.commands, [])
  })

  for (const [what, lie] of [
    ['is signed wrongly', { signature: randomBytes(64).toString('base64url') }],
    ['leaves out a number', { number: 3 }],
    ['comes under a number that was used', { number: 1 }],
  ] as const)
    it(`is not believed when the answer ${what}: the connection ends`, async () => {
      await agent.come()
      const { connection: first } = agent
      first.onCommand = (command) => first.say(result(command, { controller: 'evil', latency: 1 }), lie)
      const asking = bot.link.ask('probe', {}, asked)
      assert.equal(await first.closed, 1008)
      await agent.come()
      answering(agent, probed)
      assert.deepEqual((await asking).value, probed)
    })

  it('is not answered by what is no frame, too long a frame, or a flood of answers to nothing', async () => {
    const sayings: readonly [number, () => void][] = [
      [1008, () => agent.connection.socket.send('hello')],
      [1008, () => agent.connection.socket.send(randomBytes(10))],
      [1009, () => agent.connection.socket.send('x'.repeat(2_000_000))],
      [
        1008,
        () => {
          for (let count = 0; count < 110; count++)
            agent.connection.say({ type: 'result', id: randomUUID(), repeated: false, outcome: { ok: true, value: 1 } })
        },
      ],
    ]
    for (const [code, say] of sayings) {
      await agent.come()
      say()
      assert.equal(await agent.connection.closed, code)
    }
    await agent.come()
    agent.connection.say({ type: 'result', id: randomUUID(), repeated: false, outcome: { ok: true, value: 1 } })
    answering(agent, probed)
    assert.deepEqual((await bot.link.ask('probe', {}, asked)).value, probed)
  })

  it('is not asked of an agent that says it serves another domain than before', async () => {
    await agent.come()
    await live('srv1')
    agent.connection.say(healthOf({ domain: 'other.example' }))
    await until(async () => (await bot.link.agents())[0]?.fault !== undefined)
    assert.match((await bot.link.agents())[0]?.fault ?? '', /enrolled for corp\.nordwind\.example/)
    assert.deepEqual(await bot.link.domains(), [domain])
    await assert.rejects(bot.link.ask('probe', {}, asked), failed('unreachable'))
    assert.equal(agent.connection.commands.length, 0)
  })

  it('leaves the newer of two connections; the older one ends', async () => {
    await agent.come()
    const { connection: older } = agent
    await agent.come()
    assert.equal(await older.closed, 4000)
    answering(agent, probed)
    assert.deepEqual((await bot.link.ask('probe', {}, asked)).value, probed)
  })

  it('is counted and timed, and the agents that are here are seen', async () => {
    await agent.come({ latency: 20, queue: 3 })
    answering(agent, probed)
    await bot.link.ask('probe', {}, asked)
    const text = await bot.metrics.registry.metrics()
    for (const line of [
      'helpbot_agent_commands_total{name="probe",outcome="done"} 1',
      'helpbot_agent_command_seconds_count{name="probe"} 1',
      `helpbot_agents_live{domain="${domain}"} 1`,
      `helpbot_agent_queue{domain="${domain}"} 3`,
      `helpbot_agent_directory_seconds{domain="${domain}"} 0.02`,
      'helpbot_agent_link_events_total{kind="let-in"} 1',
    ])
      assert.ok(text.includes(line), line)
    const row = await stand.postgres.database.selectFrom('agents').selectAll().executeTakeFirstOrThrow()
    assert.equal(row.domain_sid, 'S-1-5-21-1-2-3')
    assert.ok(row.last_seen_at && Date.now() - row.last_seen_at.getTime() < 60_000)
    assert.equal((row.health as { queue: number }).queue, 3)
  })

  it('ends with an agent that says nothing any more', async () => {
    const quick = await stand.replica({ times: { silence: 300 } })
    const quiet = await stand.agent(quick, 'quiet')
    await quiet.come()
    assert.equal(await quiet.connection.closed, 4002)
  })

  it('raises an alarm once, in the audit and to IT', async () => {
    await agent.come()
    const alarm = alarmOf()
    agent.connection.say(alarm)
    agent.connection.say(alarm)
    agent.connection.say(alarmOf())
    await until(() => bot.alarms.length === 2)
    assert.deepEqual(bot.alarms[0], { alarm, agent: { id: agent.id, name: 'srv1', domain } })
    const rows = (await stand.audited()).filter(({ action }) => action === 'agent-alarm')
    assert.equal(rows.length, 2)
    assert.deepEqual([rows[0]?.target, rows[0]?.why], [agent.id, 'a member of Domain Admins'])
  })
})
