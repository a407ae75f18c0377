import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express, { type Router } from 'express'
import { type ApiOptions, apiRouter } from './front-door-api.ts'
import type { AuditSource } from './front-door-audit.ts'
import type { CompanyDirectory } from './front-door-company.ts'
import type { CompanyDomain } from './front-door-domain.ts'
import { pageRouter } from './front-door-page.ts'
import { type ProxyLimits, proxyTo } from './front-door-proxy.ts'
import type { Mail } from './front-door-shapes.ts'
import { directoryOf, type PracticeTenant } from './front-door-tenant.ts'
import { loopbackOnly } from './loopback-only.ts'
import type { SlackClient } from './slack/client.ts'
import { itChannelId } from './teams/identifiers.ts'
import type { Teams } from './teams/teams.ts'

/** Practice Slack, as far as the page uses it. */
export interface DoorSlack {
  readonly client: Pick<SlackClient, 'subscribe' | 'userOf' | 'directMessageOf'>
  readonly router: Router
  readonly botUserId: string
  /** The channel where IT answers, if it is in Slack. */
  readonly itChannelId?: string | undefined
}

/** As in infra/slack/manifest.yaml. */
const shortcut = { callbackId: 'send-to-helpbot', name: 'Send to HelpBot' }

/** What stands behind the door. */
export interface DoorOptions {
  /** 0 for a free one. */
  readonly port: number
  readonly host: string
  readonly botUrl: () => string
  readonly botName?: string
  readonly teams: Pick<Teams, 'client' | 'clientRouter'>
  /** Undefined in a company without Slack. */
  readonly slack?: DoorSlack | undefined
  readonly company: CompanyDirectory
  /** What tests ask of the tenant over HTTP. */
  readonly tenantRouter?: Router
  readonly audit: (after: number, limit: number) => Promise<readonly AuditSource[]>
  readonly verifyAudit: () => Promise<{ whole: boolean; rows: number; sentence: string }>
  readonly clock: ApiOptions['clock']
  readonly mailbox: (address: string) => readonly Mail[]
  readonly restartBot?: ((how: 'SIGTERM' | 'SIGKILL') => Promise<void>) | undefined
  /** Undefined in a company that is in the cloud alone. */
  readonly domain?: CompanyDomain | undefined
  readonly proxyLimits?: ProxyLimits
}

export interface FrontDoorOptions extends Omit<DoorOptions, 'company' | 'tenantRouter'> {
  readonly tenant: PracticeTenant
  /** Trusts the tenant's certificate. */
  readonly fetch: typeof fetch
  /** The app registration people sign in to. */
  readonly clientId: string
}

export interface FrontDoor {
  readonly url: string
  close(): Promise<void>
}

/** Opens the door of a practice company: see openDoor. */
export function openFrontDoor(options: FrontDoorOptions): Promise<FrontDoor> {
  const { tenant, fetch, clientId, ...rest } = options
  return openDoor({
    ...rest,
    company: directoryOf(tenant, { fetch, clientId, isHybrid: rest.domain !== undefined }),
    tenantRouter: tenant.controlRouter,
  })
}

/**
 * The one address of the practice company: the page and what it asks under `/practice`, for this machine only; everything
 * else is handed on to the bot, as a reverse proxy would in production.
 */
export async function openDoor(options: DoorOptions): Promise<FrontDoor> {
  const app = express().disable('x-powered-by')
  const { teams, slack } = options
  const itInSlack = slack?.itChannelId === undefined ? {} : { itChannelId: slack.itChannelId }
  const api = apiRouter({
    ...options,
    chats: { teams: teams.client.subscribe, slack: slack?.client.subscribe },
    slack: slack && { view: { shortcut, botUserId: slack.botUserId, ...itInSlack }, client: slack.client },
    bot: {
      name: options.botName ?? 'HelpBot',
      itChannelId,
      itChannelName: 'IT Help Desk',
    },
  })
  app.use('/practice', loopbackOnly)
  app.use('/practice/api/teams', teams.clientRouter)
  if (slack) app.use('/practice/api/slack', slack.router)
  if (options.tenantRouter) app.use('/practice/api/tenant', options.tenantRouter)
  app.use('/practice/api', api.router)
  app.use('/practice', pageRouter())
  app.use('/practice', (_request, response) => void response.status(404).type('text').send('There is nothing here.'))
  app.use(proxyTo(options.botUrl, options.proxyLimits))

  const server = createServer({ requestTimeout: 60_000, headersTimeout: 10_000, keepAliveTimeout: 30_000 }, app)
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    async close() {
      api.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
