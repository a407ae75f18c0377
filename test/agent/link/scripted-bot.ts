import { createHmac, hkdfSync, randomBytes, randomUUID } from 'node:crypto'
import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { fingerprintOf } from '../../../agent/link/enrolment-code.ts'
import { isSignedBy, makeSigningKey, type SigningKey } from '../../../agent/link/signing.ts'
import {
  type Challenge,
  type CommandFrame,
  type Enrol,
  type FromAgent,
  type FromBot,
  fromAgent,
  greetingOfAgent,
  type Identify,
  type ResultFrame,
  signed,
  type TurnedAway,
  type Welcome,
} from '../../../agent/protocol/frames.ts'
import {
  agentProof,
  botProof,
  enrolmentProof,
  framed,
  protocolVersion,
  type Session,
} from '../../../agent/protocol/transcripts.ts'

/** The bot's end of the wire, as a test says: right, or wrong at one point. */
export interface ScriptedBot {
  readonly url: string
  /** What the next connections are greeted with. */
  behaviour: Behaviour
  /** Of the one agent that it knows, once it is enrolled. */
  known: { readonly id: string; publicKey: string } | undefined
  /** A code that its key stands behind. */
  makeCode(): string
  /** The next connection that got through the greeting. */
  visit(): Promise<Visit>
  /** The next connection that ended before, and what it had said. */
  refused(): Promise<string>
  close(): Promise<void>
}

export interface Behaviour {
  readonly key: SigningKey
  readonly follows?: Challenge['follows']
  readonly turnAway?: TurnedAway['reason']
  /** What the challenge or the welcome becomes on its way. */
  readonly challenge?: (right: Challenge) => unknown
  readonly welcome?: (right: Welcome) => unknown
  /** How far the clock of the bot is ahead, milliseconds. */
  readonly ahead?: number
}

/** One connection after its greeting. */
export interface Visit {
  readonly session: Session
  readonly socket: WebSocket
  /** The next frame of this type; others are kept for who asks for them. Signature and number are checked. */
  next<Type extends FromAgent['type']>(
    type: Type,
    matches?: (frame: FromAgent) => boolean,
  ): Promise<Extract<FromAgent, { type: Type }>>
  /** Everything that was looked at so far, in its order. */
  readonly heard: readonly FromAgent[]
  /** What became of this command. */
  resultOf(id: string): Promise<ResultFrame>
  say(frame: FromBot): void
  /** A frame as it would travel, to be bent before it is sent. */
  frame(frame: unknown, number: number): { type: 'signed'; number: number; payload: string; signature: string }
  send(what: unknown): void
  /** Gives a command, and waits for nothing. */
  order(command: unknown, more?: Partial<CommandFrame>): CommandFrame
  /** Cuts the line without a goodbye. */
  cut(): void
  readonly ended: Promise<number>
}

/** @param server where to listen; plain HTTP on loopback when left out */
export async function scriptedBot(server?: HttpServer | HttpsServer): Promise<ScriptedBot> {
  const sockets = server
    ? new WebSocketServer({ server, path: '/agent' })
    : new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/agent' })
  if (!server) await new Promise((resolve) => sockets.once('listening', resolve))
  const { port } = addressOf(server ?? sockets)
  const visits = pile<Visit>()
  const refusals = pile<string>()
  const codes = new Map<string, string>()

  const bot: ScriptedBot = {
    url: `${server ? 'wss' : 'ws'}://${server ? 'localhost' : '127.0.0.1'}:${port}/agent`,
    behaviour: { key: makeSigningKey() },
    known: undefined,
    makeCode() {
      const [id, secret] = [letters(8), letters(26)]
      codes.set(id, secret)
      return `${id}-${secret}-${fingerprintOf(bot.behaviour.key.publicKey)}`
    },
    visit: () => visits.take(),
    refused: () => refusals.take(),
    async close() {
      for (const socket of sockets.clients) socket.terminate()
      await new Promise((resolve) => sockets.close(resolve))
    },
  }
  sockets.on('connection', (socket) => {
    greet(bot, codes, socket).then((outcome) => {
      if (typeof outcome === 'string') refusals.put(outcome)
      else visits.put(outcome)
    })
  })
  return bot
}

async function greet(bot: ScriptedBot, codes: ReadonlyMap<string, string>, socket: WebSocket): Promise<Visit | string> {
  const { key, follows = [], turnAway, ahead = 0, ...bent } = bot.behaviour
  const heard = pile<string>()
  socket.on('message', (data) => heard.put(data.toString()))
  socket.on('error', () => undefined)
  const ended = new Promise<number>((resolve) => socket.once('close', resolve))
  const challenge: Challenge = {
    type: 'challenge',
    version: protocolVersion,
    nonce: randomBytes(32).toString('base64url'),
    botKey: key.publicKey,
    follows,
  }
  socket.send(JSON.stringify(bent.challenge?.(challenge) ?? challenge))
  const said = await Promise.race([heard.take(), ended.then(() => undefined)])
  if (said === undefined) return 'it said nothing'
  const hello = greetingOfAgent.parse(JSON.parse(said))
  const session = {
    botNonce: challenge.nonce,
    agentNonce: hello.nonce,
    botKey: key.publicKey,
    agentKey: hello.agentKey,
  }
  const admitted = turnAway ?? admit(bot, codes, hello, session)
  if (typeof admitted === 'string') {
    socket.send(JSON.stringify({ type: 'turned-away', reason: admitted }))
    socket.close(1008)
    return said
  }
  const time = new Date(Date.now() + ahead).toISOString()
  const proven = botProof(session, admitted.id, time)
  const proof = admitted.secret === undefined ? {} : { proof: codeHmac(admitted.secret, proven) }
  const welcome: Welcome = { type: 'welcome', agentId: admitted.id, time, signature: key.sign(proven), ...proof }
  socket.send(JSON.stringify(bent.welcome?.(welcome) ?? welcome))
  return visitOf(socket, session, key, heard, ended, admitted.id, ahead)
}

