import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeSigningKey } from '../../../agent/link/signing.ts'
import type { ResultFrame, Welcome } from '../../../agent/protocol/frames.ts'
import { type AgentHome, type AgentProcess, agentHome } from '../../support/agent-process.ts'
import { type ScriptedBot, scriptedBot, type Visit } from './scripted-bot.ts'
import { type SilentController, silentController } from './silent-controller.ts'

const codeOf = ({ outcome }: ResultFrame) => (outcome.ok ? 'ok' : outcome.error.code)
const unlock = () => ({ do: 'unlock', input: { guid: randomUUID() } })

describe('the agent as a process, with a bot that a test drives and a domain controller that never answers', () => {
  let bot: ScriptedBot
  let controller: SilentController
  let home: AgentHome
  let agent: AgentProcess
  let visit: Visit

  const begun = async (id: string) => {
    const journal = join(home.dataFolder, 'journal.jsonl')
    while (!(await readFile(journal, 'utf8')).includes(id)) await new Promise((resolve) => setTimeout(resolve, 10))
  }

  before(async () => {
    bot = await scriptedBot()
    controller = await silentController()
    controller.hangUp()
    home = await agentHome({
      bot: { url: bot.url, practice: true },
      directory: { urls: [controller.url], bind: { name: 'agent@corp.example', password: 'never-logged-4711' } },
      policy: {
        read: ['DC=corp,DC=example'],
        write: ['OU=People,DC=corp,DC=example'],
        operations: ['unlock', 'reset-password'],
        perHour: { all: 100 },
      },
    })
  })
  after(async () => {
    await agent?.stop('SIGKILL')
    await bot.close()
    await controller.close()
    await home.remove()
  })

  it('works for nobody before it is enrolled', async () => {
    const { code, output } = await home.command('run')
    assert.equal(code, 1)
    assert.match(output, /belongs to no bot yet/)
  })

  it('says nothing to a bot that did not make the code', async () => {
    const typed = bot.makeCode()
    const right = bot.behaviour
    bot.behaviour = { key: makeSigningKey() }
    await assert.rejects(home.enrol(typed), /not the bot that made this code/)
    assert.equal(await bot.refused(), 'it said nothing')
    bot.behaviour = right
  })

  it('refuses a bot that does not know the code, though it holds the key of the code', async () => {
    const proof = Buffer.alloc(32).toString('base64url')
    const right = bot.behaviour
    const bent = [(w: Welcome) => ({ ...w, proof }), (w: Welcome) => ({ ...w, proof: undefined })]
    for (const welcome of bent) {
      bot.behaviour = { ...right, welcome }
      await assert.rejects(home.enrol(bot.makeCode()), /the bot does not know the code/)
      await bot.visit()
    }
    bot.behaviour = { ...right, welcome: (w) => ({ ...w, signature: right.key.sign(Buffer.from('else')) }) }
    await assert.rejects(home.enrol(bot.makeCode()), /does not hold the key/)
    await bot.visit()
    bot.behaviour = right
    await assert.rejects(readFile(join(home.dataFolder, 'identity.json')), { code: 'ENOENT' })
  })

  it('is enrolled with a code, typed in whatever case, and is not given away to another bot by accident', async () => {
    await home.enrol(bot.makeCode().toUpperCase(), 'first agent')
    await bot.visit()
    await assert.rejects(home.enrol(bot.makeCode()), /enrolled already.*--again/)
    const { code } = await home.command('enrol', bot.makeCode(), '--again')
    assert.equal(code, 0)
    await bot.visit()
  })

  it('connects, says how it stands at once, and what is wrong with its domain as soon as it knows', async () => {
    agent = await home.start()
    visit = await bot.visit()
    const unseen = 'no domain controller has answered yet'
    const health = await visit.next('health', (frame) => frame.type === 'health' && frame.fault !== unseen)
    const { latency, operations, version } = health
    assert.deepEqual([latency, operations, version], [null, ['unlock', 'reset-password'], '0.1.0'])
  })

  it('is the only one on its data folder', async () => {
    const second = await home.command('run')
    assert.equal(second.code, 1)
    assert.match(second.output, /runs already on/)
  })

  it('answers an unknown command, one for another agent, one that lives too long and one that came too late', async () => {
    const past = new Date(Date.now() - 1_000).toISOString()
    const far = new Date(Date.now() + 3_600_000).toISOString()
    const said: [ReturnType<Visit['order']>, string][] = [
      [visit.order({ do: 'format-disk', input: {} }), 'unknown-command'],
      [visit.order({ do: 'unlock', input: { guid: 'x' } }), 'unknown-command'],
      [visit.order(unlock(), { agentId: randomUUID() }), 'forbidden'],
      [visit.order(unlock(), { expires: far }), 'forbidden'],
      [visit.order(unlock(), { expires: past }), 'expired'],
    ]
    for (const [order, code] of said) {
      const { outcome } = await visit.resultOf(order.id)
      assert.ok(!outcome.ok)
      assert.equal(outcome.error.code, code)
      assert.equal(outcome.error.maybeDone, false)
    }
    const alarms = [await visit.next('alarm'), await visit.next('alarm')]
    assert.deepEqual(
      alarms.map(({ kind, commandId }) => [kind, commandId]),
      [
        ['protocol', said[2]?.[0].id],
        ['protocol', said[3]?.[0].id],
      ],
    )
    const journal = await readFile(join(home.dataFolder, 'journal.jsonl'), 'utf8')
    for (const [order] of said) assert.ok(!journal.includes(order.id), 'nothing of it was begun')
  })

  it('judges what is late by the clock of the bot, not by its own', async () => {
    bot.behaviour = { ...bot.behaviour, ahead: 3_600_000 }
    visit.cut()
    visit = await bot.visit()
    const inTime = visit.order({ do: 'user', input: { guid: randomUUID() } })
    const late = visit.order(unlock(), { expires: new Date(Date.now() + 3_590_000).toISOString() })
    assert.equal(codeOf(await visit.resultOf(late.id)), 'expired')
    assert.equal(codeOf(await visit.resultOf(inTime.id)), 'unreachable')
    bot.behaviour = { key: bot.behaviour.key }
    visit.cut()
    visit = await bot.visit()
  })

  it('runs a command once, and answers a repeat with what was recorded', async () => {
    const order = visit.order(unlock())
    const first = await visit.resultOf(order.id)
    const calls = controller.calls
    visit.say(order)
    const again = await visit.resultOf(order.id)
    assert.deepEqual([first.repeated, again.repeated], [false, true])
    assert.deepEqual(again.outcome, first.outcome)
    visit.cut()
    visit = await bot.visit()
    // Long after it has run out, too: what became of it does not change.
    visit.say({ ...order, expires: new Date(Date.now() - 5_000).toISOString() })
    assert.deepEqual(await visit.resultOf(order.id), again)
    // The look at the domain every 15 seconds may have called; the unlock has not.
    assert.ok(controller.calls <= calls + 1)
  })

  it('cut after the command, before the answer: the answer comes over the next connection', async () => {
    controller.hold()
    const order = visit.order(unlock())
    await begun(order.id)
    visit.cut()
    visit = await bot.visit()
    controller.hangUp()
    const { repeated, outcome } = await visit.resultOf(order.id)
    assert.deepEqual([repeated, outcome.ok], [false, false])
  })

  it('cut, and asked again while it still runs: one run, one answer', async () => {
    controller.hold()
    const order = visit.order(unlock())
    await begun(order.id)
    visit.cut()
    visit = await bot.visit()
    visit.say(order)
    // Frames are taken in their order: when this one is answered, the one before it was heard.
    await visit.resultOf(visit.order({ do: 'nothing', input: {} }).id)
    controller.hangUp()
    assert.equal((await visit.resultOf(order.id)).repeated, false)
    const journal = await readFile(join(home.dataFolder, 'journal.jsonl'), 'utf8')
    assert.equal(journal.split('\n').filter((line) => line.includes(order.id) && line.includes('begun')).length, 1)
  })

  it('killed between beginning and end: never run again, and the answer is that nobody knows', async () => {
    controller.hold()
    const order = visit.order(unlock())
    await begun(order.id)
    agent = await agent.restart('SIGKILL')
    visit = await bot.visit()
    visit.say(order)
    const { repeated, outcome } = await visit.resultOf(order.id)
    assert.equal(repeated, true)
    assert.ok(!outcome.ok)
    assert.deepEqual([outcome.error.code, outcome.error.maybeDone], ['interrupted', true])
  })

  it('stops on SIGTERM: what runs ends and is answered, what waits is answered, and the exit is clean', async () => {
    const target = unlock()
    const running = visit.order(target)
    const waiting = visit.order(target)
    await begun(running.id)
    const stopped = agent.stop()
    await agent.logged('stopping')
    const { outcome: ofWaiting } = await visit.resultOf(waiting.id)
    assert.ok(!ofWaiting.ok)
    assert.match(ofWaiting.error.detail, /stopped before its turn came: nothing was done/)
    controller.hangUp()
    assert.equal(codeOf(await visit.resultOf(running.id)), 'unreachable')
    const { code, output } = await stopped
    assert.equal(code, 0)
    assert.equal(await visit.ended, 1000)
    assert.ok(!output.includes('never-logged-4711'))
    const identity: unknown = JSON.parse(await readFile(join(home.dataFolder, 'identity.json'), 'utf8'))
    assert.ok(typeof identity === 'object' && identity !== null && 'key' in identity)
    assert.ok(!output.includes(String(identity.key).split('\n')[1] ?? ''))
  })
})
