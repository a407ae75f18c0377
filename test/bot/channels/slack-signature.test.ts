import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { verifySlackSignature } from '../../../bot/channels/slack-signature.ts'
import { Bench, signingSecret } from './slack-stand-in.ts'

describe('the signature of Slack', () => {
  const now = 1_772_442_000
  const body = Buffer.from('{"a":"ü"}')
  const sign = (timestamp: number | string, secret = signingSecret) =>
    `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`
  const verify = (timestamp: string | undefined, signature: string | undefined) =>
    verifySlackSignature(
      body,
      { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature },
      signingSecret,
      now,
    )

  it('is the one of the documentation', () => {
    // The example of "Verifying requests from Slack".
    const form =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
    const signature = 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503'
    const headers = { 'x-slack-request-timestamp': '1531420618', 'x-slack-signature': signature }
    const verified = verifySlackSignature(Buffer.from(form), headers, '8f742231b10e8888abcd99yyyzzz85a5', 1_531_420_618)
    assert.deepEqual(verified, { signature })
  })

  it('is good for five minutes before and after', () => {
    for (const age of [0, 300, -300])
      assert.deepEqual(verify(String(now - age), sign(now - age)), { signature: sign(now - age) })
  })

  for (const [what, timestamp, signature, refusal] of [
    ['older', String(now - 301), sign(now - 301), /older than 5 minutes/],
    ['of the future', String(now + 301), sign(now + 301), /in the future/],
    ['without a time', undefined, sign(now), /timestamp is missing/],
    ['with a time that is no number', `${now}.5`, sign(`${now}.5`), /no number/],
    ['with a time that is empty', '', sign(''), /no number/],
    ['with a time in another notation', '1.772442e9', sign('1.772442e9'), /no number/],
    ['without a signature', String(now), undefined, /signature is missing/],
    ['of another version', String(now), sign(now).replace('v0', 'v1'), /not of version v0/],
    ['cut short', String(now), sign(now).slice(0, -2), /not of version v0/],
    ['in capitals', String(now), sign(now).toUpperCase().replace('V0', 'v0'), /not of version v0/],
    ['with another secret', String(now), sign(now, 'another'), /wrong/],
    ['for another time', String(now), sign(now - 1), /wrong/],
  ] as const)
    it(`${what} is refused`, () => {
      const verified = verify(timestamp, signature)
      assert.ok('refusal' in verified)
      assert.match(verified.refusal, refusal)
      assert.ok(!verified.refusal.includes(signingSecret))
    })
})

describe('what comes to /slack', () => {
  let bench: Bench
  beforeEach(async () => {
    bench = new Bench()
    await bench.start()
  })
  afterEach(() => bench.close())

  const paths = ['/slack/events', '/slack/interactivity', '/slack/commands'] as const
  const unreadable = '{"this is no JSON, and no form'
  const words = { type: 'message', channel_type: 'im', channel: 'D0ADA', user: 'U0ADA', text: 'hi', ts: '1.1' }
  const event = JSON.stringify({ type: 'event_callback', team_id: 'T0TEAM', event_id: 'Ev1', event: words })

  for (const path of paths) {
    it(`${path} is refused before it is read, whatever is wrong with its signature`, async () => {
      // A body that is read would be answered 400.
      assert.equal((await bench.send(path, '')).status, 400)
      for (const [what, signed] of [
        ['wrong', { secret: 'not the secret' }],
        ['missing', { headers: { 'x-slack-signature': '' } }],
        ['6 minutes old', { age: 360 }],
        ['6 minutes in the future', { age: -360 }],
      ] as const) {
        const { status, text } = await bench.send(path, unreadable, signed)
        assert.deepEqual([what, status, text], [what, 401, ''])
      }
    })

    it(`${path} is refused the second time, before it is read`, async () => {
      assert.notEqual((await bench.send(path, unreadable)).status, 401)
      const { status, text } = await bench.send(path, unreadable)
      assert.deepEqual([status, text], [401, ''])
    })
  }

  it('is unsigned: refused without any header at all', async () => {
    const response = await fetch(`${bench.url}/slack/events`, { method: 'POST', body: event })
    assert.equal(response.status, 401)
    assert.deepEqual(bench.arrivals, [])
  })

  it('is replayed later, within the life of its signature: refused, and worked on once', async () => {
    assert.equal((await bench.send('/slack/events', event)).status, 200)
    bench.now = new Date(bench.now.getTime() + 290_000)
    assert.equal((await bench.send('/slack/events', event, { age: 290 })).status, 401)
    assert.equal(bench.arrivals.length, 1)
  })

  it('is replayed to another path: refused', async () => {
    assert.equal((await bench.send('/slack/events', event)).status, 200)
    assert.equal((await bench.send('/slack/commands', event)).status, 401)
  })

  it('is refused with a line in the log that holds no secret and no signature', async () => {
    await bench.send('/slack/events', event, { secret: 'not the secret' })
    const lines = bench.lines.join('')
    assert.match(lines, /the signature is wrong/)
    assert.doesNotMatch(lines, /v0=|a signing secret|xoxb-/)
  })

  it('asks for the challenge: answered, when signed', async () => {
    const body = JSON.stringify({ type: 'url_verification', challenge: 'abc', token: 'x' })
    assert.equal((await bench.send('/slack/events', body, { secret: 'not the secret' })).status, 401)
    assert.deepEqual((await bench.send('/slack/events', body)).json, { challenge: 'abc' })
  })

  it('is too large: refused', async () => {
    assert.equal((await bench.send('/slack/events', 'x'.repeat(300_000))).status, 413)
  })

  it('is signed and is nonsense: answered, and nothing happens', async () => {
    for (const body of [
      '[]',
      '{}',
      '"x"',
      '{"type":"event_callback"}',
      '{"type":"event_callback","event":"x"}',
      event.replace('"Ev1"', '{}'),
    ])
      assert.ok([200, 400].includes((await bench.send('/slack/events', body)).status), body)
    for (const payload of [
      '',
      'payload=%7B%7D',
      'payload={"type":"block_actions","actions":[]}',
      'payload={"type":"x"}',
    ])
      assert.ok([200, 400].includes((await bench.send('/slack/interactivity', payload)).status), payload)
    for (const command of ['command=%2Fother&team_id=T0TEAM', 'ssl_check=1'])
      assert.equal((await bench.send('/slack/commands', command)).status, 200, command)
    assert.deepEqual(bench.arrivals, [])
  })
})
