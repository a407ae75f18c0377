import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { ConfidentialClientApplication } from '@azure/msal-node'
import { Client, GraphError } from '@microsoft/microsoft-graph-client'
import { allPermissions } from '../../../bot/directory/permissions.ts'
import { startTenant, type Tenant, type TenantOptions } from '../../../infra/practice/tenant/tenant.ts'
import { type Certificates, makeCertificates, thumbprints } from '../../../infra/practice/tls.ts'

export const tenantId = '7a1c3b52-0d6e-4f43-9a57-3f1f5d2c8e10'
export const clientId = '3c9d1e84-52b7-4d0a-8f6e-9b1a7c5d2f43'

/** What the tests' application may do on top of what the bot asks for. */
const more = ['Directory.Read.All', 'User.ReadWrite.All']

/** A client of the tenant as msal-node and the Graph SDK make one. */
export interface Practice {
  readonly tenant: Tenant
  readonly certificates: Certificates
  readonly graph: Client
  msal(credential?: { key: string; cert: string }): ConfidentialClientApplication
  token(scope?: string): Promise<string>
  /** Any request, with the application's token unless other headers say otherwise. */
  ask(path: string, init?: { method?: string; headers?: Record<string, string>; body?: string }): Promise<Reply>
  /** The resource-owner grant. */
  signIn(username: string, password: string, scope?: string): Promise<Reply>
  form(fields: Record<string, string>): Promise<Reply>
  close(): Promise<void>
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

export async function openPractice(options: Partial<TenantOptions> = {}): Promise<Practice> {
  const certificates = await makeCertificates()
  const permissions = [...allPermissions, ...more]
  const tenant = await startTenant({
    tls: certificates.server,
    tenantId,
    apps: [{ clientId, certificate: certificates.app.cert, permissions }],
    clock: () => new Date(),
    ...options,
  })
  // This process trusts the authority from here on: msal, the Graph SDK and fetch go their own ways to the network.
  setDefaultCACertificates([...getCACertificates('default'), certificates.ca])
  const msal = (credential = certificates.app) =>
    new ConfidentialClientApplication({
      auth: {
        clientId,
        authority: `${tenant.url}/${tenantId}`,
        knownAuthorities: [new URL(tenant.url).host],
        clientCertificate: { thumbprintSha256: thumbprints(credential.cert).sha256, privateKey: credential.key },
      },
    })
  const application = msal()
  const token = async (scope = 'https://graph.microsoft.com/.default') => {
    const result = await application.acquireTokenByClientCredential({ scopes: [scope] })
    return result?.accessToken ?? ''
  }
  const reply = async (response: Response): Promise<Reply> => {
    const text = await response.text()
    const json = (response.headers.get('content-type') ?? '').includes('json')
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : { text } }
  }
  const form = async (fields: Record<string, string>) =>
    reply(
      await fetch(`${tenant.url}/${tenantId}/oauth2/v2.0/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(fields).toString(),
      }),
    )
  return {
    tenant,
    certificates,
    graph: Client.init({
      baseUrl: `${tenant.url}/`,
      defaultVersion: 'v1.0',
      customHosts: new Set(['localhost']),
      authProvider: (done) => {
        token().then(
          (value) => done(null, value),
          (error: unknown) => done(error, null),
        )
      },
    }),
    msal,
    token,
    async ask(path, init = {}) {
      const { method = 'GET', headers = {}, body } = init
      const authorization = headers.authorization ?? `Bearer ${await token()}`
      const sent = { ...headers, authorization, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
      return reply(
        await fetch(`${tenant.url}${path}`, { method, headers: sent, ...(body === undefined ? {} : { body }) }),
      )
    },
    signIn: (username, password, scope = 'openid') =>
      form({ grant_type: 'password', client_id: clientId, username, password, scope }),
    form,
    close: () => tenant.close(),
  }
}

/** For assert.rejects: a refusal of the Graph SDK with this status and code. */
export function refusal(status: number, code: string) {
  return (error: unknown) => {
    if (error instanceof GraphError && error.statusCode === status && error.code === code) return true
    throw error
  }
}

/** `error.code` of Graph's envelope. */
export function codeIn(reply: Reply): unknown {
  const { error } = reply.body
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
