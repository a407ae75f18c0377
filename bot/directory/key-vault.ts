import { ManagedIdentityApplication } from '@azure/msal-node'
import { z } from 'zod'
import type { Fetch } from './graph-transport.ts'
import { within } from './within.ts'

/** Gives the text of a Key Vault secret. Errors hold no secret and no token. */
export type VaultReader = (secretUrl: string) => Promise<string>

/** Gives an access token of this machine's managed identity for a resource such as `https://vault.azure.net`. */
export type ManagedIdentityToken = (resource: string) => Promise<string>

/**
 * Vault suffix → resource of the token, per cloud
 * (learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates). A token is sent to no other host.
 */
const vaultSuffixes = ['vault.azure.net', 'vault.usgovcloudapi.net', 'vault.azure.cn'] as const

const secretAnswer = z.object({ value: z.string().min(1).max(262_144), contentType: z.string().nullish() })

/** How long the machine's identity endpoint or the vault may take. */
const patience = 15_000

/** The resource a token for this vault is asked for. @throws Error when the URL is not that of a Key Vault secret. */
export function vaultResource(secretUrl: string): string {
  const url = new URL(secretUrl)
  const suffix = vaultSuffixes.find((one) => url.hostname.endsWith(`.${one}`))
  if (url.protocol !== 'https:' || suffix === undefined || url.port !== '' || url.search !== '')
    throw new Error('this is not the URL of a Key Vault secret')
  if (!/^\/secrets\/[0-9A-Za-z-]{1,127}(\/[0-9a-f]{32})?\/?$/.test(url.pathname))
    throw new Error('the path must be /secrets/NAME or /secrets/NAME/VERSION')
  return `https://${suffix}`
}

/**
 * Reads secrets over the Key Vault REST interface, api-version 7.4
 * (learn.microsoft.com/rest/api/keyvault/secrets/get-secret).
 */
export function keyVault(deps: { readonly fetch: Fetch; readonly token: ManagedIdentityToken }): VaultReader {
  return async (secretUrl) => {
    const token = await deps.token(vaultResource(secretUrl))
    const url = `${secretUrl.replace(/\/$/, '')}?api-version=7.4`
    const response = await deps.fetch(url, {
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    })
    if (!response.ok) throw new Error(`the vault answered ${response.status}`)
    const answer = secretAnswer.safeParse(await response.json().catch(() => undefined))
    if (!answer.success) throw new Error('the vault’s answer was not understood')
    return answer.data.value
  }
}

/**
 * The managed identity of the Azure machine, container or App Service this process runs on.
 * @param clientId of a user-assigned identity; undefined = the system-assigned one
 */
export function managedIdentity(clientId: string | undefined): ManagedIdentityToken {
  return async (resource) => {
    const application = new ManagedIdentityApplication(
      clientId === undefined ? {} : { managedIdentityIdParams: { userAssignedClientId: clientId } },
    )
    const result = await within(patience, application.acquireToken({ resource }))
    return result.accessToken
  }
}
