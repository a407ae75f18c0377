import { ConfidentialClientApplication } from '@azure/msal-node'
import type { Clock } from '../clock.ts'
import type { TenantId } from '../identity/person.ts'
import { CertificateError, loadCertificate, type SigningCertificate } from './certificate.ts'
import { CredentialError } from './credential-error.ts'
import { describeTokenFailure } from './credential-failure.ts'
import type { Fetch } from './graph-transport.ts'
import { keyVault, managedIdentity, type VaultReader } from './key-vault.ts'
import { msalNetwork } from './msal-network.ts'
import type { TokenSource } from './token-source.ts'
import { within } from './within.ts'

/** How to reach a tenant. `bot/config.ts` reads it from the environment. */
export interface GraphSettings {
  readonly tenantId: TenantId
  readonly clientId: string
  /** `https://login.microsoftonline.com`, or a national cloud's. */
  readonly authority: string
  /** `https://graph.microsoft.com`, or a national cloud's. */
  readonly endpoint: string
  /** A PEM file's path, or the URL of a Key Vault secret. */
  readonly certificate: string
  /** The mailbox notices are sent from. */
  readonly mailFrom?: string | undefined
}

/** Gives access tokens. @throws CredentialError */
/** Who asks for tokens, and of whom. */
export interface ClientIdentity {
  readonly tenantId: string
  readonly clientId: string
  readonly authority: string
  /** The name of the setting the certificate comes from, for messages. */
  readonly setting: string
  readonly certificate: string
  /** `https://graph.microsoft.com/.default` */
  readonly scope: string
}

/** msal has a token at hand for longer, yet to find it costs it as much as a request of ours does. */
const tokenKept = 60_000
/** A token is not used in its last minutes, in which msal gets another one. */
const lastMinutes = 5 * 60_000
/** A renewed certificate in the same file or vault is noticed within this time. */
const rereadAfter = 60 * 60 * 1000
/**
 * One request to the authority may take this long, and a whole acquisition (discovery, then token) three times that.
 */
const patience = 10_000

/**
 * Tokens by client credentials with a certificate
 * (learn.microsoft.com/entra/identity-platform/certificate-credentials). msal keeps the token until shortly before it
 * expires; one acquisition is in flight at a time, however many ask.
 * @param deps.vault how Key Vault secrets are read; by default with this machine's managed identity
 */
export function certificateTokens(
  identity: ClientIdentity,
  deps: { readonly clock: Clock; readonly fetch: Fetch; readonly vault?: VaultReader },
): TokenSource {
  const vault = deps.vault ?? keyVault({ fetch: deps.fetch, token: managedIdentity(undefined) })
  let current: { application: ConfidentialClientApplication; certificate: SigningCertificate; readAt: Date } | undefined
  const inFlight = new Map<boolean, Promise<string>>()
  let lastToken: { readonly token: string; readonly until: number } | undefined

  async function application(): Promise<ConfidentialClientApplication> {
    const now = deps.clock()
    if (current !== undefined && now.getTime() - current.readAt.getTime() < rereadAfter) return current.application
    try {
      const certificate = await loadCertificate(identity.setting, identity.certificate, { clock: deps.clock, vault })
      const unchanged = current?.certificate.thumbprintSha256 === certificate.thumbprintSha256
      const kept = unchanged ? current?.application : undefined
      current = { application: kept ?? confidentialClient(identity, certificate, deps.fetch), certificate, readAt: now }
    } catch (fault) {
      // A vault that is down must not stop a certificate that still works.
      if (current === undefined || current.certificate.notAfter <= now) throw fault
      current = { ...current, readAt: now }
    }
    return current.application
  }

  async function acquire(fresh: boolean): Promise<string> {
    try {
      const client = await application()
      const request = { scopes: [identity.scope], skipCache: fresh }
      const result = await within(3 * patience, client.acquireTokenByClientCredential(request))
      if (!result?.accessToken) throw new CredentialError('the authority gave no token', { passing: false })
      const expires = result.expiresOn?.getTime() ?? 0
      lastToken = {
        token: result.accessToken,
        until: Math.min(deps.clock().getTime() + tokenKept, expires - lastMinutes),
      }
      return result.accessToken
    } catch (fault) {
      if (fault instanceof CertificateError) throw new CredentialError(fault.message, { passing: false, cause: fault })
      throw describeTokenFailure(fault, identity)
    }
  }

  return {
    async token({ fresh = false } = {}) {
      if (!fresh && lastToken !== undefined && deps.clock().getTime() < lastToken.until) return lastToken.token
      const running = inFlight.get(fresh)
      if (running !== undefined) return running
      const started = acquire(fresh).finally(() => inFlight.delete(fresh))
      inFlight.set(fresh, started)
      return started
    },
  }
}

function confidentialClient(identity: ClientIdentity, certificate: SigningCertificate, fetch: Fetch) {
  const authority = new URL(identity.authority)
  return new ConfidentialClientApplication({
    auth: {
      clientId: identity.clientId,
      authority: `${authority.origin}/${identity.tenantId}`,
      // Without this msal asks Microsoft's public cloud whether the authority exists: wrong for a sovereign or local
      // one.
      knownAuthorities: [authority.host],
      clientCertificate: { thumbprintSha256: certificate.thumbprintSha256, privateKey: certificate.privateKey },
    },
    system: { networkClient: msalNetwork(fetch, patience) },
  })
}

/** Tokens for Graph itself. */
export function graphTokens(
  settings: GraphSettings,
  deps: { readonly clock: Clock; readonly fetch: Fetch; readonly vault?: VaultReader },
): TokenSource {
  const scope = `${new URL(settings.endpoint).origin}/.default`
  return certificateTokens({ ...settings, setting: 'GRAPH_CERTIFICATE', scope }, deps)
}
