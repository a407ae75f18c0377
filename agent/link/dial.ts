import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import { getCACertificates } from 'node:tls'
import WebSocket from 'ws'
import { longestFrame } from '../protocol/frames.ts'
import { LineEnded, ProtocolFault } from './faults.ts'
import type { Line } from './greeting.ts'

/** Where the bot is, and how it is reached. */
export interface Address {
  readonly url: string
  /** The only authorities that may vouch for it, PEM; left out: those that this machine trusts. */
  readonly ca: string | undefined
  /** An HTTP proxy that is asked to CONNECT; may hold a password. */
  readonly proxy: string | undefined
  /** Hosts that are reached without it, as in NO_PROXY. */
  readonly noProxy: string | undefined
}

export interface Wire extends Line {
  /** Asks the other end for a sign of life; its answer means that it has received all that was sent before. */
  ping(count: number): void
  onPong(heard: (count: number) => void): void
  /** When anything last came from the other end, by the clock that was passed. */
  lastHeard(): number
  /** Ends the connection; `next` fails from then on. */
  end(because: Error): void
  /** Says goodbye and waits for the other end to do so, for a second at most. */
  close(): Promise<void>
}

/** Milliseconds for the way through proxy, TLS and WebSocket. */
const longestHandshake = 15_000
/** Frames that came and were not looked at yet. A bot that keeps to the rules never comes near. */
const mostUnread = 1_000
/** Bytes that wait because the other end does not read. */
const mostUnsent = 64 * longestFrame

/**
 * Opens the one connection that an agent has: out, to the bot. Certificates are verified always, redirects are not followed.
 * @param monotonic milliseconds from any beginning, never going back
 * @param signal ends the attempt; once the connection is open it has no say
 * @throws LineEnded
 */
export async function dial(address: Address, monotonic: () => number, signal?: AbortSignal): Promise<Wire> {
  const socket = new WebSocket(address.url, {
    agent: agentFor(address),
    handshakeTimeout: longestHandshake,
    maxPayload: longestFrame,
    perMessageDeflate: false,
    followRedirects: false,
  })
  const wire = wireOver(socket, monotonic)
  const abandon = () => socket.terminate()
  signal?.addEventListener('abort', abandon)
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', (error) => reject(new LineEnded(words(error))))
      socket.once('close', () => reject(new LineEnded('closed before it was open')))
    })
  } finally {
    signal?.removeEventListener('abort', abandon)
  }
  return wire
}

function agentFor({ url, ca, proxy, noProxy }: Address): HttpAgent {
  if (new URL(url).protocol === 'ws:') return new HttpAgent()
  const trusted = ca === undefined ? [...getCACertificates('default'), ...getCACertificates('system')] : [ca]
  const proxyEnv = proxy === undefined ? undefined : { HTTPS_PROXY: proxy, ...(noProxy ? { NO_PROXY: noProxy } : {}) }
  return new HttpsAgent({ ca: trusted, minVersion: 'TLSv1.2', ...(proxyEnv ? { proxyEnv } : {}) })
}

function wireOver(socket: WebSocket, monotonic: () => number): Wire {
  const unread: string[] = []
  const heardPong: ((count: number) => void)[] = []
  let waiting: { resolve(text: string): void; reject(error: Error): void } | undefined
  let over: Error | undefined
  let heard = monotonic()

  function end(because: Error): void {
    over ??= because
    waiting?.reject(over)
    waiting = undefined
    socket.terminate()
  }
  socket.on('message', (data, isBinary) => {
    heard = monotonic()
    if (over) return
    if (isBinary) return end(new ProtocolFault('a frame was not text'))
    const text = data.toString()
    if (waiting) {
      waiting.resolve(text)
      waiting = undefined
    } else if (unread.length >= mostUnread) end(new ProtocolFault('more frames came than can be looked at'))
    else unread.push(text)
  })
  socket.on('ping', () => {
    heard = monotonic()
  })
  socket.on('pong', (data) => {
    heard = monotonic()
    const count = Number(data.toString())
    for (const hear of heardPong) hear(count)
  })
  socket.on('error', (error) => end(faultOf(error)))
  socket.on('close', (code) => end(new LineEnded(`closed (${code})`, code)))

  return {
    async next() {
      // What came before a goodbye counts; what came before a broken frame is not believed either.
      const text = over instanceof ProtocolFault ? undefined : unread.shift()
      if (text !== undefined) return text
      if (over) throw over
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
      })
    },
    send(text) {
      if (over) return
      if (socket.bufferedAmount > mostUnsent) end(new LineEnded('the bot does not read what it is sent'))
      else socket.send(text)
    },
    ping(count) {
      if (!over) socket.ping(String(count))
    },
    onPong: (hear) => heardPong.push(hear),
    lastHeard: () => heard,
    end,
    async close() {
      if (socket.readyState === WebSocket.CLOSED) return
      const closed = new Promise((resolve) => socket.once('close', resolve))
      socket.close(1000)
      const patience = setTimeout(() => socket.terminate(), 1_000)
      await closed
      clearTimeout(patience)
    },
  }
}

/** What `ws` itself finds wrong with a frame is the other end's fault; whatever else happens to a socket is nobody's. */
function faultOf(error: Error & { readonly code?: string }): Error {
  return error.code?.startsWith('WS_ERR')
    ? new ProtocolFault(`a broken frame (${error.code})`)
    : new LineEnded(words(error))
}

/** What went wrong, without the address: a proxy's may hold a password. */
function words(error: Error & { readonly code?: string }): string {
  if (error instanceof AggregateError && error.errors[0] instanceof Error) return words(error.errors[0])
  return error.code ? `${error.code}: ${error.message}` : error.message
}
