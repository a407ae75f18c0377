import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose'
import type { Clock } from '../../../bot/clock.ts'

/** Access tokens of client credentials live about an hour (learn.microsoft.com/entra/identity-platform/access-tokens). */
export const tokenLifetimeSeconds = 3599

/** The tenant's signing key: makes tokens, checks them, and shows its public half. */
export interface TokenKeys {
  /** For `/discovery/v2.0/keys` (RFC 7517). */
  readonly jwks: { readonly keys: readonly JWK[] }
  sign(claims: JWTPayload, audience: string): Promise<string>
  /** The claims of a token of this tenant for one of these audiences. @throws jose's JOSEError otherwise */
  verify(token: string, audiences: readonly string[]): Promise<JWTPayload>
}

/** Makes a new key (RS256). `clock` is the machine's time, which those who read the tokens go by. */
export async function makeTokenKeys(issuer: string, clock: Clock): Promise<TokenKeys> {
  const pair: { publicKey: CryptoKey; privateKey: CryptoKey } = await generateKeyPair('RS256', { modulusLength: 2048 })
  const publicJwk = await exportJWK(pair.publicKey)
  const kid = await calculateJwkThumbprint(publicJwk)
  return {
    jwks: { keys: [{ ...publicJwk, kid, use: 'sig', alg: 'RS256' }] },
    sign(claims, audience) {
      const now = Math.floor(clock().getTime() / 1000)
      return new SignJWT(claims)
        .setProtectedHeader({ typ: 'JWT', alg: 'RS256', kid })
        .setIssuer(issuer)
        .setAudience(audience)
        .setIssuedAt(now)
        .setNotBefore(now)
        .setExpirationTime(now + tokenLifetimeSeconds)
        .sign(pair.privateKey)
    },
    async verify(token, audiences) {
      const { payload } = await jwtVerify(token, pair.publicKey, {
        algorithms: ['RS256'],
        issuer,
        audience: [...audiences],
        requiredClaims: ['exp', 'aud', 'iss'],
        currentDate: clock(),
      })
      return payload
    },
  }
}
