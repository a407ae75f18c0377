import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { type Certificates, makeCertificates } from '../../../infra/practice/tls.ts'

/** One request as the server saw it. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

export type Answer = (request: Seen, response: ServerResponse) => void

export interface LocalServer {
  readonly url: string
  readonly host: string
  readonly port: number
  /** Everything asked so far. */
  readonly seen: Seen[]
  /** What it answers from now on. */
  answer: Answer
  close(): Promise<void>
}

let certificates: Promise<Certificates> | undefined
/** Certificates of this test process, whose authority the process trusts from then on. */
export function testCertificates(): Promise<Certificates> {
  certificates ??= makeCertificates({ hosts: ['localhost', '127.0.0.1', 'practice.vault.azure.net'] }).then((made) => {
    setDefaultCACertificates([...getCACertificates('default'), made.ca])
    return made
  })
  return certificates
}

/** An HTTPS server on loopback that answers as told and remembers what it was asked. */
export async function localServer(answer: Answer): Promise<LocalServer> {
  const { server: credential } = await testCertificates()
  const seen: Seen[] = []
  const state = { answer }
  const listener: RequestListener = async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const url = new URL(request.url ?? '/', 'https://localhost')
    const one: Seen = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    }
    seen.push(one)
    state.answer(one, response)
  }
  const server = createServer({ key: credential.key, cert: credential.cert }, listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `https://localhost:${port}`,
    host: `localhost:${port}`,
    port,
    seen,
    get answer() {
      return state.answer
    },
    set answer(next) {
      state.answer = next
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers JSON. */
export function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Graph's error envelope. */
export const graphFault = (code: string, message: string) => ({
  error: { code, message, innerError: { date: '2026-01-01T00:00:00', 'request-id': 'in-the-body' } },
})
