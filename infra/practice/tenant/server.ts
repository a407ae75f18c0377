import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { Answer, Ask, Task } from './exchange.ts'
import type { Fault } from './faults.ts'

/** Graph takes bodies of 4 MB at most. */
const largestBody = 4 * 1024 * 1024

/** What the server hands requests to, and tells what became of them. */
export interface ServerParts {
  /** The task of a request; undefined when nobody knows it. */
  find(ask: Ask, requestId: string): Task | undefined
  takeFault(task: Task): Fault | undefined
  /** Called once for every request; status 0 when the connection was cut. */
  answered(ask: Ask, status: number, requestId: string): void
}

export interface Listening {
  readonly port: number
  close(): Promise<void>
}

/** Opens the HTTPS server. `partsFor` is asked once the port is known, which addresses in answers hold. */
export async function listen(
  options: {
    readonly port: number
    readonly host: string
    readonly tls: { readonly key: string; readonly cert: string }
  },
  partsFor: (port: number) => Promise<ServerParts>,
): Promise<Listening> {
  const ending = new AbortController()
  let parts: ServerParts | undefined
  const server = createServer(
    { ...options.tls, minVersion: 'TLSv1.2', requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 },
    (request, response) => {
      if (parts === undefined) return void response.writeHead(503).end()
      serve(parts, request, response, ending.signal).catch((error: unknown) => {
        // A cut or ended connection is nobody's fault; anything else is ours.
        if (!ending.signal.aborted && !request.destroyed) console.error('practice tenant:', error)
        response.destroy()
      })
    },
  )
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  parts = await partsFor(port)
  return {
    port,
    async close() {
      ending.abort()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function serve(parts: ServerParts, request: IncomingMessage, response: ServerResponse, ending: AbortSignal) {
  const body = await readBody(request)
  if (body === undefined) return void response.writeHead(413, { connection: 'close' }).end()
  const ask = askOf(request, body)
  if (ask === undefined) return void response.writeHead(400).end()
  const requestId = randomUUID()
  const task = parts.find(ask, requestId)
  if (task === undefined) {
    parts.answered(ask, 404, requestId)
    return send(response, { status: 404, body: { error: { code: 'NotFound', message: 'There is nothing here.' } } })
  }
  const fault = parts.takeFault(task)
  if (fault?.kind === 'cut') {
    parts.answered(ask, 0, requestId)
    return void response.destroy()
  }
  if (fault?.kind === 'slow') await wait(fault.delayMs, undefined, { signal: ending })
  // Whoever hung up while the request was still waiting its turn is not served any more.
  if (response.destroyed) return parts.answered(ask, 0, requestId)
  const answer = await outcome(task, fault)
  const cut = fault?.kind === 'cut-after' || fault?.kind === 'half'
  parts.answered(ask, cut ? 0 : answer.status, requestId)
  if (fault?.kind === 'cut-after') return void response.destroy()
  if (fault?.kind === 'half') return sendHalf(response, answer)
  if (fault?.kind === 'garbage') {
    return void response.writeHead(200, { 'content-type': 'application/json' }).end('<html><body>upstream error</body>')
  }
  return send(response, answer)
}

function outcome(task: Task, fault: Fault | undefined): Answer | Promise<Answer> {
  switch (fault?.kind) {
    case '429':
      return task.fail(429, fault.retryAfterSeconds)
    case '500':
      return task.fail(500, fault.retryAfterSeconds)
    case '503':
      return task.fail(503, fault.retryAfterSeconds)
    default:
      return task.run()
  }
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > largestBody) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function askOf(request: IncomingMessage, body: string): Ask | undefined {
  const url = URL.parse(request.url ?? '/', 'https://localhost')
  if (url === null) return undefined
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) if (typeof value === 'string') headers[name] = value
  return { method: request.method ?? '', url, headers, body }
}

function written(answer: Answer): { bytes: Uint8Array; headers: Record<string, string> } {
  const { body } = answer
  if (body === undefined) return { bytes: Buffer.alloc(0), headers: { ...answer.headers } }
  if (body instanceof Uint8Array) return { bytes: body, headers: { ...answer.headers } }
  const bytes = Buffer.from(JSON.stringify(body))
  return { bytes, headers: { 'content-type': 'application/json; charset=utf-8', ...answer.headers } }
}

function send(response: ServerResponse, answer: Answer): void {
  const { bytes, headers } = written(answer)
  const length = answer.status === 204 ? {} : { 'content-length': String(bytes.length) }
  response.writeHead(answer.status, { ...headers, ...length }).end(bytes)
}

/** Promises the whole answer, sends half of it, and ends the connection. */
function sendHalf(response: ServerResponse, answer: Answer): void {
  const { bytes, headers } = written(answer)
  response.writeHead(answer.status === 204 ? 200 : answer.status, {
    ...headers,
    'content-length': String(bytes.length + 2),
  })
  response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.destroy())
}
