import assert from 'node:assert/strict'
import { randomBytes, randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { type IdentityFile, identityFile } from '../../../agent/keys.ts'
import { outbox } from '../../../agent/link/outbox.ts'
import { makeSigningKey } from '../../../agent/link/signing.ts'
import { type Link, type Patience, stayConnected } from '../../../agent/link/stay-connected.ts'
import { openLog } from '../../../agent/log.ts'
import { type CommandFrame, type Health, longestFrame, type Welcome } from '../../../agent/protocol/frames.ts'
import { keyChange } from '../../../agent/protocol/transcripts.ts'
import { type ScriptedBot, scriptedBot, type Visit } from './scripted-bot.ts'

const quick: Patience = {
  pingEvery: 50,
  longestSilence: 10_000,
  healthEvery: 60_000,
  greeting: 5_000,
  shortestPause: 1,
  longestPause: 40,
  steadyAfter: 10_000,
}

const health = (): Health => ({
  type: 'health',
  at: new Date().toISOString(),
  version: '1',
  host: 'here',
  domain: null,
  domainSid: null,
  controller: null,
  pdc: null,
  latency: null,
  queue: 0,
  fault: null,
  operations: [],
})

describe('the agent’s end of the wire', () => {
  let bot: ScriptedBot
  let folder: string
  let identity: IdentityFile
  let link: Link | undefined
  let log: string[]
  let received: CommandFrame[]

  /** An enrolled agent of this process, that keeps what it is ordered. */
  async function begin(pace: Partial<Patience> = {}, clock = () => new Date()): Promise<void> {
    const answers = outbox(clock)
    link = stayConnected({
      address: { url: bot.url, ca: undefined, proxy: undefined, noProxy: undefined },
      identity,
      outbox: answers,
      clock,
      monotonic: () => performance.now(),
      randomBytes,
      random: () => 0.5,
      log: openLog(
        'info',
        new Writable({
          write(line, _, done) {
            log.push(String(line))
            done()
          },
        }),
      ),
      pace: { ...quick, ...pace },
      receive: (frame) => received.push(frame),
      health,
      onHealth: () => () => undefined,
      alarm(because) {
        const [id, at, what] = [randomUUID(), new Date().toISOString(), 'the connection']
        answers.put({ type: 'alarm', id, at, kind: 'protocol', commandId: null, correlationId: null, what, because })
      },
    })
  }

  beforeEach(async () => {
    bot = await scriptedBot()
    folder = await mkdtemp(join(tmpdir(), 'helpbot-link-'))
    identity = identityFile(folder)
    const key = makeSigningKey()
    bot.known = { id: randomUUID(), publicKey: key.publicKey }
    const botKey = bot.behaviour.key.publicKey
    await identity.write({ agentId: bot.known.id, name: 'agent', botKey, key, nextKey: undefined })
    log = []
    received = []
  })
  afterEach(async () => {
    await link?.stop()
    await bot.close()
    await rm(folder, { recursive: true })
  })

  const probe = { do: 'probe', input: {} }
  const misdeeds: [string, RegExp, (visit: Visit) => void][] = [
    [
      'a frame that is repeated',
      /frame 1 came where 2 belongs/,
      (visit) => {
        const frame = visit.frame({ type: 'rotate' }, 1)
        visit.send({ ...frame })
        visit.send({ ...frame })
      },
    ],
    ['a gap', /frame 2 came where 1 belongs/, (visit) => visit.send(visit.frame({ type: 'rotate' }, 2))],
    [
      'a frame with another payload than was signed',
      /frame 1 was not signed by the bot/,
      (visit) => visit.send({ ...visit.frame({ type: 'rotate' }, 1), payload: '{"type":"rotate" }' }),
    ],
    ['an unsigned frame', /a frame was not signed/, (visit) => visit.send({ type: 'rotate' })],
    [
      'a frame of an unknown type',
      /says nothing that is known/,
      (visit) => visit.send(visit.frame({ type: 'dance' }, 1)),
    ],
    [
      'a frame with a field too much',
      /says nothing that is known/,
      (visit) => visit.send(visit.frame({ type: 'rotate', now: true }, 1)),
    ],
    [
      'a pinned key that is not ours',
      /pinned a key that is not ours/,
      (visit) => visit.say({ type: 'rotation-pinned', agentKey: makeSigningKey().publicKey }),
    ],
    ['garbage', /no JSON/, (visit) => visit.send('%%%')],
    ['bytes in the place of text', /not text/, (visit) => visit.send(randomBytes(10))],
    ['a frame longer than frames may be', /broken frame/, (visit) => visit.send('x'.repeat(longestFrame + 1))],
  ]
  for (const [name, because, misbehave] of misdeeds)
    it(`ends the connection at ${name}, believes nothing after it, and tells IT over the next one`, async () => {
      await begin()
      const visit = await bot.visit()
      misbehave(visit)
      const late = visit.order(probe)
      await visit.ended
      const next = await bot.visit()
      const alarm = await next.next('alarm')
      assert.equal(alarm.kind, 'protocol')
      assert.match(alarm.because, because)
      assert.ok(!received.some(({ id }) => id === late.id))
      const order = next.order(probe)
      while (received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      assert.equal(received[0]?.id, order.id)
    })

  it('says nothing to whoever does not hold the pinned key, and tells IT when the bot is back', async () => {
    const right = bot.behaviour
    bot.behaviour = { key: makeSigningKey() }
    await begin()
    assert.equal(await bot.refused(), 'it said nothing')
    bot.behaviour = right
    const alarm = await (await bot.visit()).next('alarm')
    assert.match(alarm.because, /does not hold the pinned key/)
  })

  it('is not impressed by a key that is shown but not held', async () => {
    const right = bot.behaviour
    const other = makeSigningKey()
    const hour = (time: string) => new Date(Date.parse(time) + 3_600_000).toISOString()
    const bent = [
      (said: Welcome) => ({ ...said, signature: other.sign(Buffer.from(said.signature)) }),
      (said: Welcome) => ({ ...said, time: hour(said.time) }),
      (said: Welcome) => ({ ...said, agentId: randomUUID() }),
    ]
    for (const welcome of bent) {
      bot.behaviour = { ...right, welcome }
      await begin()
      const visit = await bot.visit()
      visit.order(probe)
      await visit.ended
      await link?.stop()
      assert.ok(log.some((line) => line.includes('does not hold the key that it shows')))
      assert.ok(!log.some((line) => line.includes('connected to the bot')))
      assert.deepEqual(received, [])
      log = []
    }
  })

  it('does not take what was signed for an earlier session', async () => {
    await begin()
    const first = await bot.visit()
    const frame = first.frame({ type: 'rotate' }, 1)
    first.cut()
    const second = await bot.visit()
    second.send(frame)
    await second.ended
    const alarm = await (await bot.visit()).next('alarm')
    assert.match(alarm.because, /was not signed by the bot in this session/)
    assert.equal((await identity.read())?.nextKey, undefined)
  })

  it('follows the bot from key to key where each one vouches for the next, and not back again', async () => {
    const [first, second, third] = [bot.behaviour.key, makeSigningKey(), makeSigningKey()]
    const change = (older: typeof first, newer: typeof first) => {
      const text = keyChange('bot', older.publicKey, newer.publicKey)
      return { botKey: older.publicKey, byOld: older.sign(text), byNew: newer.sign(text) }
    }
    const row = [change(second, third), change(first, second)]
    const forged = { ...change(second, third), byOld: makeSigningKey().sign(Buffer.from('no')) }
    const [newest, oldest] = row
    assert.ok(newest && oldest)
    for (const follows of [[], [newest], [oldest], [oldest, newest], [forged, oldest]]) {
      bot.behaviour = { key: third, follows }
      await begin()
      assert.equal(await bot.refused(), 'it said nothing', JSON.stringify(follows.length))
      await link?.stop()
    }
    bot.behaviour = { key: third, follows: row }
    await begin()
    await (await bot.visit()).next('health')
    assert.equal((await identity.read())?.botKey, third.publicKey)
    await link?.stop()
    bot.behaviour = { key: first }
    await begin()
    assert.equal(await bot.refused(), 'it said nothing')
  })

  it('makes a new key when it is told to, uses the old one until the bot has pinned it, and forgets the old one then', async () => {
    await begin()
    const before = await identity.read()
    const visit = await bot.visit()
    visit.say({ type: 'rotate' })
    const { agentKey } = await visit.next('rotated')
    // Cut before it is pinned, and asked again: the same new key, over a connection with the old one.
    visit.cut()
    const second = await bot.visit()
    assert.equal(second.session.agentKey, before?.key.publicKey)
    second.say({ type: 'rotate' })
    assert.equal((await second.next('rotated')).agentKey, agentKey)
    if (bot.known) bot.known.publicKey = agentKey
    second.say({ type: 'rotation-pinned', agentKey })
    while ((await identity.read())?.key.publicKey !== agentKey) await new Promise((resolve) => setTimeout(resolve, 5))
    second.cut()
    assert.equal((await bot.visit()).session.agentKey, agentKey)
    assert.equal((await identity.read())?.nextKey, undefined)
  })

  it('comes with the new key where the bot has pinned it and could not say so', async () => {
    await begin()
    const visit = await bot.visit()
    visit.say({ type: 'rotate' })
    const { agentKey } = await visit.next('rotated')
    if (bot.known) bot.known.publicKey = agentKey
    visit.cut()
    const next = await bot.visit()
    assert.equal(next.session.agentKey, agentKey)
    // It speaks only after what was shown is stored.
    await next.next('health')
    assert.equal((await identity.read())?.key.publicKey, agentKey)
  })

  it('revoked: says so clearly, waits long, and is there again when it is let in', async () => {
    bot.behaviour = { ...bot.behaviour, turnAway: 'revoked' }
    await begin()
    await bot.refused()
    await bot.refused()
    const waits = log.filter((line) => line.includes('was revoked at the bot')).map((line) => JSON.parse(line).wait)
    assert.deepEqual(waits[0], 50, 'the longest pause and half of its jitter, at once')
    bot.behaviour = { key: bot.behaviour.key }
    await bot.visit()
  })

  it('comes again, less and less often, while nobody listens', async () => {
    const { url } = bot
    await bot.close()
    await begin({ shortestPause: 4, longestPause: 16 })
    while (log.length < 5) await new Promise((resolve) => setTimeout(resolve, 5))
    const waits = log.slice(0, 5).map((line) => JSON.parse(line).wait)
    assert.deepEqual(waits, [3, 6, 12, 12, 12], url)
  })

  it('hangs up on a bot that has fallen silent', async () => {
    await begin({ longestSilence: 200 })
    const visit = await bot.visit()
    // Its machine is there, its program is not: nothing is read any more, and no pong is sent.
    visit.socket.pause()
    await bot.visit()
    assert.ok(log.some((line) => line.includes('fell silent')))
  })

  it('asks for the time again when its own clock was set', async () => {
    let ahead = 0
    await begin({}, () => new Date(Date.now() + ahead))
    await (await bot.visit()).next('health')
    ahead = 60_000
    await bot.visit()
    assert.ok(log.some((line) => line.includes('our clock was set')))
  })
})
