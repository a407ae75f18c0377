import { X509Certificate } from 'node:crypto'
import type { Router } from 'express'
import type { Clock } from '../../../bot/clock.ts'
import type { Company } from '../company/company.ts'
import { stableId } from '../company/ids.ts'
import { findRole, type RoleName } from '../company/roles.ts'
import { seedCompany } from '../company/seed.ts'
import { AccessPasses } from './access-passes.ts'
import { type Control, makeControl } from './control.ts'
import { controlRouter } from './control-router.ts'
import { Faults } from './faults.ts'
import { graphEndpoint } from './graph/endpoint.ts'
import { Mailboxes } from './mailboxes.ts'
import { botFrameworkAudience, issuerOf, oauthEndpoints } from './oauth.ts'
import { Passwords } from './passwords.ts'
import { Ring } from './ring.ts'
import { listen } from './server.ts'
import { SignIns } from './sign-ins.ts'
import type { App, Change, Installation, RequestRecord, TenantState } from './state.ts'
import { makeTokenKeys } from './token-keys.ts'

export type { Control } from './control.ts'
export type { GroupState } from './group-state.ts'
export type { Mail } from './mailboxes.ts'
export type { DirectoryState } from './person-state.ts'
export type { Change, RequestRecord } from './state.ts'

/** An app registration with a certificate and the application permissions an administrator consented to. */
export interface AppRegistration {
  readonly clientId: string
  /** PEM, public. */
  readonly certificate: string
  /** `User.Read.All` and so on. */
  readonly permissions: readonly string[]
  /** Directory roles of its service principal. Default: User Administrator, as Graph's page on resets asks. */
  readonly roles?: readonly RoleName[]
}

export interface TenantOptions {
  /** 0 or absent: a free one. */
  readonly port?: number
  /** Where to listen; 127.0.0.1 by default. Its address is https://localhost all the same. */
  readonly host?: string
  /** PEM; for the name localhost. */
  readonly tls: { readonly key: string; readonly cert: string }
  readonly tenantId: string
  readonly apps: readonly AppRegistration[]
  /** 60 by default. */
  readonly people?: number
  readonly seed?: number
  /** The time in the directory. */
  readonly clock: Clock
  /** The time in tokens: the machine's by default, because that is what client libraries go by. */
  readonly tokenClock?: Clock
  /** Milliseconds until reads see a write; 0 by default. */
  readonly replicationDelayMs?: number
  /** Told when the bot installs the Teams app for somebody. */
  readonly onTeamsAppInstalled?: (userId: string) => void | Promise<void>
}

/** A practice tenant that is running. */
export interface Tenant {
  /** `https://localhost:PORT`: the authority and the Graph endpoint. */
  readonly url: string
  readonly company: Company
  readonly control: Control
  readonly controlRouter: Router
  /** Public keys of the tenant's tokens, as its JWKS endpoint shows them. */
  readonly jwks: TenantState['keys']['jwks']
  readonly issuer: string
  /** Checks a token an application got for the Bot Framework. Rejects any other. */
  verifyBotToken(bearer: string): Promise<{ readonly appid: string }>
  close(): Promise<void>
}

const requestsKept = 1000

/**
 * Starts a stand-in for Entra ID and Microsoft Graph v1.0 with a seeded company. It speaks the real protocols over HTTPS: msal and
 * the Graph SDK cannot tell the difference.
 */
export async function startTenant(options: TenantOptions): Promise<Tenant> {
  const { clock } = options
  const tokenClock = options.tokenClock ?? (() => new Date())
  const company = seedCompany({
    people: options.people ?? 60,
    seed: options.seed ?? 1,
    clock,
    tenantId: options.tenantId,
  })
  company.replicationDelay = options.replicationDelayMs ?? 0
  const listeners = new Set<(change: Change) => void>()
  let made: TenantState | undefined
  const server = await listen(
    { port: options.port ?? 0, host: options.host ?? '127.0.0.1', tls: options.tls },
    async (port) => {
      const url = `https://localhost:${port}`
      const passwords = new Passwords(company)
      const state: TenantState = {
        url,
        tenantId: options.tenantId.toLowerCase(),
        company,
        clock,
        tokenClock,
        apps: new Map(options.apps.map((app) => [app.clientId.toLowerCase(), register(company, app)])),
        keys: await makeTokenKeys(issuerOf(url, options.tenantId.toLowerCase()), tokenClock),
        passwords,
        signIns: new SignIns(company, passwords, clock),
        accessPasses: new AccessPasses(clock),
        mailboxes: new Mailboxes(),
        faults: new Faults(),
        requests: new Ring<RequestRecord>(requestsKept),
        installations: new Map<string, Installation>(),
        announce(change) {
          for (const listener of listeners) listener({ at: clock().toISOString(), ...change })
        },
        teamsAppInstalled: async (userId) => options.onTeamsAppInstalled?.(userId),
      }
      made = state
      const oauth = oauthEndpoints(state)
      const graph = graphEndpoint(state)
      return {
        find: (ask, requestId) => graph(ask, requestId) ?? oauth(ask),
        takeFault: (task) => state.faults.take(task.class),
        answered: ({ method, url: { pathname } }, status, requestId) =>
          state.requests.push({ at: clock().toISOString(), method, path: pathname, status, requestId }),
      }
    },
  )
  if (made === undefined) throw new Error('the tenant did not start')
  const state = made
  const control = makeControl(state, listeners)
  return {
    url: state.url,
    company,
    control,
    controlRouter: controlRouter(control, company),
    jwks: state.keys.jwks,
    issuer: issuerOf(state.url, state.tenantId),
    async verifyBotToken(bearer) {
      const { appid } = await state.keys.verify(bearer, [botFrameworkAudience])
      if (typeof appid !== 'string') throw new Error('the token names no application')
      return { appid }
    },
    close: () => server.close(),
  }
}

function register(company: Company, app: AppRegistration): App {
  const clientId = app.clientId.toLowerCase()
  const servicePrincipalId = stableId(`service principal: ${clientId}`)
  for (const name of app.roles ?? ['User Administrator']) {
    const roleDefinitionId = findRole(name)?.roleTemplateId
    if (roleDefinitionId === undefined) throw new Error(`no role ${name}`)
    const id = stableId(`assignment: ${servicePrincipalId} ${name}`)
    company.putAssignment({ id, state: 'active', principalId: servicePrincipalId, roleDefinitionId })
  }
  return {
    clientId,
    servicePrincipalId,
    certificate: new X509Certificate(app.certificate),
    permissions: new Set(app.permissions),
  }
}
