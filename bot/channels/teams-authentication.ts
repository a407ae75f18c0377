import { CloudAdapter } from 'botbuilder'
import {
  AppCredentials,
  type AuthenticateRequestResult,
  AuthenticationConfiguration,
  AuthenticationConstants,
  type BotFrameworkAuthentication,
  BotFrameworkAuthenticationFactory,
  GovernmentConstants,
  MsalAppCredentials,
  ServiceClientCredentialsFactory,
} from 'botframework-connector'
import type { TeamsSettings } from '../config.ts'
import type { GenuineToken } from './teams-genuine.ts'

/** Where tokens for the connector come from. */
export interface ConnectorTokens {
  token(options?: { readonly fresh?: boolean }): Promise<string>
}

/** Signs what we send with tokens of our own msal-node: botbuilder's certificate factory knows SHA-1 thumbprints only. */
class OurCredentials extends AppCredentials {
  readonly #tokens: ConnectorTokens

  constructor(appId: string, audience: string, tokens: ConnectorTokens) {
    super(appId, undefined, audience)
    this.#tokens = tokens
  }

  override getToken(forceRefresh = false): Promise<string> {
    return this.#tokens.token({ fresh: forceRefresh })
  }

  protected override refreshToken(): Promise<never> {
    throw new Error('tokens are cached where they are got')
  }
}

class OurCredentialsFactory extends ServiceClientCredentialsFactory {
  readonly #appId: string
  readonly #tokens: ConnectorTokens

  constructor(appId: string, tokens: ConnectorTokens) {
    super()
    this.#appId = appId
    this.#tokens = tokens
  }

  override async isValidAppId(appId: string): Promise<boolean> {
    return appId === this.#appId
  }

  override async isAuthenticationDisabled(): Promise<boolean> {
    return false
  }

  override async createCredentials(appId: string, audience: string): Promise<AppCredentials> {
    if (appId !== this.#appId) throw new Error('no credential for this app id')
    return new OurCredentials(appId, audience, this.#tokens)
  }
}

/** Makes an authentication that accepts nobody's token but Teams' (or the practice company's) and signs what we send. */
export function teamsAuthentication(
  settings: TeamsSettings,
  authority: string,
  tokens: ConnectorTokens,
): BotFrameworkAuthentication {
  const credentials = new OurCredentialsFactory(settings.appId, tokens)
  if (!settings.localIssuer) {
    const government = new URL(authority).hostname.endsWith('.us')
    return authentication(credentials, { channelService: government ? GovernmentConstants.ChannelService : '' })
  }
  const { issuer, openIdMetadata } = settings.localIssuer
  const login = `${authority}/${settings.tenantId}`
  return authentication(credentials, { local: { login, issuer, openIdMetadata } })
}

/** The SDK's factory takes its thirteen arguments by position; a channel service alone stands for Microsoft's own addresses. */
function authentication(
  credentials: ServiceClientCredentialsFactory,
  channel: {
    readonly channelService?: string
    readonly local?: { readonly login: string; readonly issuer: string; readonly openIdMetadata: string }
  },
): BotFrameworkAuthentication {
  const { channelService = '', local } = channel
  return BotFrameworkAuthenticationFactory.create(
    channelService,
    true,
    local?.login ?? '',
    local ? AuthenticationConstants.ToChannelFromBotOAuthScope : '',
    local?.issuer ?? '',
    local ? AuthenticationConstants.OAuthUrl : '',
    local?.openIdMetadata ?? '',
    local?.openIdMetadata ?? '',
    '',
    credentials,
    // No validateClaims: tokens of other bots ("skills") are refused for lack of it.
    new AuthenticationConfiguration(),
    undefined,
    {},
  )
}

/** Authentication as the Agents Playground has it: none. For loopback and the practice company only. */
class NoCredentials extends ServiceClientCredentialsFactory {
  override async isValidAppId(): Promise<boolean> {
    return true
  }

  override async isAuthenticationDisabled(): Promise<boolean> {
    return true
  }

  override async createCredentials(): Promise<MsalAppCredentials> {
    return MsalAppCredentials.Empty
  }
}

export function playgroundAuthentication(): BotFrameworkAuthentication {
  return authentication(new NoCredentials(), {})
}

/** CloudAdapter, with the check of the token apart from the turn: a bad one is a 401, never a 500. */
export class TeamsAdapter extends CloudAdapter {
  readonly #genuine: GenuineToken

  /** @param genuine is asked first */
  constructor(authentication: BotFrameworkAuthentication, genuine: GenuineToken = async () => undefined) {
    super(authentication)
    this.#genuine = genuine
  }

  /** @throws whatever is wrong with the token; the caller answers 401 to anything */
  async authenticate(activity: unknown, authorization: string): Promise<AuthenticateRequestResult> {
    await this.#genuine(authorization)
    return await this.botFrameworkAuthentication.authenticateRequest(activity as never, authorization)
  }
}
