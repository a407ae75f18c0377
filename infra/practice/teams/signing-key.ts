import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** What the channel says about itself in a token to the bot. */
export interface ChannelClaims {
  readonly issuer: string
  /** The bot's app id. */
  readonly audience: string
  readonly serviceUrl: string
}

/** A public key that says which channels it may speak for. */
type ChannelKey = JWK & { readonly endorsements: readonly string[] }

export interface SigningKey {
  /** The public half as the bot fetches it, endorsed for the channel `msteams`. */
  readonly jwks: { readonly keys: readonly ChannelKey[] }
  /** A signed RS256 token; `issuedAt` in real time, because the bot's own check reads the system clock. Valid for an hour. */
  sign(claims: ChannelClaims, issuedAt: Date): Promise<string>
}

const LIFETIME_SECONDS = 60 * 60

/**
 * A key of the channel connector. `keyId` is given, so that an attacker's key can be made to carry the name of the real one.
 * Claims and endorsement: Bot Connector authentication, "Connector to Bot", steps 4 and 5.
 */
export async function createSigningKey(keyId: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { modulusLength: 2048 })
  const key: ChannelKey = {
    ...(await exportJWK(publicKey)),
    use: 'sig',
    alg: 'RS256',
    kid: keyId,
    endorsements: ['msteams'],
  }
  return {
    jwks: { keys: [key] },
    sign(claims, issuedAt) {
      const seconds = Math.floor(issuedAt.getTime() / 1000)
      return new SignJWT({ serviceurl: claims.serviceUrl })
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: keyId })
        .setIssuer(claims.issuer)
        .setAudience(claims.audience)
        .setNotBefore(seconds)
        .setExpirationTime(seconds + LIFETIME_SECONDS)
        .sign(privateKey)
    },
  }
}

/** The tokens of ordinary traffic. One is reused for up to a minute, as the real connector does, because signing is dear. */
export function tokensFor(
  key: SigningKey,
  claims: ChannelClaims,
  systemClock: () => Date,
): (fresh?: boolean) => Promise<string> {
  let current: { readonly token: Promise<string>; readonly at: number } | undefined
  return (fresh = false) => {
    const now = systemClock()
    if (fresh || !current || now.getTime() - current.at > 60_000) {
      current = { token: key.sign(claims, now), at: now.getTime() }
    }
    return current.token
  }
}
