import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import {
  type Enrol,
  greetingOfAgent,
  type Identify,
  longestFrame,
  type TurnedAway,
} from '../../agent/protocol/frames.ts'
import { protocolVersion } from '../../agent/protocol/transcripts.ts'
import { closeCodes } from './connection.ts'
import { type Admitted, makeChallenge, receive } from './greeting.ts'
import type { AgentLinkGround } from './ground.ts'

/** Connections at once, greeted or not. */
const mostConnections = 200
/** Those that have not proven anything yet: of more, the one that has been here longest must go. */
const mostGreeting = 100
const failuresPerWindow = 20
const failureWindow = 10 * 60_000
const mostBlocked = 10_000

const anyVersion = z.object({ version: z.number() })
const notGreeted = 'not a greeting'
/** What is wrong with what came, besides the reasons an agent is told. */
type Outcome = TurnedAway['reason'] | typeof notGreeted
/** These look like guessing. An agent that was revoked comes again and again, and means no harm. */
const countsAsGuess = new Set<Outcome>(['bad-code', 'bad-proof', notGreeted])

export interface AgentDoor {
  take(request: IncomingMessage, socket: Duplex, head: Buffer, address: string): void
  /** Lets nobody in any more. */
  shut(): void
}

/** What lies behind the door. */
interface Inside {
  /** When this connection of an agent begins, after every other one it has (milliseconds since 1970, or a little more). */
  readonly since: (agentId: string) => Promise<number>
  readonly admit: (socket: WebSocket, admitted: Admitted, since: number) => void
}

/** Where agents come in: the WebSocket, its limits, and the greeting. Nothing that comes here is trusted until `admit`. */
export function agentDoor(ground: AgentLinkGround, inside: Inside): AgentDoor {
  const { log, metrics } = ground
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: longestFrame,
    perMessageDeflate: false,
  })
  const open = new Set<WebSocket>()
  const greeting = new Set<WebSocket>()
  /** Addresses from which too many wrong proofs came, and until when (performance.now) they enrol nobody. */
  const blocked = new Map<string, number>()
  let isShut = false

  async function countGuess(address: string): Promise<void> {
    const key = `agent-link-failures:${address}`
    const { allowed, retryAfterMilliseconds } = await ground.ephemeral.spend(key, failuresPerWindow, failureWindow)
    if (allowed) return
    blocked.set(address, performance.now() + retryAfterMilliseconds)
    const [oldest] = blocked.keys()
    if (blocked.size > mostBlocked && oldest !== undefined) blocked.delete(oldest)
  }

  function turnAway(socket: WebSocket, reason: Outcome, address: string): void {
    metrics.agentLink(reason.replaceAll(' ', '-'))
    log.warn({ reason, address }, 'agents: somebody was turned away')
    if (reason !== notGreeted) socket.send(JSON.stringify({ type: 'turned-away', reason } satisfies TurnedAway))
    socket.close(closeCodes.protocol, reason)
    setTimeout(() => socket.terminate(), 2_000).unref()
    if (!countsAsGuess.has(reason)) return
    countGuess(address).catch((error: unknown) => log.warn({ error: String(error) }, 'agents: a guess was not counted'))
  }

  async function greet(socket: WebSocket, address: string): Promise<void> {
    const made = await makeChallenge(ground)
    const answer = firstMessage(socket)
    socket.send(JSON.stringify(made.challenge))
    const said = readGreeting(await answer)
    // Those who hold a pinned key are let in all the same: an address may be a proxy that everybody comes through.
    const mayEnrol = (blocked.get(address) ?? 0) < performance.now()
    if (typeof said === 'string') return turnAway(socket, said, address)
    if (said.type === 'enrol' && !mayEnrol) return turnAway(socket, 'busy', address)
    const reception = await receive(ground, made, said)
    if ('turnedAway' in reception) return turnAway(socket, reception.turnedAway, address)
    const since = await inside.since(reception.agent.id)
    if (socket.readyState !== socket.OPEN || isShut) return socket.close(closeCodes.restart)
    metrics.agentLink(said.type === 'enrol' ? 'enrolled' : 'let-in')
    log.info({ agent: reception.agent.id, name: reception.agent.name, address }, 'agents: let in')
    socket.removeAllListeners('message')
    greeting.delete(socket)
    inside.admit(socket, reception, since)
  }

  function begin(socket: WebSocket, address: string): void {
    open.add(socket)
    greeting.add(socket)
    const [oldest] = greeting
    if (greeting.size > mostGreeting && oldest) {
      greeting.delete(oldest)
      oldest.terminate()
    }
    const timer = setTimeout(() => socket.terminate(), ground.times.greeting)
    socket.once('close', () => {
      clearTimeout(timer)
      open.delete(socket)
      greeting.delete(socket)
    })
    // What breaks a connection also closes it; unheard, it would end the process.
    socket.on('error', (error) => log.warn({ address, error: error.message }, 'agents: a connection broke'))
    greet(socket, address)
      .catch((error: unknown) => {
        log.error({ address, error: String(error) }, 'agents: a greeting failed')
        socket.close(closeCodes.failed)
      })
      .finally(() => clearTimeout(timer))
  }

  return {
    take(request, socket, head, address) {
      if (isShut || open.size >= mostConnections) {
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 5\r\n\r\n')
        return
      }
      server.handleUpgrade(request, socket, head, (accepted) => begin(accepted, address))
    },
    shut() {
      isShut = true
      for (const socket of greeting) socket.close(closeCodes.restart)
    },
  }
}

/** The one message of a greeting. Whoever talks on before it is answered is not listening. */
function firstMessage(socket: WebSocket): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  let messages = 0
  socket.on('message', (data, isBinary) => {
    messages += 1
    if (messages > 1) return socket.terminate()
    resolve(isBinary || !Buffer.isBuffer(data) ? undefined : data.toString('utf8'))
  })
  socket.once('close', () => resolve(undefined))
  return promise
}

function readGreeting(text: string | undefined): Identify | Enrol | Outcome {
  let json: unknown
  try {
    json = text === undefined ? undefined : JSON.parse(text)
  } catch {
    return notGreeted
  }
  const greeting = greetingOfAgent.safeParse(json)
  if (greeting.success) return greeting.data
  const version = anyVersion.safeParse(json).data?.version
  return version === undefined || version === protocolVersion ? notGreeted : 'version'
}
