import { randomBytes, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { WebSocket } from 'ws'
import {
  type AgentErrorCode,
  type Alarm,
  type Challenge,
  type CommandFrame,
  challenge as challengeFrame,
  type Enrol,
  type FromAgent,
  type FromBot,
  fromBot,
  greetingOfBot,
  type Health,
  type Identify,
  type ResultFrame,
  signed,
} from '../../../agent/protocol/frames.ts'
import {
  agentProof,
  botProof,
  enrolmentProof,
  framed,
  keyChange,
  type Session,
} from '../../../agent/protocol/transcripts.ts'
import { makeSigningKey, type SigningKey, verifierOf } from '../../../bot/agent-link/ed25519.ts'
import { botKeyFingerprint, proofByCode } from '../../../bot/agent-link/enrolment-code.ts'

/** What it is to do other than an honest agent does. */
export interface Mischief {
  readonly key?: SigningKey
  readonly agentId?: string
  readonly agentKey?: string
  readonly signature?: string
  readonly proof?: string
  readonly version?: number
  readonly name?: string
  /** Its greeting word for word, whatever the challenge. */
  readonly verbatim?: string
}

/** What the bot said to a greeting. */
export interface Greeted {
  readonly welcomed: boolean
  /** Why it was turned away, or the close code when nothing was said. */
  readonly reason: string | undefined
}

/** An agent that a test plays: its key, and connections that follow each other. */
export interface ScriptedAgent {
  id: string
  key: SigningKey
  readonly name: string
  /** What it sent as its greeting last. */
  greeting: string
  connection: AgentEnd
  enrol(code: string, mischief?: Mischief): Promise<Greeted>
  identify(mischief?: Mischief): Promise<Greeted>
  /** Identifies and says that it is well. */
  come(health?: Partial<Health>): Promise<void>
  leave(): Promise<void>
}

/** One connection of it. */
export interface AgentEnd {
  readonly socket: WebSocket
  readonly challenge: Challenge
  session: Session
  /** Commands in the order in which they came, verified. */
  readonly commands: CommandFrame[]
  readonly others: Exclude<FromBot, { type: 'command' }>[]
  /** Close code, when it is over. */
  readonly closed: Promise<number>
  onCommand: (command: CommandFrame) => void
  onOther: (frame: Exclude<FromBot, { type: 'command' }>) => void
  say(frame: FromAgent, mischief?: { readonly number?: number; readonly signature?: string }): void
}

const anyAddress = () => `10.${[...randomBytes(3)].join('.')}`

export function healthOf(changes: Partial<Health> = {}): Health {
  return {
    type: 'health',
    at: new Date().toISOString(),
    version: '0.1.0',
    host: 'srv1',
    domain: 'corp.nordwind.example',
    domainSid: 'S-1-5-21-1-2-3',
    controller: 'dc1.corp.nordwind.example',
    pdc: null,
    latency: 2,
    queue: 0,
    fault: null,
    operations: ['reset-password', 'unlock'],
    ...changes,
  }
}

export const result = (command: CommandFrame, value: unknown, repeated = false): ResultFrame => ({
  type: 'result',
  id: command.id,
  repeated,
  outcome: { ok: true, value },
})

export const failure = (
  command: CommandFrame,
  code: AgentErrorCode,
  more: { readonly maybeDone?: boolean; readonly rule?: 'history' | 'length' } = {},
): ResultFrame => ({
  type: 'result',
  id: command.id,
  repeated: false,
  outcome: { ok: false, error: { code, detail: 'as the test says', maybeDone: false, ...more } },
})

export const alarmOf = (id: string = randomUUID()): Alarm => ({
  type: 'alarm',
  id,
  at: new Date().toISOString(),
  kind: 'privileged',
  commandId: randomUUID(),
  correlationId: 'c-1',
  what: 'reset-password of CN=Boss',
  because: 'a member of Domain Admins',
})

/**
 * @param url ws:// or wss:// of the bot's agent path
 * @param address where it seems to come from; every agent from elsewhere, unless it is said
 */
export function scriptedAgent(url: string, name = 'srv1', address = anyAddress()): ScriptedAgent {
  const agent: ScriptedAgent = {
    id: randomUUID(),
    key: makeSigningKey().key,
    name,
    greeting: '',
    get connection(): AgentEnd {
      if (!current) throw new Error('not connected')
      return current
    },
    set connection(end) {
      current = end
    },
    async enrol(code, mischief = {}) {
      const [codeId = '', secret = '', fingerprint] = code.split('-')
      const end = await open(mischief)
      if (botKeyFingerprint(end.challenge.botKey) !== fingerprint) throw new Error('not the bot that made the code')
      const key = mischief.key ?? agent.key
      const asName = mischief.name ?? name
      const hello: Enrol = {
        type: 'enrol',
        version: 1,
        codeId,
        name: asName,
        nonce: end.session.agentNonce,
        agentKey: end.session.agentKey,
        proof: mischief.proof ?? proofByCode(secret, enrolmentProof(end.session, name)),
        signature: mischief.signature ?? key.sign(agentProof(end.session, codeId)),
      }
      const { said, agentId } = await greet(end, hello, mischief, (id, time, proof) => {
        if (proof !== proofByCode(secret, botProof(end.session, id, time))) throw new Error('the bot does not know it')
      })
      if (agentId) agent.id = agentId
      return said
    },
    async identify(mischief = {}) {
      const end = await open(mischief)
      const key = mischief.key ?? agent.key
      const agentId = mischief.agentId ?? agent.id
      const hello: Identify = {
        type: 'identify',
        version: 1,
        agentId,
        nonce: end.session.agentNonce,
        agentKey: end.session.agentKey,
        signature: mischief.signature ?? key.sign(agentProof(end.session, agentId)),
      }
      return (await greet(end, hello, mischief)).said
    },
    async come(health) {
      const { welcomed, reason } = await agent.identify()
      if (!welcomed) throw new Error(`turned away: ${reason}`)
      agent.connection.say(healthOf(health))
    },
    async leave() {
      current?.socket.terminate()
      await current?.closed
    },
  }
  let current: AgentEnd | undefined

  async function open({ key = agent.key, agentKey }: Mischief): Promise<AgentEnd> {
    const headers = { 'x-forwarded-for': `203.0.113.1, ${address}` }
    const socket = new WebSocket(url, { perMessageDeflate: false, headers })
    socket.on('error', () => undefined)
    const closed = once(socket, 'close').then(([code]) => Number(code))
    const [text] = await Promise.race([
      once(socket, 'message'),
      closed.then((code) => Promise.reject(new Error(`closed before a challenge: ${code}`))),
    ])
    const challenge = challengeFrame.parse(JSON.parse(String(text)))
    const session: Session = {
      botNonce: challenge.nonce,
      agentNonce: randomBytes(32).toString('base64url'),
      botKey: challenge.botKey,
      agentKey: agentKey ?? key.publicKey,
    }
    return agentEnd(socket, challenge, session, closed, key)
  }

  async function greet(
    end: AgentEnd,
    hello: Identify | Enrol,
    { version, verbatim }: Mischief,
    check: (id: string, time: string, proof: string | undefined) => void = () => undefined,
  ): Promise<{ said: Greeted; agentId?: string }> {
    const { socket, session } = end
    agent.greeting = verbatim ?? JSON.stringify({ ...hello, ...(version === undefined ? {} : { version }) })
    const answer = once(socket, 'message').then(([text]) => String(text))
    socket.send(agent.greeting)
    const text = await Promise.race([answer, end.closed])
    if (typeof text === 'number') return { said: { welcomed: false, reason: String(text) } }
    const said = greetingOfBot.parse(JSON.parse(text))
    if (said.type === 'turned-away') return { said: { welcomed: false, reason: said.reason } }
    if (said.type !== 'welcome') throw new Error(`the bot said ${said.type}`)
    const { agentId, time, signature, proof } = said
    if (!verifierOf(session.botKey)(botProof(session, agentId, time), signature))
      throw new Error('a bot without its key')
    check(agentId, time, proof)
    current = end
    return { said: { welcomed: true, reason: undefined }, agentId }
  }

  return agent
}

function agentEnd(
  socket: WebSocket,
  challenge: Challenge,
  session: Session,
  closed: Promise<number>,
  key: SigningKey,
): AgentEnd {
  let sent = 0
  let heard = 0
  const isFromBot = verifierOf(session.botKey)
  const end: AgentEnd = {
    socket,
    challenge,
    session,
    commands: [],
    others: [],
    closed,
    onCommand: () => undefined,
    onOther: () => undefined,
    say(frame, { number, signature } = {}) {
      sent += 1
      const payload = JSON.stringify(frame)
      const right = key.sign(framed(session, 'agent', number ?? sent, payload))
      socket.send(JSON.stringify({ type: 'signed', number: number ?? sent, payload, signature: signature ?? right }))
    },
  }
  socket.on('message', (data) => {
    const frame = signed.safeParse(JSON.parse(String(data)))
    if (!frame.success) return
    heard += 1
    const { number, payload, signature } = frame.data
    if (number !== heard) throw new Error('the bot numbers its frames wrongly')
    if (!isFromBot(framed(session, 'bot', number, payload), signature)) throw new Error('the bot signs wrongly')
    const said = fromBot.parse(JSON.parse(payload))
    if (said.type === 'command') {
      end.commands.push(said)
      end.onCommand(said)
    } else {
      end.others.push(said)
      end.onOther(said)
    }
  })
  return end
}

/** The agent's answer to being asked for a new key. */
export function nextKey(of: ScriptedAgent): { readonly key: SigningKey; readonly frame: FromAgent } {
  const { key } = makeSigningKey()
  const change = keyChange('agent', of.key.publicKey, key.publicKey)
  return {
    key,
    frame: { type: 'rotated', agentKey: key.publicKey, byOld: of.key.sign(change), byNew: key.sign(change) },
  }
}
