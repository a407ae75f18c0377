import { createServer, type Server } from 'node:http'
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express'
import type { Logger } from 'pino'
import type { Metrics } from './metrics.ts'

export interface ServerOptions {
  readonly host: string
  readonly port: number
  readonly routers: readonly Router[]
  readonly ready: () => Promise<{ ready: boolean; detail: Record<string, string> }>
  readonly metrics: Metrics
  readonly log: Logger
}

export interface RunningServer {
  /** Takes nothing new and waits for what is being answered. */
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
  const server = await listen(app, options.host, options.port)
  return {
    async drain() {
      draining = true
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      // Connections are kept alive between requests: those that fall idle now are closed as they do.
      const closing = setInterval(() => server.closeIdleConnections(), 50)
      server.closeIdleConnections()
      const impatience = setTimeout(() => server.closeAllConnections(), 10_000)
      await closed
      clearTimeout(impatience)
      clearInterval(closing)
    },
  }
}

function listen(app: Express, host: string, port: number): Promise<Server> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 }, app)
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE' ? `PORT: ${port} is in use on ${host}; choose another` : error.message
      reject(new Error(taken))
    })
    server.listen(port, host, () => resolve(server))
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
