import { randomUUID } from 'node:crypto'
import { type AadstsCode, AadstsError, aadstsAnswer } from './aadsts.ts'
import { ClientAssertions } from './client-assertion.ts'
import type { Answer, Ask, Task } from './exchange.ts'
import type { App, TenantState } from './state.ts'
import { tokenLifetimeSeconds } from './token-keys.ts'

/** Who tokens can be for. Microsoft Graph answers to its own name and to this tenant's address. */
export const graphAudience = 'https://graph.microsoft.com'
export const botFrameworkAudience = 'https://api.botframework.com'
const jwtBearer = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The issuer of every token of the tenant. */
export function issuerOf(url: string, tenantId: string): string {
  return `${url}/${tenantId}/v2.0`
}

/** The OAuth 2.0 and OpenID endpoints of the tenant: gives the task for a request, or undefined when it is for somebody else. */
export function oauthEndpoints(state: TenantState): (ask: Ask) => Task | undefined {
  const assertions = new ClientAssertions(state.tokenClock)
  return (ask) => {
    const [tenant = '', ...rest] = ask.url.pathname.split('/').slice(1)
    const place = rest.join('/')
    const correlationId = ask.headers['client-request-id'] ?? randomUUID()
    const refuse = (code: AadstsCode, detail?: string): Answer =>
      aadstsAnswer(new AadstsError(code, detail), state.clock(), correlationId, state.url)
    const task = (kind: 'discovery' | 'token', answer: () => Promise<Answer> | Answer): Task => ({
      class: kind,
      async run() {
        try {
          return await answer()
        } catch (error) {
          if (error instanceof AadstsError) return aadstsAnswer(error, state.clock(), correlationId, state.url)
          throw error
        }
      },
      fail(status, retryAfterSeconds) {
        const answered = refuse(({ 429: 90055, 500: 90000, 503: 90033 } as const)[status])
        if (retryAfterSeconds === undefined) return answered
        return { ...answered, headers: { ...answered.headers, 'retry-after': String(retryAfterSeconds) } }
      },
    })

    if (place === 'discovery/instance' && ask.method === 'GET') return task('discovery', () => instances(state))
    const inTenant = (kind: 'discovery' | 'token', answer: () => Promise<Answer> | Answer): Task =>
      task(kind, () => {
        if ([state.tenantId, state.company.domain].includes(tenant.toLowerCase())) return answer()
        throw new AadstsError(90002, `[${tenant.slice(0, 64)}]`)
      })
    switch (`${ask.method} ${place}`) {
      case 'GET v2.0/.well-known/openid-configuration':
        return inTenant('discovery', () => ({ status: 200, body: openIdConfiguration(state) }))
      case 'GET discovery/v2.0/keys':
        return inTenant('discovery', () => ({ status: 200, body: state.keys.jwks }))
      case 'POST oauth2/v2.0/token':
        return inTenant('token', () => grantToken(state, assertions, ask))
      default:
        return undefined
    }
  }
}

function openIdConfiguration(state: TenantState): object {
  const base = `${state.url}/${state.tenantId}`
  return {
    issuer: issuerOf(state.url, state.tenantId),
    token_endpoint: `${base}/oauth2/v2.0/token`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    response_types_supported: ['code', 'id_token', 'token'],
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'tid', 'oid'],
    tenant_region_scope: 'EU',
    cloud_instance_name: new URL(state.url).host,
    msgraph_host: new URL(state.url).host,
  }
}

/** What msal asks of an authority it does not know. */
function instances(state: TenantState): Answer {
  const { host } = new URL(state.url)
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `${state.url}/${state.tenantId}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
    },
  }
}

async function grantToken(state: TenantState, assertions: ClientAssertions, ask: Ask): Promise<Answer> {
  const form = new URLSearchParams(ask.body)
  const grant = form.get('grant_type')
  if (grant === null) throw new AadstsError(900144, "['grant_type']")
  const clientId = form.get('client_id')?.toLowerCase()
  if (clientId === undefined) throw new AadstsError(900144, "['client_id']")
  const app = state.apps.get(clientId)
  if (app === undefined) throw new AadstsError(700016)
  const assertion = form.get('client_assertion')
  if (assertion !== null) {
    if (form.get('client_assertion_type') !== jwtBearer) throw new AadstsError(50027, '[client_assertion_type]')
    await assertions.verify(assertion, app, tokenEndpoints(state))
  }
  const scopes = (form.get('scope') ?? '').split(' ').filter((scope) => scope !== '')
  switch (grant) {
    case 'client_credentials':
      if (assertion === null) throw new AadstsError(7000216)
      return { status: 200, headers: noStore, body: await appToken(state, app, scopes) }
    case 'password':
    case 'refresh_token': {
      const user =
        grant === 'password'
          ? await state.signIns.withPassword(form.get('username') ?? '', form.get('password') ?? '')
          : state.signIns.continueSession(form.get('refresh_token') ?? '', app.clientId)
      const claims = { oid: user.id, upn: user.userPrincipalName, appid: app.clientId, tid: state.tenantId }
      const token = await state.keys.sign({ ...claims, sub: user.id, idtyp: 'user', scp: 'User.Read' }, graphAudience)
      const lasting = scopes.includes('offline_access')
      const refresh = lasting ? { refresh_token: state.signIns.startSession(user.id, app.clientId) } : {}
      return { status: 200, headers: noStore, body: { ...bearer(token), scope: scopes.join(' '), ...refresh } }
    }
    default:
      throw new AadstsError(70003)
  }
}

const noStore = { 'cache-control': 'no-store', pragma: 'no-cache' }

function bearer(token: string): object {
  return {
    token_type: 'Bearer',
    expires_in: tokenLifetimeSeconds,
    ext_expires_in: tokenLifetimeSeconds,
    access_token: token,
  }
}

async function appToken(state: TenantState, app: App, scopes: readonly string[]): Promise<object> {
  const [scope] = scopes
  if (scope === undefined) throw new AadstsError(70011)
  if (scopes.length > 1 || !scope.endsWith('/.default')) throw new AadstsError(1002012)
  const resource = scope.slice(0, -'/.default'.length)
  const claims = {
    appid: app.clientId,
    azp: app.clientId,
    oid: app.servicePrincipalId,
    sub: app.servicePrincipalId,
    tid: state.tenantId,
    idtyp: 'app',
  }
  if (resource === botFrameworkAudience) return bearer(await state.keys.sign(claims, botFrameworkAudience))
  if (resource !== graphAudience && resource !== state.url) throw new AadstsError(500011)
  return bearer(await state.keys.sign({ ...claims, roles: [...app.permissions] }, resource))
}

function tokenEndpoints(state: TenantState): string[] {
  return [state.tenantId, state.company.domain].map((tenant) => `${state.url}/${tenant}/oauth2/v2.0/token`)
}
