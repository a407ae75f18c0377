import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { WebSocket } from 'ws'
import { makeSigningKey } from '../../../bot/agent-link/ed25519.ts'
import { dumpDatabase } from '../../support/secret-scan.ts'
import { scriptedAgent } from './scripted-agent.ts'
import { type LinkReplica, type Stand, startStand, until } from './stand.ts'

describe('an agent at the door', () => {
  let stand: Stand
  let bot: LinkReplica
  before(async () => {
    stand = await startStand()
    bot = await stand.replica({ times: { greeting: 500 } })
  })
  after(() => stand.close())

  const newcomer = (name?: string) => scriptedAgent(bot.url, name)
  const welcomed = { welcomed: true, reason: undefined }
  const turnedAway = (reason: string) => ({ welcomed: false, reason })
  const wrong = (size: number) => randomBytes(size).toString('base64url')

  it('is enrolled with a code, and comes back with its key', async () => {
    const agent = newcomer('Server 1 (Berlin)')
    assert.deepEqual(await agent.enrol(await stand.code()), welcomed)
    await agent.leave()
    assert.deepEqual(await agent.identify(), welcomed)
    await agent.leave()
    const seen = (await bot.link.agents()).find(({ id }) => id === agent.id)
    assert.deepEqual([seen?.name, seen?.domain], ['Server 1 (Berlin)', undefined])
    const row = (await stand.audited()).find(({ target }) => target === agent.id)
    assert.equal(row?.action, 'enrol-agent')
  })

  it('is not enrolled with a code that was used', async () => {
    const code = await stand.code()
    assert.deepEqual(await newcomer().enrol(code), welcomed)
    assert.deepEqual(await newcomer().enrol(code), turnedAway('bad-code'))
  })

  it('is one of many that come with the same code at once', async () => {
    const code = await stand.code()
    const all = await Promise.all(Array.from({ length: 5 }, () => newcomer().enrol(code)))
    assert.equal(all.filter((one) => one.welcomed).length, 1)
    for (const one of all.filter((other) => !other.welcomed)) assert.equal(one.reason, 'bad-code')
  })

  it('is not enrolled with a code that has run out', async () => {
    const code = await stand.code()
    const past = new Date(Date.now() - 1_000)
    await stand.postgres.database
      .updateTable('agent_codes')
      .set({ expires_at: past })
      .where('id', '=', code.slice(0, 8))
      .execute()
    assert.deepEqual(await newcomer().enrol(code), turnedAway('bad-code'))
  })

  it('is not enrolled under another name than the code was proven for', async () => {
    assert.deepEqual(await newcomer('mine').enrol(await stand.code(), { name: 'other' }), turnedAway('bad-code'))
  })

  it('is not enrolled with a key it does not hold', async () => {
    const code = await stand.code()
    const agentKey = makeSigningKey().key.publicKey
    assert.deepEqual(await newcomer().enrol(code, { agentKey }), turnedAway('bad-proof'))
  })

  it('voids a code by five wrong guesses, and not by four', async () => {
    const [spared, voided] = [await stand.code(), await stand.code()]
    for (let guess = 0; guess < 4; guess++)
      assert.deepEqual(await newcomer().enrol(spared, { proof: wrong(32) }), turnedAway('bad-code'))
    assert.deepEqual(await newcomer().enrol(spared), welcomed)
    for (let guess = 0; guess < 5; guess++) await newcomer().enrol(voided, { proof: wrong(32) })
    assert.deepEqual(await newcomer().enrol(voided), turnedAway('bad-code'))
  })

  it('keeps its id when it is enrolled again with the key it has', async () => {
    const agent = newcomer()
    await agent.enrol(await stand.code())
    const { id } = agent
    assert.deepEqual(await agent.enrol(await stand.code()), welcomed)
    assert.equal(agent.id, id)
  })

  it('is turned away when nobody knows it, when its proof is wrong, or when it speaks otherwise', async () => {
    const agent = await stand.agent(bot)
    const { key } = makeSigningKey()
    assert.deepEqual(await agent.identify({ agentId: randomUUID() }), turnedAway('unknown-agent'))
    assert.deepEqual(await agent.identify({ key }), turnedAway('bad-proof'))
    assert.deepEqual(await agent.identify({ key, agentKey: agent.key.publicKey }), turnedAway('bad-proof'))
    assert.deepEqual(await agent.identify({ signature: wrong(64) }), turnedAway('bad-proof'))
    assert.deepEqual(await agent.identify({ version: 2 }), turnedAway('version'))
  })

  it('cannot come with the greeting of another time', async () => {
    const agent = await stand.agent(bot)
    await agent.identify()
    const { greeting } = agent
    await agent.leave()
    assert.deepEqual(await agent.identify({ verbatim: greeting }), turnedAway('bad-proof'))
  })

  it('is told that it was revoked, if it holds the key; a revoked key is not enrolled again', async () => {
    const agent = await stand.agent(bot)
    const { database } = stand.postgres
    await database.updateTable('agents').set({ state: 'revoked' }).where('id', '=', agent.id).execute()
    assert.deepEqual(await agent.identify(), turnedAway('revoked'))
    assert.deepEqual(await agent.identify({ signature: wrong(64) }), turnedAway('bad-proof'))
    const code = await stand.code()
    assert.deepEqual(await agent.enrol(code), turnedAway('revoked'))
    assert.deepEqual(await newcomer().enrol(code), welcomed)
  })

  it('is let go when what it says is no greeting, too much, or nothing', async () => {
    const agent = await stand.agent(bot)
    for (const verbatim of ['', '{', 'null', '{"type":"identify"}', JSON.stringify({ type: 'health' })])
      assert.deepEqual(await agent.identify({ verbatim }), turnedAway('1008'), verbatim)
    assert.deepEqual(await agent.identify({ verbatim: 'x'.repeat(2_000_000) }), turnedAway('1009'))
    const silent = new WebSocket(bot.url)
    assert.equal((await once(silent, 'close'))[0], 1006)
    const hasty = new WebSocket(bot.url)
    await once(hasty, 'message')
    hasty.send('one')
    hasty.send('two')
    await once(hasty, 'close')
  })

  it('finds no other door, and no door without a WebSocket', async () => {
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket' }
    const ask = async (path: string, headers: Record<string, string>) => {
      const asked = request({ host: '127.0.0.1', port: bot.port, path, headers }).end()
      const [response] = await once(asked, 'response')
      response.resume()
      return response.statusCode
    }
    assert.equal(await ask('/other', upgrade), 404)
    assert.equal(await ask('/agent', {}), 404)
    assert.equal(await ask('/agent', upgrade), 400)
    assert.equal(await ask('/healthz', { connection: 'Upgrade', upgrade: 'h2c' }), 200)
  })

  it('leaves no code, no private key and no proof anywhere', async () => {
    const code = await stand.code()
    const agent = newcomer()
    await agent.enrol(code)
    const open = await stand.code()
    const whole = (await dumpDatabase(stand.postgres.url)).map(({ text }) => text).join('\n')
    assert.ok(whole.includes(agent.key.publicKey))
    for (const secret of [code.split('-')[1], open.split('-')[1]]) assert.ok(secret && !whole.includes(secret))
  })

  it('enrols nobody from where too many guesses came, and still lets in who is enrolled', async () => {
    const [agent, code] = [scriptedAgent(bot.url, 'srv1', '192.0.2.7'), await stand.code()]
    await agent.enrol(await stand.code())
    await agent.leave()
    const guess = () => scriptedAgent(bot.url, 'srv2', '192.0.2.7').enrol(code, { proof: wrong(32) })
    let guesses = 0
    await until(async () => {
      guesses += 1
      return (await guess()).reason === 'busy'
    })
    assert.ok(guesses > 20 && guesses < 30, `${guesses} guesses`)
    assert.deepEqual(await agent.identify(), welcomed)
    await agent.leave()
    assert.deepEqual(await newcomer().enrol(await stand.code()), welcomed)
  })
})

describe('a crowd at the door', () => {
  it('keeps no agent out: whoever proves nothing makes room for who comes after', async () => {
    const stand = await startStand()
    const bot = await stand.replica()
    const agent = await stand.agent(bot)
    const crowd: WebSocket[] = []
    const gone = new Set<WebSocket>()
    for (let count = 0; count < 105; count++) {
      const one = new WebSocket(bot.url).on('error', () => undefined)
      one.on('close', () => gone.add(one))
      await once(one, 'open')
      crowd.push(one)
    }
    assert.equal((await agent.identify()).welcomed, true)
    await until(() => gone.size === 6)
    assert.deepEqual([...gone], crowd.slice(0, 6))
    for (const one of crowd) one.terminate()
    await stand.close()
  })
})

describe('the bot that shuts its door', () => {
  it('sends its agents elsewhere and ends', async () => {
    const stand = await startStand()
    const bot = await stand.replica()
    const agent = await stand.agent(bot)
    await agent.come()
    await bot.close()
    assert.equal(await agent.connection.closed, 1012)
    await assert.rejects(agent.identify())
    await stand.close()
  })
})
