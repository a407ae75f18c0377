import type { WebSocket } from 'ws'
import {
  type CommandFrame,
  type FromAgent,
  type FromBot,
  fromAgent,
  type ResultFrame,
  signed,
} from '../../agent/protocol/frames.ts'
import { framed } from '../../agent/protocol/transcripts.ts'
import { keepableJson } from '../text/keepable.ts'
import { verifierOf } from './ed25519.ts'
import type { Admitted } from './greeting.ts'

/** Commands of one agent that wait for their results. */
const mostWaiting = 500
/** Bytes that wait to be sent; an agent that does not read is given nothing more. */
const mostUnsent = 4 * 1_048_576
/** Results nobody waits for (any more): some come late, more than that is no accident. */
const mostUnknown = 100

/** Why a connection is ended (RFC 6455 section 7.4; 4000 and above are our own). */
export const closeCodes = { protocol: 1008, restart: 1012, failed: 1011, replaced: 4000, revoked: 4001, silent: 4002 }
export type CloseReason = keyof typeof closeCodes

/**
 * What became of a command that was to be sent.
 * - never-sent: it certainly did not leave
 * - lost: it left, or part of it, and the connection ended before the result came
 * - silent: it left, and no result came in time
 */
export type Delivery =
  | { readonly kind: 'result'; readonly result: ResultFrame }
  | { readonly kind: 'never-sent' | 'lost' | 'silent'; readonly why: string }

/** A connection on which an agent has proven who it is: every frame signed and numbered. */
export interface AgentConnection {
  readonly admitted: Admitted
  /** Sends a command, or joins the wait for it where it is under way on this connection already. */
  order(command: CommandFrame, milliseconds: number): Promise<Delivery>
  say(frame: FromBot): void
  /** Keeps what stands between from thinking that nobody is there. */
  ping(): void
  close(reason: CloseReason, why: string): void
}

interface Hearers {
  /** Everything an agent says but results, in its order. */
  readonly hear: (frame: Exclude<FromAgent, { type: 'result' }>) => void
  readonly closed: (reason: CloseReason | 'hung-up', why: string) => void
  readonly unknownResult: (id: string) => void
}

export function agentConnection(socket: WebSocket, admitted: Admitted, hearers: Hearers): AgentConnection {
  const { session, key } = admitted
  const isFromAgent = verifierOf(session.agentKey)
  const waiting = new Map<string, Set<(delivery: Delivery) => void>>()
  let sent = 0
  let heard = 0
  let unknown = 0
  let ended: { reason: CloseReason; why: string } | undefined

  function say(frame: FromBot): void {
    sent += 1
    const payload = JSON.stringify(frame)
    const signature = key.sign(framed(session, 'bot', sent, payload))
    socket.send(JSON.stringify({ type: 'signed', number: sent, payload, signature }))
  }

  function close(reason: CloseReason, why: string): void {
    if (ended) return
    ended = { reason, why }
    socket.close(closeCodes[reason], reason)
    // An end that does not say goodbye is not waited for.
    setTimeout(() => socket.terminate(), 2_000).unref()
    settleAll('lost', why)
  }

  function settleAll(kind: 'lost', why: string): void {
    const all = [...waiting.values()].flatMap((some) => [...some])
    waiting.clear()
    for (const settle of all) settle({ kind, why })
  }

  function receive(data: Buffer, isBinary: boolean): void {
    if (ended) return
    const frame = isBinary ? undefined : open(data.toString('utf8'))
    if (typeof frame === 'string' || frame === undefined) close('protocol', frame ?? 'a binary frame')
    else if (frame.type === 'result') takeResult(frame)
    else hearers.hear(frame)
  }

  function takeResult(frame: ResultFrame): void {
    const settled = waiting.get(frame.id)
    waiting.delete(frame.id)
    for (const settle of settled ?? []) settle({ kind: 'result', result: frame })
    if (settled) return
    unknown += 1
    hearers.unknownResult(frame.id)
    if (unknown > mostUnknown) close('protocol', 'too many results of commands that nobody gave')
  }

  /** The frame, or what is wrong with it. */
  function open(text: string): FromAgent | string {
    const outer = signed.safeParse(json(text))
    if (!outer.success) return 'a frame that is not signed'
    const { number, payload, signature } = outer.data
    heard += 1
    if (number !== heard) return `frame ${number} in the place of frame ${heard}`
    if (!isFromAgent(framed(session, 'agent', number, payload), signature)) return 'a frame with a wrong signature'
    const inner = fromAgent.safeParse(json(payload))
    return inner.success ? inner.data : 'a frame that is none of the protocol'
  }

  socket.on('message', (data, isBinary) => {
    receive(Buffer.isBuffer(data) ? data : Buffer.concat(Array.isArray(data) ? data : [Buffer.from(data)]), isBinary)
  })
  socket.once('close', (code) => {
    settleAll('lost', 'the connection was lost')
    hearers.closed(ended?.reason ?? 'hung-up', ended?.why ?? `code ${code}`)
  })

  return {
    admitted,
    say,
    ping: () => socket.ping(),
    close,
    async order(command, milliseconds) {
      if (ended || socket.readyState !== socket.OPEN) return { kind: 'never-sent', why: 'the connection is closed' }
      const others = waiting.get(command.id)
      if (!others && (waiting.size >= mostWaiting || socket.bufferedAmount > mostUnsent))
        return { kind: 'never-sent', why: 'the agent has too much to do' }
      const { promise, resolve } = Promise.withResolvers<Delivery>()
      const mine = others ?? new Set()
      mine.add(resolve)
      waiting.set(command.id, mine)
      const timer = setTimeout(() => {
        mine.delete(resolve)
        if (mine.size === 0 && waiting.get(command.id) === mine) waiting.delete(command.id)
        resolve({ kind: 'silent', why: `no result within ${milliseconds} ms` })
      }, milliseconds)
      if (!others) say(command)
      try {
        return await promise
      } finally {
        clearTimeout(timer)
      }
    },
  }
}

function json(text: string): unknown {
  try {
    return keepableJson(text)
  } catch {
    return undefined
  }
}
