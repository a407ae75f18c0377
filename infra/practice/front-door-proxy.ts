import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request,
  type ServerResponse,
} from 'node:http'

const LARGEST_BODY = 1_000_000
const ANSWER_TIMEOUT_MS = 30_000

/** Headers that concern one connection only and are never passed on (RFC 9110, section 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export interface ProxyLimits {
  /** Bytes of a request's body. */
  readonly largestBody: number
  /** How long the bot may be silent, in milliseconds. */
  readonly timeoutMs: number
}

/**
 * Hands a request on to the bot and its answer back, both as streams. When the bot is away the caller learns so at once:
 * 503 with Retry-After; 504 when it is silent too long; 413 for a body larger than the limit.
 */
export function proxyTo(
  botUrl: () => string,
  limits: ProxyLimits = { largestBody: LARGEST_BODY, timeoutMs: ANSWER_TIMEOUT_MS },
): (incoming: IncomingMessage, response: ServerResponse) => void {
  return (incoming, response) => {
    if (Number(incoming.headers['content-length'] ?? '0') > limits.largestBody) {
      return refuse(response, 413, 'too-large', 'The request is too large.')
    }
    const { hostname, port } = new URL(botUrl())
    const upstream = request({
      hostname,
      port,
      method: incoming.method,
      path: incoming.url,
      headers: { ...passedOn(incoming.headers), ...forwarded(incoming) },
      timeout: limits.timeoutMs,
    })
    upstream.once('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, passedOn(answer.headers))
      answer.pipe(response)
      answer.once('error', () => response.destroy())
    })
    upstream.once('timeout', () => {
      refuse(response, 504, 'bot-silent', 'HelpBot did not answer in time.')
      upstream.destroy()
    })
    upstream.once('error', () => {
      refuse(response, 503, 'bot-away', 'HelpBot is not running right now; it comes back by itself.', {
        'retry-after': '2',
      })
    })
    let received = 0
    incoming.on('data', (chunk: Buffer) => {
      received += chunk.length
      if (received <= limits.largestBody) return
      refuse(response, 413, 'too-large', 'The request is too large.')
      upstream.destroy()
    })
    incoming.pipe(upstream)
    response.once('close', () => upstream.destroy())
  }
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
  headers: OutgoingHttpHeaders = {},
) {
  if (response.headersSent) return void (response.writableEnded || response.destroy())
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers })
  response.end(JSON.stringify({ error: { code, message } }))
}

function passedOn(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()))
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !HOP_BY_HOP.has(name) && !named.has(name) && !/^x-forwarded-/.test(name),
    ),
  )
}

/** Who really called: whatever the caller claimed about it is gone. */
function forwarded(incoming: IncomingMessage): OutgoingHttpHeaders {
  return {
    'x-forwarded-for': incoming.socket.remoteAddress ?? '',
    'x-forwarded-proto': 'http',
    'x-forwarded-host': incoming.headers.host ?? '',
  }
}
