/** One account in an authenticator app, as its QR code describes it. */
export interface AuthenticatorAccount {
  readonly issuer: string
  readonly name: string
  /** Base32 without padding. */
  readonly secret: string
  readonly algorithm: 'SHA-1' | 'SHA-256' | 'SHA-512'
  readonly digits: number
  /** Seconds. */
  readonly period: number
}

const ALGORITHMS = { SHA1: 'SHA-1', SHA256: 'SHA-256', SHA512: 'SHA-512' } as const
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** Reads an `otpauth://totp/…` address (the Key URI Format of authenticator apps); undefined for anything else. */
export function readKeyUri(text: string): AuthenticatorAccount | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, host, pathname, searchParams } = new URL(text)
  const isTotp = protocol === 'otpauth:' && (host === 'totp' || pathname.startsWith('//totp/'))
  const secret = (searchParams.get('secret') ?? '').replaceAll('=', '').toUpperCase()
  const algorithm = (searchParams.get('algorithm') ?? 'SHA1').toUpperCase()
  const digits = Number(searchParams.get('digits') ?? '6')
  const period = Number(searchParams.get('period') ?? '30')
  const isUsable = /^[A-Z2-7]{16,256}$/.test(secret) && Object.hasOwn(ALGORITHMS, algorithm)
  if (!isTotp || !isUsable || digits < 6 || digits > 8 || !(period >= 15 && period <= 120)) return undefined
  const label = decodeURIComponent(pathname.split('/').at(-1) ?? '')
  const [before, ...rest] = label.split(':')
  const name = rest.length > 0 ? rest.join(':').trim() : label
  const issuer = searchParams.get('issuer') ?? (rest.length > 0 ? (before ?? '') : '')
  return { issuer, name, secret, algorithm: ALGORITHMS[algorithm as keyof typeof ALGORITHMS], digits, period }
}

/** An account from the key that stands beside a QR code, for who cannot scan; undefined when it is none. */
export function accountOfKey(typed: string): AuthenticatorAccount | undefined {
  const secret = typed.replaceAll(/[\s=-]/g, '').toUpperCase()
  return readKeyUri(`otpauth://totp/Typed%20in?secret=${encodeURIComponent(secret)}`)
}

/** The code of an account at a time (RFC 6238 over RFC 4226). */
export async function codeAt(account: AuthenticatorAccount, at: Date): Promise<string> {
  const counter = new DataView(new ArrayBuffer(8))
  counter.setBigUint64(0, BigInt(Math.floor(at.getTime() / 1000 / account.period)))
  const hmac = { name: 'HMAC', hash: account.algorithm }
  const key = await crypto.subtle.importKey('raw', fromBase32(account.secret), hmac, false, ['sign'])
  const digest = new DataView(await crypto.subtle.sign('HMAC', key, counter))
  // Dynamic truncation: RFC 4226, section 5.3.
  const offset = digest.getUint8(digest.byteLength - 1) & 0x0f
  const number = digest.getUint32(offset) & 0x7fff_ffff
  return String(number % 10 ** account.digits).padStart(account.digits, '0')
}

/** Seconds until the code changes. */
export const secondsLeft = ({ period }: AuthenticatorAccount, at: Date) =>
  period - (Math.floor(at.getTime() / 1000) % period)

/** RFC 4648, section 6. */
function fromBase32(text: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const letter of text) {
    value = ((value << 5) | ALPHABET.indexOf(letter)) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((value >>> bits) & 0xff)
  }
  return new Uint8Array(bytes)
}
