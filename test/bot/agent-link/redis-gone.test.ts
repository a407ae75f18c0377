import assert from 'node:assert/strict'
import { DirectoryError } from '../../../bot/directory/directory-error.ts'
import { redisRelay } from '../../../bot/store/redis-relay.ts'
import { startTestRedis, type TestRedis } from '../../support/redis.ts'
import { result, type ScriptedAgent } from './scripted-agent.ts'
import { type LinkReplica, type Stand, startStand, until } from './stand.ts'

const asked = { domain: 'corp.nordwind.example', correlationId: 'c-1' }
const guid = '11111111-2222-4333-8444-555555555555'

describe('replicas that cannot reach each other, because Redis is gone', () => {
  let stand: Stand
  let redis: TestRedis
  let near: LinkReplica
  let far: LinkReplica
  let agent: ScriptedAgent

  before(async () => {
    stand = await startStand()
    redis = await startTestRedis()
    near = await stand.replica({ relay: redisRelay(redis.url, { prefix: 'test' }) })
    far = await stand.replica({ relay: redisRelay(redis.url, { prefix: 'test' }) })
    agent = await stand.agent(near)
    await agent.come()
    agent.connection.onCommand = (command) =>
      agent.connection.say(result(command, { changed: true, controller: 'dc1' }))
    await far.link.ask('set-enabled', { guid, enabled: true }, asked)
    await redis.kill()
  })
  after(async () => {
    await stand.close()
    await redis.close()
  })

  it('the one that the agent is connected to works on', async () => {
    const { value } = await near.link.ask('set-enabled', { guid, enabled: true }, asked)
    assert.deepEqual(value, { changed: true, controller: 'dc1' })
  })

  it('the other one says that nothing was done, and the agent was asked nothing', async () => {
    // It takes a moment until a connection is known to be gone: until then nobody can say what became of a change.
    const isGone = async () => {
      const reading = far.link.ask('probe', {}, asked)
      return await reading.then(
        () => false,
        (error) => error instanceof DirectoryError && error.code === 'unreachable' && !error.maybeDone,
      )
    }
    await until(isGone)
    const before = agent.connection.commands.length
    await assert.rejects(far.link.ask('set-enabled', { guid, enabled: false }, asked), (error) => {
      assert.ok(error instanceof DirectoryError)
      assert.deepEqual([error.code, error.maybeDone], ['unreachable', false])
      return true
    })
    assert.equal(agent.connection.commands.length, before)
  })

  it('an agent that comes then is let in', async () => {
    await agent.leave()
    await agent.come()
    agent.connection.onCommand = (command) =>
      agent.connection.say(result(command, { changed: false, controller: 'dc1' }))
    const { value } = await near.link.ask('set-enabled', { guid, enabled: true }, asked)
    assert.equal(value.changed, false)
  })

  it('reach each other again when it is back', async () => {
    await redis.restart()
    await until(() =>
      far.link.ask('set-enabled', { guid, enabled: true }, asked).then(
        () => true,
        () => false,
      ),
    )
  })
})
