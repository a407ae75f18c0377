import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type Outbox, outbox } from '../../../agent/link/outbox.ts'
import type { Alarm, FromAgent, ResultFrame } from '../../../agent/protocol/frames.ts'

describe('what must reach the bot although a connection breaks', () => {
  let now: number
  let box: Outbox
  let sent: FromAgent[]
  beforeEach(() => {
    now = Date.parse('2026-03-01T12:00:00Z')
    box = outbox(() => new Date(now))
    sent = []
  })
  const connect = () => {
    sent = []
    box.attach((frame) => sent.push(frame))
  }
  const answer = (): ResultFrame => ({
    type: 'result',
    id: randomUUID(),
    repeated: false,
    outcome: { ok: true, value: 1 },
  })
  const alarm = (because: string): Alarm => {
    const [id, at] = [randomUUID(), new Date(now).toISOString()]
    return { type: 'alarm', id, at, kind: 'protocol', commandId: null, correlationId: null, what: 'x', because }
  }

  it('gives an answer again to the next connection, until the bot is known to have it', () => {
    const one = answer()
    connect()
    box.put(one)
    assert.deepEqual(sent, [one])
    box.detach()
    connect()
    assert.deepEqual(sent, [one])
    box.asked(1)
    box.confirmed(1)
    box.detach()
    connect()
    assert.deepEqual(sent, [])
  })

  it('does not take a pong for more than was sent before its ping', () => {
    const [early, late] = [answer(), answer()]
    connect()
    box.put(early)
    box.asked(1)
    box.put(late)
    box.confirmed(1)
    box.detach()
    connect()
    assert.deepEqual(sent, [late])
  })

  it('has an answer that was in doubt whole for whoever asks again, for a minute', () => {
    const one = answer()
    const over = box.connection
    connect()
    box.put(one, over)
    box.asked(1)
    box.confirmed(1)
    sent = []
    assert.equal(box.giveAgain(one.id), true)
    assert.deepEqual(sent, [one])
    now += 61_000
    assert.equal(box.giveAgain(one.id), false)
  })

  it('has nothing more of an answer that came at once', () => {
    const one = answer()
    connect()
    box.put(one)
    box.asked(1)
    box.confirmed(1)
    assert.equal(box.giveAgain(one.id), false)
  })

  it('forgets answers that nobody waits for any more, and keeps alarms', () => {
    box.put(answer())
    box.put(alarm('one'))
    now += 61_000
    connect()
    assert.deepEqual(
      sent.map(({ type }) => type),
      ['alarm'],
    )
  })

  it('is bounded, and the same fault over and over is one alarm', () => {
    for (let count = 0; count < 150; count++) box.put(alarm('the same'))
    for (let count = 0; count < 150; count++) box.put(alarm(`fault ${count}`))
    for (let count = 0; count < 500; count++) box.put(answer())
    box.detach()
    connect()
    const types = sent.map(({ type }) => type)
    assert.deepEqual(
      [types.filter((type) => type === 'alarm').length, types.filter((type) => type === 'result').length],
      [100, 64],
    )
  })
})
