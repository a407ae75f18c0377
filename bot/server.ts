import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import type { Logger } from 'pino'
import type { Metrics } from './metrics.ts'
import { type AddressLimits, addressLimits, turnstile } from './web/address-limits.ts'
import { callerAddress, onlyLoopback, standsForMany, type TrustedProxies } from './web/caller-address.ts'
import { insiders } from './web/insiders.ts'
import { answerRawFault } from './web/raw-faults.ts'
import { securityHeaders, sendHeaders } from './web/security-headers.ts'

/** Takes over a connection that asks for another protocol (RFC 9110 section 7.8). Whoever takes it also ends it. */
export interface Upgrade {
  /** Whole path, without a query. */
  readonly path: string
  /** `address`: of whoever asks, as far as trusted proxies tell. */
  readonly take: (request: IncomingMessage, socket: Duplex, head: Buffer, address: string) => void
}

export interface ServerOptions {
  readonly host: string
  readonly port: number
  readonly routers: readonly Router[]
  readonly upgrades?: readonly Upgrade[]
  readonly ready: () => Promise<{ ready: boolean; detail: Record<string, string> }>
  readonly metrics: Metrics
  readonly log: Logger
  /** Whose word counts on where a request comes from; what runs on this machine unless said otherwise. */
  readonly trustedProxies?: TrustedProxies
  /** Who may read /metrics and the detail of /readyz: whoever has it; without one, whoever comes from a private network. */
  readonly metricsToken?: string | undefined
  /** People reach it by https only, through whatever ends TLS before it. */
  readonly isHttps?: boolean
  readonly limits?: Partial<ServerLimits>
}

/** What one server takes. Times in milliseconds. */
export interface ServerLimits extends AddressLimits {
  /** For a whole request, and for its headers: whoever sends a byte now and then holds a connection no longer. */
  readonly requestTimeout: number
  readonly headersTimeout: number
  readonly keepAliveTimeout: number
  /** Node looks for slow ones so often. */
  readonly connectionsCheckingInterval: number
  readonly maxHeaderSize: number
  readonly headers: number
  /** More are closed as they come. */
  readonly connections: number
}

export const serverLimits: ServerLimits = {
  ...addressLimits,
  requestTimeout: 30_000,
  headersTimeout: 10_000,
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16_384,
  headers: 100,
  connections: 10_000,
}

/** Where whoever is answered well has proved by token or signature who they are. */
const provenPaths = /^\/(api\/messages|slack\/\w+)$/
/** What orchestrators and load balancers ask. */
const healthPaths = /^\/(healthz|readyz)$/
/** Where nobody proves anything and something is looked up all the same. */
const openPaths = /^\/not-me(\.\w+)?$/

export interface RunningServer {
  /** Takes nothing new and waits for what is being answered, but not for connections that were taken over. */
  drain(): Promise<void>
}

/** The one HTTP server: channels and pages are routers in it. Every body has a limit in its own router. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const limits = { ...serverLimits, ...options.limits }
  const { trustedProxies = onlyLoopback } = options
  const headers = securityHeaders(options.isHttps === true)
  const isInsider = insiders(options.metricsToken)
  const gate = turnstile(limits, () => performance.now())
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  let draining = false
  app.use((request, response, next) => {
    sendHeaders(response, headers)
    if (draining) return void response.status(503).setHeader('Retry-After', '2').end()
    const address = callerAddress(request, trustedProxies)
    // Whoever looks after us comes from where others come from, too; and an ingress must not be shut for what one caller sends through it.
    const isHeld = !healthPaths.test(request.path) && !standsForMany(address)
    const held = isHeld
      ? (gate.heldFor(address) ?? (openPaths.test(request.path) ? gate.open(address) : undefined))
      : undefined
    // What it still sends is not read.
    if (held !== undefined)
      return void response
        .status(429)
        .set({ 'Retry-After': `${held}`, Connection: 'close' })
        .end()
    response.once('close', () => {
      if (response.statusCode >= 400 && response.statusCode < 500) gate.refused(address)
      else if (response.statusCode < 300 && provenPaths.test(request.path)) gate.proven(address)
    })
    next()
  })
  app.get('/healthz', (_request, response) => void response.json({ alive: true }))
  // What is connected, and the names of domains, are nobody's business but our own.
  app.get('/readyz', async (request, response) => {
    const { ready, detail } = await options.ready()
    response.status(ready ? 200 : 503).json({ ready, ...(isInsider(request) ? detail : {}) })
  })
  app.get('/metrics', async (request, response, next) => {
    if (!isInsider(request)) return next()
    response.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics())
  })
  for (const router of options.routers) app.use(router)
  app.use((_request, response) => void response.status(404).json({ error: 'not found' }))
  app.use(fallback(options.log))
  const upgradeFor = (request: IncomingMessage) =>
    options.upgrades?.find(({ path }) => path === request.url?.split('?', 1)[0])
  // What nobody takes over is a request like any other.
  const shouldUpgradeCallback = (request: IncomingMessage) => !draining && upgradeFor(request) !== undefined
  const server = createServer({ ...limits, shouldUpgradeCallback }, app)
  server.maxConnections = limits.connections
  server.maxHeadersCount = limits.headers
  server.on('clientError', answerRawFault)
  const takenOver = new Set<Duplex>()
  server.on('upgrade', (request, socket, head) => {
    // Unheard, a connection that breaks now would end the process.
    socket.on('error', () => socket.destroy())
    takenOver.add(socket)
    socket.once('close', () => takenOver.delete(socket))
    upgradeFor(request)?.take(request, socket, head, callerAddress(request, trustedProxies))
  })
  await listen(server, options.host, options.port)
  return {
    async drain() {
      draining = true
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      const look = () => {
        // Connections are kept alive between requests: those that fall idle now are closed as they do.
        server.closeIdleConnections()
        server.getConnections((_error, open) => {
          if (open <= takenOver.size) closed.resolve()
        })
      }
      const looking = setInterval(look, 50)
      look()
      const impatience = setTimeout(() => server.closeAllConnections(), 10_000)
      await closed.promise
      clearTimeout(impatience)
      clearInterval(looking)
    },
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' ? `PORT: ${port} is in use on ${host}; choose another` : error.message
      reject(new Error(taken))
    })
    server.listen(port, host, () => resolve())
  })
}

/** What went wrong outside a turn: the caller learns a status, the log the reason. */
function fallback(log: Logger) {
  return (error: unknown, _request: Request, response: Response, _next: NextFunction): void => {
    const status = (error as { status?: number }).status ?? 500
    if (status >= 500) log.error({ error: error instanceof Error ? error.stack : String(error) }, 'request failed')
    if (!response.headersSent) response.status(status).json({ error: status >= 500 ? 'internal' : 'bad request' })
  }
}