function admit(
  bot: ScriptedBot,
  codes: ReadonlyMap<string, string>,
  hello: Identify | Enrol,
  session: Session,
): { id: string; secret?: string } | TurnedAway['reason'] {
  if (hello.type === 'enrol') {
    const secret = codes.get(hello.codeId)
    if (secret === undefined || codeHmac(secret, enrolmentProof(session, hello.name)) !== hello.proof) return 'bad-code'
    if (!isSignedBy(hello.agentKey, agentProof(session, hello.codeId), hello.signature)) return 'bad-proof'
    bot.known = { id: randomUUID(), publicKey: hello.agentKey }
    return { id: bot.known.id, secret }
  }
  if (bot.known?.id !== hello.agentId) return 'unknown-agent'
  const proven = isSignedBy(bot.known.publicKey, agentProof(session, hello.agentId), hello.signature)
  return proven ? { id: hello.agentId } : 'bad-proof'
}

function visitOf(
  socket: WebSocket,
  session: Session,
  key: SigningKey,
  heard: Pile<string>,
  ended: Promise<number>,
  agentId: string,
  ahead: number,
): Visit {
  let sent = 0
  let received = 0
  const frames: FromAgent[] = []
  const seen: FromAgent[] = []

  function open(text: string): FromAgent {
    const { number, payload, signature } = signed.parse(JSON.parse(text))
    received += 1
    const isRight =
      number === received && isSignedBy(session.agentKey, framed(session, 'agent', number, payload), signature)
    if (!isRight) throw new Error(`frame ${number} of the agent is not right where ${received} belongs`)
    const frame = fromAgent.parse(JSON.parse(payload))
    seen.push(frame)
    return frame
  }
  const visit: Visit = {
    session,
    socket,
    ended,
    heard: seen,
    async next(type, matches = () => true) {
      const isWanted = (frame: FromAgent): frame is Extract<FromAgent, { type: typeof type }> =>
        frame.type === type && matches(frame)
      for (;;) {
        const index = frames.findIndex(isWanted)
        const [found] = index < 0 ? [] : frames.splice(index, 1)
        if (found && isWanted(found)) return found
        const text = await Promise.race([heard.take(), ended.then((code) => new Error(`it hung up (${code})`))])
        if (text instanceof Error) throw text
        frames.push(open(text))
      }
    },
    resultOf: (id) => visit.next('result', (frame) => frame.type === 'result' && frame.id === id),
    frame(frame, number) {
      const payload = JSON.stringify(frame)
      return { type: 'signed', number, payload, signature: key.sign(framed(session, 'bot', number, payload)) }
    },
    say(frame) {
      sent += 1
      visit.send(visit.frame(frame, sent))
    },
    send: (what) => socket.send(typeof what === 'string' || Buffer.isBuffer(what) ? what : JSON.stringify(what)),
    order(command, more = {}) {
      const now = Date.now() + ahead
      const frame: CommandFrame = {
        type: 'command',
        id: randomUUID(),
        agentId,
        issued: new Date(now).toISOString(),
        expires: new Date(now + 20_000).toISOString(),
        correlationId: 'test',
        command,
        ...more,
      }
      visit.say(frame)
      return frame
    },
    cut: () => socket.terminate(),
  }
  return visit
}

interface Pile<T> {
  put(one: T): void
  take(): Promise<T>
}

/** First in, first out; who takes from an empty one waits. */
function pile<T>(): Pile<T> {
  const there: T[] = []
  const waiting: ((one: T) => void)[] = []
  return {
    put(one) {
      const next = waiting.shift()
      if (next) next(one)
      else there.push(one)
    },
    async take() {
      const first = there.shift()
      return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : first
    },
  }
}

const codeHmac = (secret: string, transcript: Buffer): string =>
  createHmac('sha256', Buffer.from(hkdfSync('sha256', secret, '', 'helpbot-agent/1 enrolment code', 32)))
    .update(transcript)
    .digest('base64url')

const letters = (count: number): string =>
  Array.from(randomBytes(count), (byte) => 'abcdefghijklmnopqrstuvwxyz234567'.charAt(byte % 32)).join('')

function addressOf(server: { address(): AddressInfo | string | null }): AddressInfo {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('it does not listen')
  return address
}
