import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** RFC 4648 section 6, in lower case: nothing in it is mistaken for anything else. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'
const idLength = 8
/** 130 bits. */
const secretLength = 26
const fingerprintLength = 26

/** What is typed at the agent: `<id>-<secret>-<fingerprint of the bot's key>`. */
export interface EnrolmentCode {
  /** Names the code; no secret. */
  readonly id: string
  readonly secret: string
  readonly text: string
}

/** @param botKey base64url of 32 raw bytes */
export function makeEnrolmentCode(botKey: string, random: (size: number) => Buffer): EnrolmentCode {
  // 256 is a multiple of 32, so that every letter is equally likely.
  const letters = (length: number) => [...random(length)].map((byte) => alphabet[byte % alphabet.length]).join('')
  const [id, secret] = [letters(idLength), letters(secretLength)]
  return { id, secret, text: `${id}-${secret}-${botKeyFingerprint(botKey)}` }
}

/** First 26 characters of base32(SHA-256(raw key)): 130 bits, by which the agent knows the bot before it has pinned it. */
export function botKeyFingerprint(botKey: string): string {
  const digest = createHash('sha256').update(Buffer.from(botKey, 'base64url')).digest()
  return base32(digest).slice(0, fingerprintLength)
}

/** HMAC-SHA-256 keyed by the code's secret (HKDF-SHA-256, RFC 5869), base64url: both ends prove so that they know it. */
export function proofByCode(secret: string, transcript: Uint8Array): string {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'helpbot-agent/1 enrolment code', 32))
  return createHmac('sha256', key).update(transcript).digest('base64url')
}

export function isProofByCode(secret: string, transcript: Uint8Array, proof: string): boolean {
  const right = Buffer.from(proofByCode(secret, transcript), 'base64url')
  const given = Buffer.from(proof, 'base64url')
  return given.length === right.length && timingSafeEqual(given, right)
}

/** RFC 4648 without padding, lower case. */
function base32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const groups = bits.match(/.{1,5}/g) ?? []
  return groups.map((group) => alphabet[Number.parseInt(group.padEnd(5, '0'), 2)]).join('')
}
