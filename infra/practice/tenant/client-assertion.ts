import { createHash } from 'node:crypto'
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import type { Clock } from '../../../bot/clock.ts'
import { AadstsError } from './aadsts.ts'
import type { App } from './state.ts'

const mostRemembered = 100_000

/**
 * Checks client assertions (RFC 7523 section 3; learn.microsoft.com/entra/identity-platform/certificate-credentials):
 * signed by the app's registered certificate and naming it by thumbprint, from and about the app, for this token endpoint, in
 * its time. A `jti` may not come back in another assertion. The same assertion may: msal keeps one and sends it again until it
 * expires, and Entra ID takes it.
 */
export class ClientAssertions {
  readonly #clock: Clock
  /** Digest of the assertion and its expiry (seconds) by `client jti`. */
  readonly #seen = new Map<string, { digest: string; expires: number }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param audiences the addresses of the token endpoint. @throws AadstsError */
  async verify(assertion: string, app: App, audiences: readonly string[]): Promise<void> {
    const algorithm = namedKey(assertion, app)
    const now = this.#clock()
    const { validFromDate, validToDate } = app.certificate
    if (now < validFromDate || now > validToDate) throw new AadstsError(700027, '[Reason - The key used is expired.]')
    const claims = await this.#claims(assertion, app, algorithm, now)
    if (claims.iss !== app.clientId || claims.sub !== app.clientId) throw new AadstsError(700021)
    const audience = [claims.aud].flat()
    if (!audience.some((one) => one !== undefined && audiences.includes(one))) throw new AadstsError(700023)
    this.#remember(assertion, app, claims, now)
  }

  async #claims(assertion: string, app: App, algorithm: string, currentDate: Date): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(assertion, app.certificate.publicKey, {
        algorithms: [algorithm],
        requiredClaims: ['exp', 'iss', 'sub', 'aud', 'jti'],
        clockTolerance: 300,
        currentDate,
      })
      return payload
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw new AadstsError(700024)
      if (error instanceof errors.JWTClaimValidationFailed) {
        throw new AadstsError(error.claim === 'nbf' ? 700024 : 50027, `[claim ${error.claim}]`)
      }
      if (error instanceof errors.JOSEError) throw new AadstsError(700027, '[Reason - The signature is not valid.]')
      throw error
    }
  }

  #remember(assertion: string, app: App, claims: JWTPayload, now: Date): void {
    const seconds = now.getTime() / 1000
    if (this.#seen.size >= mostRemembered) {
      for (const [key, { expires }] of this.#seen) if (expires < seconds) this.#seen.delete(key)
    }
    const digest = createHash('sha256').update(assertion).digest('base64')
    const key = `${app.clientId} ${claims.jti}`
    const before = this.#seen.get(key)
    if (before !== undefined && before.digest !== digest) throw new AadstsError(50012, '[the jti was used before]')
    this.#seen.set(key, { digest, expires: (claims.exp ?? 0) + 300 })
  }
}

/** The algorithm of an assertion that names the app's certificate. */
function namedKey(assertion: string, app: App): string {
  let header: ReturnType<typeof decodeProtectedHeader>
  try {
    header = decodeProtectedHeader(assertion)
  } catch {
    throw new AadstsError(50027)
  }
  if (header.alg !== 'RS256' && header.alg !== 'PS256') throw new AadstsError(50027, '[alg must be RS256 or PS256]')
  const thumbprint = (algorithm: string) => createHash(algorithm).update(app.certificate.raw).digest('base64url')
  // Without a thumbprint there is no telling which of an application's keys is meant.
  const named = header['x5t#S256'] === thumbprint('sha256') || header.x5t === thumbprint('sha1')
  if (!named) throw new AadstsError(700027, '[Reason - The key was not found.]')
  return header.alg
}
