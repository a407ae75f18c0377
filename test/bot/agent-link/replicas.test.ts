import assert from 'node:assert/strict'
import { otherReplicas } from '../../../bot/agent-link/between-replicas.ts'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { generateKey, parseKeyRing } from '../../../bot/identity/key-ring.ts'
import { memoryRelay } from '../../../bot/store/memory-relay.ts'
import { redisRelay } from '../../../bot/store/redis-relay.ts'
import type { Relay } from '../../../bot/store/relay.ts'
import { startTestRedis } from '../../support/redis.ts'
import { result, type ScriptedAgent, scriptedAgent } from './scripted-agent.ts'
import { type LinkReplica, type Stand, startStand, until } from './stand.ts'

const asked = { domain: 'corp.nordwind.example', correlationId: 'c-1' }
const guid = '11111111-2222-4333-8444-555555555555'
const probed = { controller: 'dc1', latency: 1 }
const changed = { changed: true, controller: 'dc1' }

function answering(agent: ScriptedAgent, value: unknown): void {
  agent.connection.onCommand = (command) => agent.connection.say(result(command, value))
}

/** The same agent as it dials another replica. */
function at(bot: LinkReplica, agent: ScriptedAgent): ScriptedAgent {
  return Object.assign(scriptedAgent(bot.url), { id: agent.id, key: agent.key })
}

for (const where of ['in memory', 'in Redis'] as const)
  describe(`an agent that is connected to another replica, reached ${where}`, () => {
    let stand: Stand
    let one: LinkReplica
    let other: LinkReplica
    let agent: ScriptedAgent
    let closeRedis = async () => {}
    before(async () => {
      stand = await startStand()
      if (where === 'in Redis') {
        const redis = await startTestRedis()
        closeRedis = () => redis.close()
        one = await stand.replica({ relay: redisRelay(redis.url, { prefix: 'test' }) })
        other = await stand.replica({ relay: redisRelay(redis.url, { prefix: 'test' }) })
      } else {
        one = await stand.replica()
        other = await stand.replica()
      }
      agent = await stand.agent(one)
    })
    after(async () => {
      await stand.close()
      await closeRedis()
    })

    it('answers, and is seen', async () => {
      await agent.come()
      answering(agent, probed)
      const answered = await other.link.ask('probe', {}, asked)
      assert.deepEqual([answered.value, answered.agent], [probed, agent.id])
      const [seen] = await other.link.agents()
      assert.deepEqual([seen?.state, seen?.domain, seen?.latency], ['live', asked.domain, 2])
      assert.equal(await other.remark(), `${asked.domain}: 1 of 1 live`)
    })

    it('answers with as much as a page of a thousand holds', async () => {
      const dn = `CN=${'ü'.repeat(200)},DC=corp`
      const members = Array.from({ length: 1_000 }, () => ({ guid, dn, kind: 'user' }))
      answering(agent, { members, next: null })
      const { value } = await other.link.ask('members', { group: guid, from: 0, size: 1_000 }, asked)
      assert.equal(value.members.length, 1_000)
      assert.equal(value.members[999]?.dn, dn)
    })

    it('is given a change again, under the same id, when it goes over to another replica in its middle', async () => {
      const { connection: first } = agent
      first.onCommand = () => first.socket.terminate()
      const asking = other.link.ask('set-enabled', { guid, enabled: true }, asked)
      await first.closed
      const there = at(other, agent)
      await there.come()
      there.connection.onCommand = (command) => there.connection.say(result(command, changed, true))
      assert.equal((await asking).repeated, true)
      assert.deepEqual(there.connection.commands, first.commands.slice(-1))
      agent.connection = there.connection
    })

    it('has one connection: the older one ends wherever it is', async () => {
      const { connection: older } = agent
      const here = at(one, agent)
      await here.come()
      assert.equal(await older.closed, 4000)
      answering(here, probed)
      assert.deepEqual((await other.link.ask('probe', {}, asked)).value, probed)
      agent.connection = here.connection
    })

    it('is cut off on whichever replica when it is revoked', async () => {
      await stand.postgres.database.updateTable('agents').set({ state: 'revoked' }).where('id', '=', agent.id).execute()
      assert.equal(await agent.connection.closed, 4001)
      assert.equal((await other.link.agents())[0]?.state, 'revoked')
    })
  })

