import { randomBytes, timingSafeEqual } from 'node:crypto'
import { generateSync, ScureBase32Plugin } from 'otplib'

/** RFC 4226 section 4, R6: the shared secret should be 160 bits, the length of the SHA-1 output. */
const seedBytes = 160 / 8
/** RFC 6238 section 5.2: 30 seconds is the recommended step. Authenticator apps ignore any other. */
const period = 30
/** RFC 4226 section 5.3: at least six digits; apps show six. */
const digits = 6
/** RFC 6238 section 5.2 recommends at most one step for delays; one ahead is for a phone whose clock runs fast. */
const stepsAside = 1

const base32 = new ScureBase32Plugin()

/** A new shared secret. */
export function newSeed(random: (size: number) => Buffer = randomBytes): Buffer {
  return random(seedBytes)
}

/** Which 30-second step since 1970 this moment is in. */
export function stepAt(now: Date): number {
  return Math.floor(now.getTime() / 1000 / period)
}

/** The six digits of a step (RFC 6238, HMAC-SHA-1). */
export function codeAt(seed: Uint8Array, step: number): string {
  return generateSync({ secret: seed, epoch: step * period, period, digits, algorithm: 'sha1' })
}

/** What a person typed as six digits, spaces allowed; undefined when it is anything else. */
export function readCode(typed: string): string | undefined {
  if (typed.length > 32) return undefined
  const code = typed.normalize('NFKC').replace(/\s/g, '')
  return /^[0-9]{6}$/.test(code) ? code : undefined
}

/**
 * The latest step, among the present one and its neighbours, whose code this is. Every candidate is computed and compared in
 * constant time, so the time taken says nothing about how near the code was.
 */
export function matchingStep(seed: Uint8Array, code: string, now: Date): number | undefined {
  const present = stepAt(now)
  let found: number | undefined
  for (let step = present - stepsAside; step <= present + stepsAside; step++) {
    if (timingSafeEqual(Buffer.from(codeAt(seed, step)), Buffer.from(code))) found = step
  }
  return found
}

/** The seed for typing in by hand: base32 in groups of four. */
export function manualKeyOf(seed: Uint8Array): string {
  return base32
    .encode(seed)
    .replace(/=+$/, '')
    .replace(/(.{4})(?=.)/g, '$1 ')
}

/**
 * The otpauth URI that authenticator apps scan (Key URI Format: neither issuer nor account may hold a colon, both are
 * percent-encoded). Every parameter is spelt out, though these are the defaults.
 */
export function otpauthUri(seed: Uint8Array, issuer: string, account: string): string {
  const label = [issuer, account].map((part) => encodeURIComponent(labelText(part))).join(':')
  const secret = base32.encode(seed).replace(/=+$/, '')
  const parameters = `issuer=${encodeURIComponent(labelText(issuer))}&algorithm=SHA1&digits=${digits}&period=${period}`
  return `otpauth://totp/${label}?secret=${secret}&${parameters}`
}

/** Bounded, so that the QR code stays readable, and free of what a label cannot hold. */
function labelText(text: string): string {
  const plain = text
    .toWellFormed()
    .replace(/[:\p{Cc}]/gu, ' ')
    .trim()
  return Array.from(plain).slice(0, 80).join('') || 'HelpBot'
}
