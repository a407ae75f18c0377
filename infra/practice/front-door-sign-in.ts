import { z } from 'zod'
import type { SignInAnswer } from './front-door-shapes.ts'

const TIMEOUT_MS = 15_000

/** What the tenant's error codes mean to the person (learn.microsoft.com/entra/identity-platform/reference-error-codes). */
const ANSWERS: Readonly<Record<number, SignInAnswer>> = {
  50034: { outcome: 'failed', sentence: 'Nobody of that name signs in to this company.' },
  50053: { outcome: 'locked', sentence: 'Locked for a while: there were too many wrong passwords.' },
  50055: {
    outcome: 'must-change',
    sentence:
      'The password is right. It must be changed now: Microsoft asks for a new one here. Practice ends at this point.',
  },
  50057: { outcome: 'disabled', sentence: 'Sign-in to this account is blocked.' },
  50126: { outcome: 'wrong', sentence: 'That is not the password.' },
}

const errorAnswer = z.object({ error_codes: z.array(z.number()).min(1) })

export interface TokenEndpoint {
  /** `https://…/oauth2/v2.0/token` */
  readonly url: string
  readonly clientId: string
  /** Trusts the endpoint's certificate. */
  readonly fetch: typeof fetch
}

/**
 * Signs in with the resource-owner grant (RFC 6749, section 4.3) and says what came of it. The token is thrown away: whether
 * there was one is all that is asked.
 */
export async function signInAt(endpoint: TokenEndpoint, username: string, password: string): Promise<SignInAnswer> {
  const form = { grant_type: 'password', client_id: endpoint.clientId, scope: 'openid', username, password }
  try {
    const answer = await endpoint.fetch(endpoint.url, {
      method: 'POST',
      body: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    const body: unknown = await answer.json()
    if (answer.ok) return { outcome: 'signed-in', sentence: 'Signed in. The password works.' }
    const code = errorAnswer.safeParse(body).data?.error_codes[0]
    const known = code === undefined ? undefined : ANSWERS[code]
    return known ?? { outcome: 'failed', sentence: `The tenant refused: ${code ?? answer.status}.` }
  } catch {
    // Late, cut or unreadable; the error may quote the request, so nothing of it is passed on.
    return { outcome: 'failed', sentence: 'The tenant does not answer.' }
  }
}
