import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { type WebSocket, WebSocketServer } from 'ws'
import { socketReceiver } from '../../../bot/channels/slack-socket.ts'
import { Bench, bot, StandIn, team } from './slack-stand-in.ts'

/** Slack's end of Socket Mode: it greets, sends envelopes, and keeps what is acknowledged. */
class SocketStandIn {
  readonly #server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  readonly answers: { envelope_id: string; payload?: unknown }[] = []
  #connected: WebSocket | undefined
  #waiting: (() => void)[] = []
  connections = 0

  constructor() {
    this.#server.on('connection', (socket) => {
      this.#connected = socket
      this.connections += 1
      socket.on('message', (data) => {
        this.answers.push(JSON.parse(String(data)))
        this.#wake()
      })
      socket.send(JSON.stringify({ type: 'hello', num_connections: 1 }))
      this.#wake()
    })
  }

  async url(): Promise<string> {
    if (!this.#server.address()) await once(this.#server, 'listening')
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake()
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  async send(id: string, type: string, payload: object) {
    this.#connected?.send(JSON.stringify({ envelope_id: id, type, payload, accepts_response_payload: true }))
    await this.until(() => this.answers.some((one) => one.envelope_id === id))
    return this.answers.find((one) => one.envelope_id === id)
  }

  hangUp(): void {
    this.#connected?.close()
  }

  async close(): Promise<void> {
    for (const socket of this.#server.clients) socket.terminate()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }
}

describe('Slack that never greets in Socket Mode', () => {
  it('is hung up on and dialled again, and is not taken for connected', async () => {
    const slack = new StandIn()
    await slack.start()
    const silent = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    await once(silent, 'listening')
    const url = `ws://127.0.0.1:${(silent.address() as AddressInfo).port}/`
    slack.answers.set('apps.connections.open', { url })
    const log = pino({ level: 'silent' })
    const settings = { appToken: 'xapp-token-of-the-tests', apiUrl: slack.url, log, greetingMilliseconds: 100 }
    const receiver = socketReceiver(settings)
    const dialled = once(silent, 'connection').then(() => once(silent, 'connection'))
    await receiver.start()
    assert.throws(() => receiver.probe(), /not connected/)
    await dialled
    await receiver.stop()
    for (const socket of silent.clients) socket.terminate()
    silent.close()
    await slack.close()
  })
})

describe('Slack in Socket Mode', () => {
  let bench: Bench
  let socket: SocketStandIn
  beforeEach(async () => {
    bench = new Bench()
    socket = new SocketStandIn()
  })
  afterEach(async () => {
    await bench.close()
    await socket.close()
  })

  const connect = async () => {
    bench.slack.answers.set('apps.connections.open', { url: await socket.url() })
    return await bench.start({ appToken: 'xapp-token-of-the-tests', signingSecret: undefined })
  }
  const event = (id: string, teamId = team) => ({
    type: 'event_callback',
    team_id: teamId,
    event_id: id,
    authorizations: [{ team_id: teamId, user_id: bot, is_bot: true }],
    event: { type: 'message', channel_type: 'im', channel: 'D0ADA', user: 'U0ADA', text: 'hello', ts: '1.1' },
  })

  it('is dialled where the settings say; what comes is acknowledged by its envelope and worked on', async () => {
    const channel = await connect()
    await channel.probe()
    bench.reply = () => ({ kind: 'note', text: 'Hello yourself.' })
    assert.equal((await socket.send('e1', 'events_api', event('Ev1')))?.envelope_id, 'e1')
    assert.equal((await bench.slack.sees('chat.postMessage')).text, 'Hello yourself.')
    assert.deepEqual(bench.arrivals[0]?.arrival.inbound, { kind: 'text', text: 'hello' })
  })

  it('answers a command within the acknowledgement', async () => {
    await connect()
    const command = {
      command: '/helpbot',
      team_id: team,
      user_id: 'U0ADA',
      channel_id: 'C0ALL',
      trigger_id: 't',
      text: '',
    }
    const answer = await socket.send('e1', 'slash_commands', command)
    assert.match(JSON.stringify(answer?.payload), /I have written to you in our private chat/)
    assert.equal(bench.arrivals.length, 1)
  })

  it('works once on what is delivered again, and leaves other workspaces alone', async () => {
    await connect()
    await socket.send('e1', 'events_api', event('Ev1'))
    await socket.send('e2', 'events_api', event('Ev1'))
    await socket.send('e3', 'events_api', event('Ev2', 'T0OTHER'))
    await socket.send('e4', 'events_api', event('Ev3'))
    await bench.channel?.stop()
    assert.deepEqual(
      bench.arrivals.map(({ arrival }) => arrival.id),
      [`slack:${team}:Ev1`, `slack:${team}:Ev3`],
    )
  })

  it('takes no HTTP requests', async () => {
    await connect()
    for (const path of ['/slack/events', '/slack/interactivity', '/slack/commands'])
      assert.equal((await bench.send(path, '{}')).status, 404)
  })

  it('connects again when Slack hangs up', async () => {
    await connect()
    socket.hangUp()
    await socket.until(() => socket.connections === 2)
    await socket.send('e1', 'events_api', event('Ev1'))
    await bench.channel?.stop()
    assert.equal(bench.arrivals.length, 1)
  })

  it('starts while Slack is away, says that it is not connected, and connects as soon as it can', async () => {
    bench.slack.answers.set('apps.connections.open', (response) => void response.writeHead(503).end())
    const channel = await bench.start({ appToken: 'xapp-token-of-the-tests', signingSecret: undefined })
    await assert.rejects(channel.probe(), /not connected/)
    bench.slack.answers.set('apps.connections.open', { url: await socket.url() })
    await socket.until(() => socket.connections === 1)
    await socket.send('e1', 'events_api', event('Ev1'))
    await channel.probe()
    assert.doesNotMatch(bench.lines.join(''), /xapp-/)
  })
})
