import { decodeJwt } from 'jose'
import { z } from 'zod'

/**
 * What an application's access token says about it
 * (learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
 */
const claims = z.object({
  /** Granted application permissions. */
  roles: z.array(z.string()).default([]),
  /** Object id of the service principal: who holds roles. */
  oid: z.string().optional(),
  tid: z.string().optional(),
})
export type TokenClaims = z.infer<typeof claims>

/**
 * Reads the claims without checking the signature: it is our own token, come straight from the authority, and nothing
 * is allowed by it here.
 * @throws Error when it is not a JWT
 */
export function readClaims(token: string): TokenClaims {
  return claims.parse(decodeJwt(token))
}
