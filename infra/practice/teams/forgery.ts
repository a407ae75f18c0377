import { type ChannelClaims, createSigningKey, type SigningKey } from './signing-key.ts'

/** One way (or several at once) in which an activity may lie. What is not named is as genuine as in ordinary traffic. */
export interface Forgery {
  /** Tenant in conversation and channelData. */
  readonly tenantId?: string
  /** Sender's object id; null leaves it out. */
  readonly aadObjectId?: string | null
  /** `serviceUrl` in the activity. The token keeps the genuine one unless `tokenServiceUrl` is given too. */
  readonly serviceUrl?: string
  readonly tokenServiceUrl?: string
  readonly channelId?: string
  readonly audience?: string
  readonly issuer?: string
  /** Seconds the token is old; it is valid for an hour, and bots tolerate five minutes. */
  readonly ageSeconds?: number
  /** `stranger`: another key under the same id. `tampered`: payload changed after signing. `none`: `alg: none`. `absent`: no token. */
  readonly signature?: 'genuine' | 'stranger' | 'tampered' | 'none' | 'absent'
}

/** The Authorization header of a forged request, or undefined for none at all. */
export async function forgedAuthorization(
  forgery: Forgery,
  genuine: { readonly key: SigningKey; readonly keyId: string; readonly claims: ChannelClaims },
  now: Date,
): Promise<string | undefined> {
  const signature = forgery.signature ?? 'genuine'
  if (signature === 'absent') return undefined
  const claims: ChannelClaims = {
    issuer: forgery.issuer ?? genuine.claims.issuer,
    audience: forgery.audience ?? genuine.claims.audience,
    serviceUrl: forgery.tokenServiceUrl ?? genuine.claims.serviceUrl,
  }
  const issuedAt = new Date(now.getTime() - (forgery.ageSeconds ?? 0) * 1000)
  const key = signature === 'stranger' ? await createSigningKey(genuine.keyId) : genuine.key
  const token = await key.sign(claims, issuedAt)
  if (signature === 'tampered') return `Bearer ${withPayload(token, (payload) => ({ ...payload, jti: 'changed' }))}`
  if (signature === 'none') return `Bearer ${unsigned(token, genuine.keyId)}`
  return `Bearer ${token}`
}

function withPayload(token: string, change: (payload: object) => object): string {
  const [header = '', payload = '', signature = ''] = token.split('.')
  return [header, encode(change(JSON.parse(Buffer.from(payload, 'base64url').toString()))), signature].join('.')
}

function unsigned(token: string, keyId: string): string {
  const [, payload = ''] = token.split('.')
  return `${encode({ alg: 'none', typ: 'JWT', kid: keyId })}.${payload}.`
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
