import { ConfidentialClientApplication } from '@azure/msal-node'
import type { Clock } from '../clock.ts'
import type { TeamsSettings } from '../config.ts'
import { certificateTokens } from '../directory/graph-credential.ts'
import type { ConnectorTokens } from './teams-authentication.ts'

const publicScope = 'https://api.botframework.com/.default'
const governmentScope = 'https://api.botframework.us/.default'

/** Tokens for the Bot Framework connector, by certificate or, where it must be, by password. */
export function teamsTokens(settings: TeamsSettings, authority: string, clock: Clock): ConnectorTokens {
  const scope = new URL(authority).hostname.endsWith('.us') ? governmentScope : publicScope
  const { appId: clientId, tenantId, credential } = settings
  if ('certificate' in credential) {
    const identity = {
      tenantId,
      clientId,
      authority,
      setting: 'TEAMS_CERTIFICATE',
      certificate: credential.certificate,
      scope,
    }
    return certificateTokens(identity, { clock, fetch: globalThis.fetch })
  }
  const auth = {
    clientId,
    authority: `${authority}/${tenantId}`,
    clientSecret: credential.password,
    knownAuthorities: [new URL(authority).host],
  }
  const application = new ConfidentialClientApplication({ auth })
  return {
    async token(options) {
      const result = await application.acquireTokenByClientCredential({
        scopes: [scope],
        skipCache: options?.fresh ?? false,
      })
      if (!result?.accessToken) throw new Error('TEAMS_APP_PASSWORD: no token came back for it')
      return result.accessToken
    },
  }
}
