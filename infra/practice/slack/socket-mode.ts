import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { z } from 'zod'
import { randomToken } from './identifiers.ts'

type EnvelopeType = 'events_api' | 'interactive' | 'slash_commands'

/** Socket Mode: the bot dials in, and what is sent to it goes down that line (https://docs.slack.dev/apis/events-api/using-socket-mode). */
export interface SocketMode {
  /** Whether the bot is connected this way; then nothing is sent over HTTP. */
  inUse(): boolean
  /** A web socket address good for one connection within 30 s. */
  ticket(): string
  /** Sends one envelope to one of the connections; resolves with the acknowledgement. */
  send(
    type: EnvelopeType,
    payload: object,
    timeoutMilliseconds: number,
    retry?: { readonly attempt: number; readonly reason: string | undefined },
  ): Promise<{ status: number; body: unknown; reason?: 'http_timeout' | 'connection_failed' }>
  /** Says goodbye to whoever is dialled in. */
  close(): Promise<void>
}

const acknowledgement = z.object({ envelope_id: z.string(), payload: z.unknown().optional() })
const MOST_CONNECTIONS = 10
const TICKET_LIFE = 30_000
const PING_EVERY = 10_000
const GOODBYE = 1_000

export function createSocketMode(
  server: Server,
  options: { readonly appId: string; readonly origin: () => string },
): SocketMode {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1_000_000 })
  const tickets = new Map<string, NodeJS.Timeout>()
  const waiting = new Map<string, (payload: unknown) => void>()
  const connections = new Set<WebSocket>()
  let next = 0

  const refuse = (socket: Duplex) => socket.end('HTTP/1.1 401 Unauthorized\r\nconnection: close\r\n\r\n')
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const ticket = new URL(request.url ?? '/', 'http://localhost').searchParams.get('ticket') ?? ''
    const timer = tickets.get(ticket)
    if (!timer || connections.size >= MOST_CONNECTIONS) return void refuse(socket)
    clearTimeout(timer)
    tickets.delete(ticket)
    sockets.handleUpgrade(request, socket, head, (connection) => {
      connections.add(connection)
      const ping = setInterval(() => connection.ping(`Ping from practice Slack`), PING_EVERY).unref()
      connection.on('close', () => {
        clearInterval(ping)
        connections.delete(connection)
      })
      connection.on('error', () => connection.terminate())
      connection.on('message', (data) => {
        const read = acknowledgement.safeParse(jsonOf(String(data)))
        if (read.success) waiting.get(read.data.envelope_id)?.(read.data.payload)
      })
      connection.send(
        JSON.stringify({
          type: 'hello',
          num_connections: connections.size,
          connection_info: { app_id: options.appId },
        }),
      )
    })
  }
  server.on('upgrade', upgrade)

  return {
    inUse: () => connections.size > 0,
    ticket() {
      const ticket = randomToken()
      tickets.set(ticket, setTimeout(() => tickets.delete(ticket), TICKET_LIFE).unref())
      return `${options.origin().replace(/^http/, 'ws')}/link/?ticket=${ticket}&app_id=${options.appId}`
    },
    send(type, payload, timeoutMilliseconds, retry) {
      const open = [...connections]
      next += 1
      const connection = open[next % open.length]
      if (!connection) return Promise.resolve({ status: 0, body: undefined, reason: 'connection_failed' })
      const envelopeId = randomUUID()
      return new Promise((resolve) => {
        const timer = setTimeout(
          () => finish({ status: 0, body: undefined, reason: 'http_timeout' }),
          timeoutMilliseconds,
        )
        const finish = (answer: Awaited<ReturnType<SocketMode['send']>>) => {
          clearTimeout(timer)
          waiting.delete(envelopeId)
          resolve(answer)
        }
        waiting.set(envelopeId, (body) => finish({ status: 200, body }))
        connection.send(
          JSON.stringify({
            envelope_id: envelopeId,
            type,
            payload,
            accepts_response_payload: type !== 'events_api',
            ...(type === 'events_api' ? { retry_attempt: retry?.attempt ?? 0, retry_reason: retry?.reason ?? '' } : {}),
          }),
        )
      })
    },
    async close() {
      server.off('upgrade', upgrade)
      for (const timer of tickets.values()) clearTimeout(timer)
      await Promise.all([...connections].map(goodbye))
      sockets.close()
    },
  }
}

/** Closes as the protocol wants it, and without the other side when that takes too long. */
async function goodbye(connection: WebSocket): Promise<void> {
  const timer = setTimeout(() => connection.terminate(), GOODBYE)
  const closed = once(connection, 'close')
  connection.close(1000)
  await closed.catch(() => undefined)
  clearTimeout(timer)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
