import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { Duplex } from 'node:stream'
import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import type { Logger } from 'pino'
import type { Metrics } from './metrics.ts'

/** Takes over a connection that asks for another protocol (RFC 9110 section 7.8). Whoever takes it also ends it. */
export interface Upgrade {
  /** Whole path, without a query. */
  readonly path: string
  readonly take: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

export interface ServerOptions {
  readonly host: string
  readonly port: number
  readonly routers: readonly Router[]
  readonly upgrades?: readonly Upgrade[]
  readonly ready: () => Promise<{ ready: boolean; detail: Record<string, string> }>
  readonly metrics: Metrics
  readonly log: Logger
}

export interface RunningServer {
  /** Takes nothing new and waits for what is being answered, but not for connections that were taken over. */
  drain(): Promise<void>
}

/** The one HTTP server: channels and pages are routers in it. Every body has a limit in its own router. */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const app = express()
  app.disable('x-powered-by')
  app.set('trust proxy', 'loopback')
  let draining = false
  app.use((_request, response, next) => {
    response.setHeader('X-Content-Type-Options', 'nosniff')
    response.setHeader('X-Frame-Options', 'DENY')
    if (draining) return void response.status(503).setHeader('Retry-After', '2').end()
    next()
  })
  app.get('/healthz', (_request, response) => void response.json({ alive: true }))
  app.get('/readyz', async (_request, response) => {
    const { ready, detail } = await options.ready()
    response.status(ready ? 200 : 503).json({ ready, ...detail })
  })
  app.get('/metrics', async (_request, response) => {
    response.type(options.metrics.registry.contentType).send(await options.metrics.registry.metrics())
  })
  for (const router of options.routers) app.use(router)
  app.use(fallback(options.log))
  const upgradeFor = (request: IncomingMessage) =>
    options.upgrades?.find(({ path }) => path === request.url?.split('?', 1)[0])
  const limits = { requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 }
  // What nobody takes over is a request like any other.
  const shouldUpgradeCallback = (request: IncomingMessage) => !draining && upgradeFor(request) !== undefined
  const server = createServer({ ...limits, shouldUpgradeCallback }, app)
  const takenOver = new Set<Duplex>()
  server.on('upgrade', (request, socket, head) => {
    // Unheard, a connection that breaks now would end the process.
    socket.on('error', () => socket.destroy())
    takenOver.add(socket)
    socket.once('close', () => takenOver.delete(socket))
    upgradeFor(request)?.take(request, socket, head)
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