describe('between replicas', () => {
  let stand: Stand
  before(async () => {
    stand = await startStand()
  })
  afterEach(() => stand.clear())
  after(() => stand.close())

  /** A relay whose questions and announcements are overheard. */
  function overheard(relay: Relay): { relay: Relay; asked: { to: string; text: string }[]; announced: string[] } {
    const questions: { to: string; text: string }[] = []
    const announced: string[] = []
    return {
      asked: questions,
      announced,
      relay: {
        ...relay,
        ask(to, text, milliseconds) {
          questions.push({ to, text })
          return relay.ask(to, text, milliseconds)
        },
        announce(text, milliseconds) {
          announced.push(text)
          return relay.announce(text, milliseconds)
        },
      },
    }
  }

  it('is nothing ordered by whoever does not hold HELPBOT_KEYS, and nothing twice by whoever listens', async () => {
    const one = await stand.replica()
    const listened = overheard(memoryRelay(stand.members))
    const other = await stand.replica({ relay: listened.relay })
    const agent = await stand.agent(one)
    await agent.come()
    answering(agent, changed)
    const order = { guid, enabled: false }
    await other.link.ask('set-enabled', order, asked)
    assert.equal(agent.connection.commands.length, 1)
    const [question] = listened.asked
    assert(question)
    const stranger = memoryRelay(stand.members)
    // The same words again; changed words; words to another; words under a key of one's own.
    await assert.rejects(stranger.ask(question.to, question.text, 1_000), /said before/)
    await assert.rejects(stranger.ask(question.to, question.text.replace('false', 'true'), 1_000), /not from a replica/)
    await assert.rejects(stranger.ask(other.relay.self, question.text, 1_000), /for another replica/)
    const [command] = agent.connection.commands
    assert(command)
    const forger = otherReplicas({ ...one.ground, relay: stranger, ring: parseKeyRing(generateKey('k1')) })
    const forged = await forger.order(one.relay.self, { ...command, id: crypto.randomUUID() }, 1_000)
    assert.equal(forged.kind, 'lost')
    assert.equal(agent.connection.commands.length, 1)
    // What was overheard of who is there says nothing in another mouth.
    await stranger.announce(listened.announced.at(-1) ?? '', 60_000)
    const strange = memoryRelay(stand.members)
    await strange.announce('{}', 60_000)
    assert.equal((await other.link.agents()).length, 1)
  })

  it('is not believed what was said too long ago', async () => {
    const one = await stand.replica()
    const relay = memoryRelay(stand.members)
    const late = otherReplicas({ ...one.ground, relay, realTime: () => new Date(Date.now() - 31_000) })
    const command = {
      type: 'command' as const,
      id: crypto.randomUUID(),
      agentId: crypto.randomUUID(),
      issued: new Date().toISOString(),
      expires: new Date().toISOString(),
      correlationId: 'c',
      command: {},
    }
    const told = await late.order(one.relay.self, command, 1_000)
    assert.ok(told.kind === 'lost' && /too old/.test(told.why))
  })

  it('is not waited for a replica that died: it is unreachable, and not uncertain', async () => {
    const [one, other] = [await stand.replica(), await stand.replica()]
    const agent = await stand.agent(one)
    await agent.come()
    await until(async () => (await other.link.agents())[0]?.state === 'live')
    // Its presence is still there, as it is after a power cut.
    const presence = stand.members.get(one.relay.self)
    assert(presence)
    await one.relay.close()
    stand.members.set(one.relay.self, { announced: presence.announced, handler: undefined })
    await assert.rejects(
      other.link.ask('set-enabled', { guid, enabled: true }, asked),
      (error) => error instanceof DirectoryError && error.code === 'unreachable' && !error.maybeDone,
    )
    const back = at(other, agent)
    await back.come()
    answering(back, changed)
    assert.equal((await other.link.ask('set-enabled', { guid, enabled: true }, asked)).repeated, false)
  })

  it('is uncertain what became of a change whose answer got lost between replicas, unless it is found out in time', async () => {
    const one = await stand.replica()
    const relay = memoryRelay(stand.members)
    let losses = 1
    const lossy: Relay = {
      ...relay,
      async ask(to, text, milliseconds) {
        const answer = await relay.ask(to, text, milliseconds)
        if (losses-- > 0) throw new Error('the answer was lost')
        return answer
      },
    }
    const other = await stand.replica({ relay: lossy })
    const agent = await stand.agent(one)
    await agent.come()
    const seen = new Set<string>()
    agent.connection.onCommand = (command) => {
      agent.connection.say(result(command, changed, seen.has(command.id)))
      seen.add(command.id)
    }
    await until(async () => (await other.link.agents())[0]?.state === 'live')
    losses = 1
    const answered = await other.link.ask('set-enabled', { guid, enabled: true }, asked)
    assert.equal(answered.repeated, true)
    assert.equal(seen.size, 1)
    losses = Number.POSITIVE_INFINITY
    await assert.rejects(
      other.link.ask('set-enabled', { guid, enabled: true }, asked),
      (error) => error instanceof DirectoryError && error.code === 'unreachable' && error.maybeDone,
    )
    assert.equal(seen.size, 2)
  })
})
