import assert from 'node:assert/strict'
import { keyChange } from '../../../agent/protocol/transcripts.ts'
import { verifierOf } from '../../../bot/agent-link/ed25519.ts'
import { changeLinkKey, keysBefore, linkKey } from '../../../bot/agent-link/link-keys.ts'
import { generateKey, parseKeyRing } from '../../../bot/identity/key-ring.ts'
import { resealAll } from '../../../bot/identity/reseal.ts'
import { nextKey, scriptedAgent } from './scripted-agent.ts'
import { type LinkReplica, type Stand, startStand, until } from './stand.ts'

describe('the keys of both ends', () => {
  let stand: Stand
  let bot: LinkReplica
  before(async () => {
    stand = await startStand()
  })
  afterEach(() => stand.clear())
  after(() => stand.close())

  const ground = (keys = stand.keys) => ({
    database: stand.postgres.database,
    ring: parseKeyRing(keys),
    realTime: () => new Date(),
  })
  const change = () => stand.postgres.database.transaction().execute((within) => changeLinkKey(ground(), within))

  it('are made once for the bot, however many replicas need one at once', async () => {
    const keys = await Promise.all(Array.from({ length: 10 }, () => linkKey(ground())))
    assert.equal(new Set(keys.map(({ publicKey }) => publicKey)).size, 1)
    const [first] = keys
    assert.equal((await linkKey(ground())).publicKey, first?.publicKey)
  })

  it('follow each other in an unbroken row that every agent can walk, and the old ones are destroyed', async () => {
    const first = (await linkKey(ground())).publicKey
    const keys = [first]
    for (let count = 0; count < 9; count++) keys.unshift((await change()).botKey)
    bot = await stand.replica()
    const agent = await stand.agent(bot)
    await agent.come()
    const { challenge } = agent.connection
    assert.equal(challenge.botKey, keys[0])
    assert.deepEqual(
      challenge.follows.map(({ botKey }) => botKey),
      keys.slice(1, 9),
    )
    let newer = challenge.botKey
    for (const { botKey: older, byOld, byNew } of challenge.follows) {
      const signedOver = keyChange('bot', older, newer)
      assert.ok(verifierOf(older)(signedOver, byOld) && verifierOf(newer)(signedOver, byNew))
      newer = older
    }
    const rows = await stand.postgres.database.selectFrom('agent_link_keys').selectAll().execute()
    for (const { state, sealed_key: sealed } of rows) assert.equal(sealed === '', state === 'followed')
    assert.deepEqual(await keysBefore(stand.postgres.database, first), [])
  })

  it('void the codes that name an older one', async () => {
    bot = await stand.replica()
    const agent = await stand.agent(bot)
    const code = await stand.code()
    await change()
    await assert.rejects(agent.enrol(code), /not the bot that made the code/)
    assert.deepEqual(await agent.identify(), { welcomed: true, reason: undefined })
  })

  it('are sealed anew with the others, codes as well', async () => {
    await linkKey(ground())
    const code = await stand.code()
    const next = generateKey('next')
    const both = `${next},${stand.keys}`
    assert.deepEqual(await resealAll(stand.postgres.database, parseKeyRing(both), 1), { resealed: 2, unreadable: [] })
    assert.deepEqual(await resealAll(stand.postgres.database, parseKeyRing(both)), { resealed: 0, unreadable: [] })
    bot = await stand.replica({ keys: next })
    assert.equal((await scriptedAgent(bot.url).enrol(code)).welcomed, true)
  })

  it('begin anew when the old one of the bot opens no more, and lead nobody on', async () => {
    const old = await linkKey(ground())
    const keys = generateKey('other')
    await assert.rejects(linkKey(ground(keys)), /put it back/)
    const changed = await stand.postgres.database.transaction().execute((within) => changeLinkKey(ground(keys), within))
    assert.deepEqual([changed.before, changed.canBeFollowed], [old.publicKey, false])
    assert.equal((await linkKey(ground(keys))).publicKey, changed.botKey)
    assert.deepEqual(await keysBefore(stand.postgres.database, changed.botKey), [])
  })

  it('follow each other at the agent when IT asks for it', async () => {
    bot = await stand.replica()
    const agent = await stand.agent(bot)
    await agent.come()
    const { database } = stand.postgres
    await database.updateTable('agents').set({ rotate: true }).where('id', '=', agent.id).execute()
    const { connection } = agent
    await until(() => connection.others.some(({ type }) => type === 'rotate'))
    const { key, frame } = nextKey(agent)
    connection.say(frame)
    await until(() => connection.others.some(({ type }) => type === 'rotation-pinned'))
    assert.deepEqual(connection.others.at(-1), { type: 'rotation-pinned', agentKey: key.publicKey })
    // The connection goes on, under the key it began with.
    connection.onCommand = (command) =>
      connection.say({ type: 'result', id: command.id, repeated: false, outcome: { ok: true, value: probed } })
    const probed = { controller: 'dc1', latency: 1 }
    await bot.link.ask('probe', {}, { correlationId: 'c' })
    await agent.leave()
    assert.equal((await agent.identify()).reason, 'bad-proof')
    agent.key = key
    assert.equal((await agent.identify()).welcomed, true)
    const actions = (await stand.audited()).map(({ action }) => action)
    assert.deepEqual(actions.slice(-1), ['rotate-agent'])
  })

  it('are not changed by an agent that was not asked, or that does not sign for both', async () => {
    bot = await stand.replica()
    const agent = await stand.agent(bot)
    await agent.come()
    agent.connection.say(nextKey(agent).frame)
    assert.equal(await agent.connection.closed, 1008)
    const { database } = stand.postgres
    await database.updateTable('agents').set({ rotate: true }).where('id', '=', agent.id).execute()
    await agent.come()
    const { connection } = agent
    await until(() => connection.others.some(({ type }) => type === 'rotate'))
    const [one, other] = [nextKey(agent).frame, nextKey(agent).frame]
    assert(one.type === 'rotated' && other.type === 'rotated')
    connection.say({ ...one, byNew: other.byNew })
    assert.equal(await connection.closed, 1008)
    assert.equal((await agent.identify()).welcomed, true)
  })
})
